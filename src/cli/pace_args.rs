//! How fast a run may go, in what order, and when it stops by itself.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use schemars::JsonSchema;
use serde::Serialize;

use super::exit::Failure;
use super::number_args::whole;
use super::rate_arg::RateInForce;
use crate::graph::quota::{Allowance, MAX_CALLS};
use crate::plan::playbook::{Playbook, Schedule};
use crate::run::asked_rate::AskedRate;
use crate::run::engine::HaltAt;
use crate::run::handout_rate::HandoutRate;

/// How fast a run may go, in what order, when it stops by itself, and where its events go.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Pace")]
pub(super) struct PaceArgs {
    /// The write quota to spend [default: 3000/150, as documented]: more for a tenant that was granted more, less to spare
    /// one for other apps
    #[arg(long, value_name = "N/SECONDS")]
    quota_writes: Option<Allowance>,
    /// The most calls under way at one time, of up to 20 writes each [default: 64]; fewer are used where fewer do
    #[arg(long, value_name = "N", value_parser = whole::<u16>(1..=512))]
    max_in_flight: Option<u16>,
    /// Everybody's change before the first revoke, or one account after the other [default: sweep where sign-in is blocked,
    /// finish-each where people go on]
    #[arg(long, value_enum, value_name = "ORDER")]
    schedule: Option<Schedule>,
    /// Stop when more than this many in a hundred accounts failed (counted from the 50th on), or when each of the first 20
    /// answers is 403 [default: 10; 100 never stops]
    #[arg(long, value_name = "PERCENT")]
    halt_at: Option<HaltAt>,
    /// Give new passwords to no more people than can get theirs in that time, one after the other: 20/h, 2/min or 100/d; with
    /// reinstate and breach. A run that is gone on with keeps to its rate until another one is given, or off
    #[arg(long, value_name = "N/h")]
    rate: Option<AskedRate>,
    /// Does the rate stand in the file of settings, and was not given?
    #[arg(skip)]
    pub(super) rate_is_setting: bool,
    /// Append each event of the run to FILE as it happens, a line of JSON each, for a SIEM; no secret is in it
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) events: Option<PathBuf>,
}

impl ValueEnum for Schedule {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Sweep, Self::FinishEach]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Sweep => "sweep",
            Self::FinishEach => "finish-each",
        }))
    }
}

/// What holds for a run, whether it was asked for or is the rule.
#[derive(Debug, Clone, Copy, JsonSchema, Serialize)]
pub(super) struct EffectivePace {
    /// The write quota that the run begins with.
    pub(super) quota_writes: Allowance,
    /// The most calls under way.
    pub(super) max_in_flight: usize,
    /// In what order the writes of different accounts follow each other.
    pub(super) schedule: Schedule,
    /// How many failures in a hundred are too many.
    pub(super) halt_at: HaltAt,
    /// How many people get a new password in which time, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rate: Option<HandoutRate>,
}

impl PaceArgs {
    /// The same once more as arguments, for a process of its own.
    pub(super) fn as_arguments(&self) -> Vec<OsString> {
        let schedule = self.schedule.and_then(|schedule| schedule.to_possible_value());
        let given = [
            ("--quota-writes", self.quota_writes.map(|quota| quota.to_string().into())),
            ("--max-in-flight", self.max_in_flight.map(|calls| calls.to_string().into())),
            ("--schedule", schedule.map(|schedule| schedule.get_name().into())),
            ("--halt-at", self.halt_at.map(|halt_at| halt_at.percent().to_string().into())),
            ("--rate", self.rate.map(|rate| rate.to_string().into())),
            ("--events", self.events.as_ref().map(|path| path.clone().into_os_string())),
        ];
        given.into_iter().filter_map(|(flag, value)| Some([flag.into(), value?])).flatten().collect()
    }

    /// What holds for a run of this playbook, of which the last process `kept` to this rate, or to none.
    pub(super) fn effective(&self, playbook: Playbook, kept: Option<AskedRate>) -> EffectivePace {
        EffectivePace {
            quota_writes: self.quota_writes.unwrap_or(Allowance::WRITES),
            max_in_flight: self.max_in_flight.map_or(MAX_CALLS, usize::from),
            schedule: self.order(playbook),
            halt_at: self.halt_at.unwrap_or_default(),
            rate: self.rate_in_force(kept).and_then(RateInForce::rate),
        }
    }

