//! Which of several sealed passwords to try first, where nobody knows which of them is live.

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

/// What the directory said about the password of an account that was in doubt.
#[derive(Debug, Clone, Copy)]
pub(super) struct PasswordChange {
    /// When it was last changed, by Graph's clock, and by whomever.
    pub(super) changed: OffsetDateTime,
    /// When that was read, by this machine's clock.
    pub(super) read: OffsetDateTime,
}

/// Two clocks that are kept right are no further apart.
const CLOCKS_APART: Duration = Duration::minutes(5);

/// What to try, as a sentence without an end; empty where no password may be live. `tried` has the moments at which each
/// was about to be sent, in the order of the credentials.
///
/// A hint: whoever changed the password, and when exactly, nobody can tell.
pub(super) fn which(tried: &[OffsetDateTime], seen: Option<PasswordChange>) -> String {
    let (Some(first), many) = (tried.first(), tried.len() > 1) else { return String::new() };
    // What was sent after the read, the read says nothing about.
    let known = seen.filter(|seen| tried.last().is_some_and(|last| *last <= seen.read));
    let Some(PasswordChange { changed, .. }) = known else {
        return if many {
            "more than one password may be live: try each credential, the last one first".to_owned()
        } else {
            "the password in the credential may be live, or the old one still is".to_owned()
        };
    };
    let moment = changed.to_offset(time::UtcOffset::UTC).format(&Rfc3339).unwrap_or_default();
    if changed + CLOCKS_APART < *first {
        let which = if many { "any of these" } else { "this one" };
        return format!(
            "the password was last changed at {moment}, before {which} was sent: the old one is probably live"
        );
    }
    if !many {
        return format!("the password was changed at {moment}: the one in the credential may be live");
    }
    let place = tried.iter().rposition(|at| *at <= changed).unwrap_or_default() + 1;
    format!(
        "more than one password may be live, and it was last changed at {moment}: try candidate {place} of {} first, then \
         the others, the last one first",
        tried.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: OffsetDateTime = time::macros::datetime!(2026-11-23 08:00 UTC);

    fn minutes(minutes: i64) -> OffsetDateTime {
        AT + Duration::minutes(minutes)
    }

    #[test]
    fn the_last_one_that_was_sent_before_the_change_is_tried_first() {
        let tried = [minutes(0), minutes(10), minutes(20)];
        for (changed, place) in [(1, "1 of 3"), (11, "2 of 3"), (25, "3 of 3"), (-1, "1 of 3")] {
            let told = which(&tried, Some(PasswordChange { changed: minutes(changed), read: minutes(30) }));
            assert!(told.contains(&format!("candidate {place} first")), "{told}");
        }
    }

    #[test]
    fn a_read_says_nothing_about_what_was_sent_after_it() {
        let tried = [minutes(0), minutes(10)];
        let told = which(&tried, Some(PasswordChange { changed: minutes(1), read: minutes(5) }));
        assert_eq!(told, which(&tried, None));
        assert!(told.contains("the last one first"));
    }

    #[test]
    fn one_password_or_none() {
        assert_eq!(which(&[], Some(PasswordChange { changed: AT, read: AT })), "");
        let old = which(&[AT], Some(PasswordChange { changed: minutes(-60), read: minutes(1) }));
        assert!(old.contains("2026-11-23T07:00:00Z, before this one was sent"), "{old}");
        assert!(which(&[AT], None).contains("may be live"));
        assert!(which(&[AT], Some(PasswordChange { changed: AT, read: minutes(1) })).contains("may be live"));
    }
}
