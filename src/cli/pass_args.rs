//! The flags for temporary access passes.

use clap::{Args, ValueEnum};
use time::OffsetDateTime;

use super::exit::Failure;
use super::time_args;
use crate::plan::pass_moments::{MAX_DAYS_AHEAD, is_too_far_ahead};
use crate::plan::pass_wish::PassWish;

/// The heading of all flags for passes.
pub(super) const PASSES: &str = "Temporary access passes (sealoff help passes)";

/// What people get to sign in with.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = PASSES)]
pub(super) struct PassArgs {
    /// What each person gets to sign in with: the new password; a temporary access pass, and the new password is thrown away; or both.
    /// For breach, reinstate and evict. Synced and federated people get a pass too: their own password stays as it is
    #[arg(long, value_enum, value_name = "password|pass|both", hide_possible_values = true, default_value_t)]
    credential: HandedOver,
    /// For how long a pass is good: 90m, 8h, 1d; by default as long as the policy of the tenant says
    #[arg(long, value_name = "SPAN", value_parser = minutes)]
    pass_lifetime: Option<u32>,
    /// From when on passes are good: 2026-11-30T08:00:00Z, or a day, its beginning in UTC; 90 days ahead at most; by default at once
    #[arg(long, value_name = "TIME", value_parser = beginning)]
    pass_from: Option<OffsetDateTime>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum HandedOver {
    /// The new password
    #[default]
    Password,
    /// A temporary access pass
    Pass,
    /// The new password and a temporary access pass
    Both,
}

/// "Create temporaryAccessPassMethod": 10 to 43,200 minutes.
fn minutes(text: &str) -> Result<u32, String> {
    let seconds = time_args::span(text)?.as_secs();
    let minutes = u32::try_from(seconds / 60).unwrap_or(u32::MAX);
    if seconds % 60 != 0 || !(10..=43_200).contains(&minutes) {
        return Err("a pass is good for whole minutes, for 10m at least and for 30d at most".to_owned());
    }
    Ok(minutes)
}

/// A moment to come that can be meant.
fn beginning(text: &str) -> Result<OffsetDateTime, String> {
    let from = time_args::to_come(text)?;
    if is_too_far_ahead(from, OffsetDateTime::now_utc()) {
        return Err(format!(
            "{text} is more than {MAX_DAYS_AHEAD} days off: look at the year. No page of Microsoft's names a latest moment for a pass; one that is to \
             begin then is made later, with a plan of its own (reinstate --credential pass)"
        ));
    }
    Ok(from)
}

impl PassArgs {
    /// The pass that each person is to get, where any is.
    pub(super) fn wish(self) -> Result<Option<PassWish>, Failure> {
        let Self { credential, pass_lifetime: minutes, pass_from: from } = self;
        if credential == HandedOver::Password {
            let flag = minutes.map(|_| "--pass-lifetime").or(from.map(|_| "--pass-from"));
            return flag.map_or(Ok(None), |flag| {
                Err(Failure::usage(format_args!("{flag} is about passes, and none are asked for"))
                    .with_next("Add --credential pass, or --credential both; or leave it out."))
            });
        }
        Ok(Some(PassWish { beside_password: credential == HandedOver::Both, minutes, from }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_is_good_for_whole_minutes() {
        assert_eq!((minutes("10m"), minutes("8h"), minutes("30d")), (Ok(10), Ok(480), Ok(43_200)));
        for odd in ["9m", "90s", "31d", "8"] {
            assert!(minutes(odd).is_err(), "{odd}");
        }
    }
}
