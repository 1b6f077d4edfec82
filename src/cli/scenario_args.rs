//! What a simulated tenant is like: a scenario, and the flags that beat it.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Args, Command, ValueEnum};

use super::exit::Failure;
use super::number_args::whole;
use crate::nearest::nearest;
use crate::simulator::{Fault, LimitShape, Quota, Scenario, Settings, UnknownFault};

/// What `simulate` and `drill` have in common.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Scenario")]
pub(super) struct ScenarioArgs {
    /// What the tenant is like and what goes wrong in it, as a TOML file; flags beat what it says
    #[arg(long = "scenario", value_name = "FILE")]
    file: Option<PathBuf>,
    /// The seed: the same one gives the same directory and the same faults [default: 1]
    #[arg(long, value_name = "S", value_parser = whole::<u64>(0..=i64::MAX))]
    seed: Option<u64>,
    /// How the write quota is counted: Microsoft calls it a bucket and words it as a window [default: token-bucket]
    #[arg(long, value_enum, value_name = "SHAPE")]
    limiter: Option<LimitShape>,
    #[command(flatten)]
    faults: FaultArgs,
}

impl ScenarioArgs {
    /// Reads the scenario, where there is one.
    ///
    /// # Errors
    ///
    /// It cannot be read or understood.
    pub(super) fn read(&self) -> Result<Option<Scenario>, Failure> {
        self.file.as_deref().map(Scenario::read).transpose().map_err(Failure::usage)
    }

    /// The tenant of the scenario, where there is one, as the flags want it.
    pub(super) fn settings(&self, scenario: Option<&Scenario>, beginning: Settings) -> Settings {
        let mut settings = match scenario {
            Some(scenario) => scenario.settings(beginning),
            None => beginning,
        };
        settings.seed = self.seed.unwrap_or(settings.seed);
        if let Some(shape) = self.limiter {
            // A limiter that is asked for needs a quota.
            let has_none = settings.quota == Quota::off();
            let quota = if has_none { Quota::documented(settings.users) } else { settings.quota };
            settings.quota = quota.counted_in(shape);
        }
        self.faults.apply(&mut settings);
        settings
    }
}

impl ValueEnum for LimitShape {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::TokenBucket, Self::SlidingWindow, Self::FixedWindow]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::TokenBucket => "token-bucket",
            Self::SlidingWindow => "sliding-window",
            Self::FixedWindow => "fixed-window",
        }))
    }
}

/// How often things go wrong, each as a share from 0 to 1.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Faults (shares from 0 to 1)")]
struct FaultArgs {
    /// Single writes answered 429
    #[arg(long, value_name = "SHARE", value_parser = share)]
    fault_429: Option<f64>,
    /// Single requests answered 503
    #[arg(long, value_name = "SHARE", value_parser = share)]
    fault_503: Option<f64>,
    /// Whole calls that are carried out and never answered
    #[arg(long, value_name = "SHARE", value_parser = share)]
    fault_lost_answer: Option<f64>,
    /// Any other kind of fault, as KIND=SHARE; may be repeated (--help lists the kinds)
    #[arg(long, value_name = "KIND=SHARE", value_parser = FaultParser, hide_possible_values = true, long_help = fault_help())]
    fault: Vec<(Fault, f64)>,
}

/// Reads `KIND=SHARE`.
fn fault(text: &str) -> Result<(Fault, f64), String> {
    let (kind, of) = text.split_once('=').ok_or("a fault is KIND=SHARE, as lost-answer=0.03")?;
    let kind: Fault = kind.parse().map_err(|error: UnknownFault| {
        let meant = nearest(kind, Fault::ALL.iter().map(|fault| fault.name));
        meant.map_or_else(|| error.to_string(), |meant| format!("there is no fault {kind:?}; did you mean {meant}?"))
    })?;
    Ok((kind, share(of)?))
}

/// Reads a fault, and lets the shells complete its kind.
#[derive(Clone)]
struct FaultParser;

impl TypedValueParser for FaultParser {
    type Value = (Fault, f64);

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<Self::Value, clap::Error> {
        StringValueParser::new().try_map(|text| fault(&text)).parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(
            Fault::ALL.into_iter().map(|fault| PossibleValue::new(format!("{}=", fault.name)).help(fault.what)),
        ))
    }
}

fn fault_help() -> String {
    let mut help = "Any kind of fault, as KIND=SHARE; may be repeated. The kinds:".to_owned();
    for kind in Fault::ALL {
        help += &format!("\n  {:14}{}", kind.name, kind.what);
    }
    help
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "a share is a number from 0 to 1".to_owned())?;
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err("a share is a number from 0 to 1".to_owned()) }
}

impl FaultArgs {
    /// A flag sets a kind of fault for the whole run, in place of what the scenario says of that kind.
    fn apply(&self, settings: &mut Settings) {
        let named = [("429", self.fault_429), ("503", self.fault_503), ("lost-answer", self.fault_lost_answer)];
        let named = named.into_iter().filter_map(|(name, share)| Some((name.parse().ok()?, share?)));
        for (kind, share) in named.chain(self.fault.iter().copied()) {
            let kind: Fault = kind;
            settings.script.faults.retain(|rule| rule.kind.name != kind.name);
            *kind.share(&mut settings.faults) = share;
        }
    }
}
