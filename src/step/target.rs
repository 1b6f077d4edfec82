//! What a write is about, where an account has several of one kind.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize, Serializer};

use super::map::StepMap;
use super::word::Step;
use crate::directory::MethodKind;
use crate::graph::found_pace::PaceRange;
use crate::ids::ObjectId;

/// The most targets that one step of an account may have.
pub const MAX_TARGETS: u8 = 120;

/// What has to be known of a step that is one write for each of its targets.
#[derive(Debug)]
pub struct TargetFacts {
    /// How fast its writes may leave: they have another quota than the rest.
    pub pace: PaceRange,
    /// The same for a person who signed in, where Graph lets one through less than an app.
    pub pace_of_person: Option<PaceRange>,
    /// May Graph refuse one with 400 as long as there are others, so that it is tried once more when they are done?
    pub may_wait_for_others: bool,
    /// What is said of them.
    pub words: TargetWords,
}

/// What is said of the targets of a step.
#[derive(Debug)]
pub struct TargetWords {
    /// `method`.
    pub one: &'static str,
    /// `methods`.
    pub many: &'static str,
    /// What is listed to find them: `the methods that people sign in with`.
    pub listed: &'static str,
    /// The same of some people, before and behind who they are: `what`, `sign in with`.
    pub listed_of: (&'static str, &'static str),
    /// What becomes of one, as lists have it: `removed`.
    pub done: &'static str,
    /// That it was meant, and there is no way to do it here: `cannot-remove`.
    pub cannot: &'static str,
    /// How one is found that is not done, behind `2 of 3 methods are`: `still there`.
    pub left: &'static str,
    /// The same where there is none, behind `none of 3 methods is`: `left`.
    pub none_left: &'static str,
    /// What is said before those that the plan did not list.
    pub appeared: &'static str,
    /// How fast they are dealt with, behind `the pace`.
    pub pace: &'static str,
}

/// The target of a write that is not about the account alone. The journal names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WriteTarget {
    /// A method that the person signs in with.
    Method {
        /// What it is.
        kind: MethodKind,
        /// What it is deleted by.
        id: String,
    },
    /// A device.
    Device {
        /// Its object id, which is not the one that it knows itself by.
        id: ObjectId,
    },
    /// A device that is enabled again.
    DeviceBack {
        /// Its object id.
        id: ObjectId,
    },
    /// What the person allowed an app to do in their name.
    Consent {
        /// What it is deleted by.
        id: String,
    },
}

/// What a target is. Those of one account are dealt with in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TargetKind {
    /// A method that the person signs in with.
    Method(MethodKind),
    /// A device.
    Device,
    /// A device that is enabled again.
    DeviceBack,
    /// What the person allowed an app to do in their name.
    Consent,
}

/// Why there is no way to do here what was meant of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoWay {
    /// Graph has no way to delete a method of this kind, or it is not known here.
    Kind,
    /// An app may change devices with Windows alone ("Update device").
    OnlyByPerson,
    /// It is in a restricted management administrative unit.
    Restricted,
}

impl NoWay {
    /// What a person has to do about it, behind what it is.
    pub const fn by_hand(self) -> &'static str {
        match self {
            Self::Kind => "cannot be removed from here: remove it in the Entra admin center",
            Self::OnlyByPerson => {
                "is not changed by an app: plan and apply with --auth device-code, or disable it in the Entra admin center"
            }
            Self::Restricted => {
                "is in a restricted management unit: disable it in the Entra admin center, with a role over that unit"
            }
        }
    }
}

impl WriteTarget {
    /// What it is.
    pub const fn kind(&self) -> TargetKind {
        match self {
            Self::Method { kind, .. } => TargetKind::Method(*kind),
            Self::Device { .. } => TargetKind::Device,
            Self::DeviceBack { .. } => TargetKind::DeviceBack,
            Self::Consent { .. } => TargetKind::Consent,
        }
    }

    /// Its name for Graph.
    pub fn id(&self) -> Cow<'_, str> {
        match self {
            Self::Method { id, .. } | Self::Consent { id } => id.into(),
            Self::Device { id } | Self::DeviceBack { id } => id.to_string().into(),
        }
    }
}

impl TargetKind {
    /// The step that it is a target of.
    pub const fn step(self) -> Step {
        match self {
            Self::Method(_) => Step::Methods,
            Self::Device => Step::Devices,
            Self::DeviceBack => Step::EnableDevices,
            Self::Consent => Step::Consents,
        }
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Method(kind) => kind.name(),
            Self::Device | Self::DeviceBack => "device",
            Self::Consent => "consent",
        }
    }
}

/// `passkey kS-1`.
impl fmt::Display for WriteTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind().name(), self.id())
    }
}

impl StepMap<u64> {
    /// How many writes these are, of steps that have a pace of their own.
    pub fn all(&self) -> u64 {
        self.values().sum()
    }

    /// The steps of which there is any.
    pub fn steps(&self) -> impl Iterator<Item = Step> {
        self.iter().filter(|(_, number)| **number > 0).map(|(step, _)| step)
    }

    /// The least time in which so many writes of steps with a pace of their own leave, where a person signed in (`by_person`) or an app
    /// sends them: these go on beside each other.
    pub fn floor(&self, by_person: bool) -> Duration {
        let of = |(step, number): (Step, &u64)| Some(step.own_pace_of(by_person)?.floor(*number));
        self.iter().filter_map(of).max().unwrap_or_default()
    }

    /// The time that they take where Graph lets through no more than the pace that each step begins with; nothing where there are
    /// none.
    pub fn slow_end(&self, by_person: bool) -> Option<Duration> {
        let of = |(step, number): (Step, &u64)| {
            let pace = step.own_pace_of(by_person)?;
            (*number > 0).then(|| Duration::from_secs_f64(*number as f64 / pace.slow))
        };
        self.iter().filter_map(of).max()
    }
}

/// The steps of which there is any, each with its number.
///
/// # Errors
///
/// Those of the serializer.
pub fn any_alone<S: Serializer>(numbers: &StepMap<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(numbers.iter().filter(|(_, number)| **number > 0))
}
