//! The exit code of many endings.

use crate::cli::exit::Exit;

/// How a command ends that ended so in each tenant: well where it did in all, by their own code where all failed alike, and
/// otherwise unfinished. What was interrupted is said to be, so that it is gone on with.
pub(super) fn ending_of(endings: impl IntoIterator<Item = Exit>) -> Exit {
    let mut endings = endings.into_iter();
    let Some(first) = endings.next() else { return Exit::Done };
    endings.fold(first, |so_far, next| match (so_far, next) {
        (one, other) if one == other => one,
        (Exit::Interrupted, _) | (_, Exit::Interrupted) => Exit::Interrupted,
        _ => Exit::Unfinished,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_tenant_does_not_hide_another() {
        use Exit::{Access, Done, Interrupted, Refused, Unfinished};
        for (endings, ending) in [
            (vec![], Done),
            (vec![Done, Done], Done),
            (vec![Access, Access], Access),
            (vec![Refused, Refused], Refused),
            (vec![Done, Access], Unfinished),
            (vec![Access, Done, Done], Unfinished),
            (vec![Refused, Access], Unfinished),
            (vec![Done, Interrupted, Access], Interrupted),
        ] {
            assert_eq!(ending_of(endings.clone()), ending, "{endings:?}");
        }
    }
}