    fn order(&self, playbook: Playbook) -> Schedule {
        self.schedule.unwrap_or(playbook.schedule())
    }

    /// What holds of the rate for a run, of which the last process `kept` to this one, or to none.
    pub(super) fn rate_in_force(&self, kept: Option<AskedRate>) -> Option<RateInForce> {
        let (flag, setting) = if self.rate_is_setting { (None, self.rate) } else { (self.rate, None) };
        RateInForce::of(flag, kept, setting)
    }

    /// Was a rate asked for?
    pub(super) fn has_rate(&self) -> bool {
        self.rate.is_some()
    }

    /// Makes sure that a rate fits what is done, be it given or `kept` from the last process.
    ///
    /// # Errors
    ///
    /// It would hold up what must not wait.
    pub(super) fn check(&self, playbook: Playbook, kept: Option<AskedRate>) -> Result<(), Failure> {
        let Some(held) = self.rate_in_force(kept).filter(|held| held.rate().is_some()) else { return Ok(()) };
        if !playbook.goes_in_waves() {
            return Err(Failure::usage(format_args!(
                "{held} does not fit {playbook}: it is for new passwords that are handed to people who go on working, as by \
                 reinstate and breach"
            ))
            .with_next("Leave it out: what shuts people out, or hands nothing over, has nothing to wait for."));
        }
        if self.order(playbook) == Schedule::Sweep {
            let otherwise = if held.is_kept { " To hold the rest to no rate: --rate off" } else { "" };
            return Err(Failure::usage(format_args!(
                "{held} does not fit --schedule sweep, which ends no session before everybody has a new password"
            ))
            .with_next(format_args!(
                "Leave out --schedule: one account is then finished after the other.{otherwise}"
            )));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        pace: PaceArgs,
    }

    fn effective(arguments: &[&str]) -> Result<EffectivePace, clap::Error> {
        let line = Line::try_parse_from([&["test"], arguments].concat())?;
        Ok(line.pace.effective(Playbook::Breach, None))
    }

    #[test]
    fn what_is_not_asked_for_is_the_rule() {
        let json = serde_json::to_value(effective(&[]).unwrap()).unwrap();
        let rule = serde_json::json!({"quota_writes": "3000/150", "max_in_flight": 64, "schedule": "finish-each", "halt_at": 10});
        assert_eq!(json, rule);
        let asked = ["--quota-writes", "1500/100", "--max-in-flight", "3", "--schedule", "sweep", "--halt-at", "100"];
        let json = serde_json::to_value(effective(&asked).unwrap()).unwrap();
        let asked =
            serde_json::json!({"quota_writes": "1500/100", "max_in_flight": 3, "schedule": "sweep", "halt_at": 100});
        assert_eq!(json, asked);
    }

    #[test]
    fn another_process_hears_the_same() {
        let asked = ["--quota-writes", "1500/100", "--max-in-flight", "3", "--schedule", "sweep", "--halt-at", "7"];
        let asked = [&asked[..], &["--rate", "20/h", "--events", "events.jsonl"]].concat();
        let line = Line::try_parse_from([&["test"], &asked[..]].concat()).unwrap();
        assert_eq!(line.pace.as_arguments(), asked);
        assert!(PaceArgs::default().as_arguments().is_empty());
    }

    #[test]
    fn a_rate_is_for_people_who_go_on_with_a_new_password() {
        let check = |arguments: &[&str], playbook| {
            Line::try_parse_from([&["test"], arguments].concat()).unwrap().pace.check(playbook, None).is_ok()
        };
        for playbook in Playbook::ALL {
            assert_eq!(check(&["--rate", "20/h"], playbook), playbook.goes_in_waves(), "{playbook}");
            assert!(check(&[], playbook));
            assert!(!check(&["--rate", "20/h", "--schedule", "sweep"], playbook), "{playbook}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for arguments in [
            ["--quota-writes", "3000"],
            ["--quota-writes", "19/150"],
            ["--max-in-flight", "0"],
            ["--max-in-flight", "513"],
            ["--schedule", "backwards"],
            ["--halt-at", "101"],
            ["--rate", "20"],
        ] {
            assert!(effective(&arguments).is_err(), "{arguments:?}");
        }
    }
}
