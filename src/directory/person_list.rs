//! What people have several of, and which lists of Graph say it person by person.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::held_method::{HeldMethod, MethodOnWire};
use crate::graph::found_pace::{FOR_AUTHENTICATION, PaceRange};

/// Something that a person may have several of.
pub trait PersonList {
    /// One of them, as a list has it.
    type OnWire: DeserializeOwned;
    /// One of them, as it is kept.
    type Held: Serialize + DeserializeOwned;

    /// The lists, as their paths read behind `/users/{id}/`.
    const PATHS: &'static [&'static str];
    /// How fast they are asked for.
    const PACE: PaceRange;

    /// What one person has, by what each of the lists says.
    fn held(lists: Vec<Vec<Self::OnWire>>) -> Vec<Self::Held>;
}

/// The methods that a person signs in with, without the password ("List methods"). Its calls have a quota of their own, which no
/// page names.
#[derive(Debug, Clone, Copy)]
pub struct MethodsOfPerson;

impl PersonList for MethodsOfPerson {
    type OnWire = MethodOnWire;
    type Held = HeldMethod;

    const PATHS: &'static [&'static str] = &["authentication/methods"];
    const PACE: PaceRange = FOR_AUTHENTICATION;

    fn held(lists: Vec<Vec<MethodOnWire>>) -> Vec<HeldMethod> {
        lists.into_iter().flatten().filter_map(MethodOnWire::into_method).collect()
    }
}

/// The temporary access passes of a person ("List temporaryAccessPassMethods"): one at most, and never the pass itself.
#[derive(Debug, Clone, Copy)]
pub struct PassesOfPerson;

/// A pass that a person has, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StandingPass {
    /// When it was made.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub created_date_time: Option<OffsetDateTime>,
    /// From when on it is good.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub start_date_time: Option<OffsetDateTime>,
    /// For how many minutes.
    pub lifetime_in_minutes: Option<u32>,
    /// Is it good at this moment?
    pub is_usable: Option<bool>,
    /// Why, or why not.
    pub method_usability_reason: Option<PassUsability>,
}

/// Why a pass is good at this moment, or why not ("methodUsabilityReason").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PassUsability {
    /// It is good.
    EnabledByPolicy,
    /// The policy of the tenant no longer allows it.
    DisabledByPolicy,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// It was good for one sign-in, which was made.
    OneTimeUsed,
    /// A word that this version does not know.
    #[serde(other)]
    NotKnown,
}

impl PersonList for PassesOfPerson {
    type OnWire = StandingPass;
    type Held = StandingPass;

    const PATHS: &'static [&'static str] = &["authentication/temporaryAccessPassMethods"];
    const PACE: PaceRange = FOR_AUTHENTICATION;

    fn held(lists: Vec<Vec<StandingPass>>) -> Vec<StandingPass> {
        lists.into_iter().flatten().collect()
    }
}
