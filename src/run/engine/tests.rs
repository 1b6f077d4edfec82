//! The engine against an in-memory tenant that fails in every way a network can, killed at every write, and resumed.

mod crash;
mod disk;
mod doors;
mod faults;
mod halting;
mod handing_out;
mod outages;
mod outcomes;
mod pacing;
mod rehearsal;
mod several_apps;
mod tenant;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{Assignment, Ending, HaltAt, Handout, work};
use crate::clock::Clock;
use crate::digest::Digest;
use crate::graph::token::TokenMark;
use crate::graph::transport::{Advice, Answer, Call, Transport, TransportError};
use crate::graph::unreachable::Unreachable;
use crate::ids::{ObjectId, RowNumber, TenantId};
use crate::plan::playbook::{Playbook, Schedule};
use crate::plan::row::PlanRow;
use crate::plan::row::tests::plain;
use crate::run::accounts::{PlannedAccounts, TooMany};
use crate::run::credential_generator::{CredentialGenerator, Sealing};
use crate::run::event::{Event, Statistics};
use crate::run::journal::store::failing::{Afterwards, Failing};
use crate::run::journal::{Journal, JournalError, JournalLine, JournalLookup, JournalReader};
use crate::run::look_again::{LookAgain, LookAgainError, LookingAgain};
use crate::run::outcome::Outcome;
use crate::run::record::{FORMAT, Record};
use crate::run::replay::Replay;
use crate::run::result_row::ResultRows;
use crate::run::results;
use crate::run::results_error::ResultsError;
use crate::run::shut_out::ShutOut;
use crate::seal::{ExpectedAccount, Identities, Identity, PasswordStyle, unseal};
use crate::step::{Step, Steps};
use doors::{DoorQuirk, SOUND};
use rehearsal::*;
use tenant::*;

fn all(outcome: Outcome, count: usize) -> BTreeMap<String, usize> {
    BTreeMap::from([(outcome.name().to_owned(), count)])
}
