//! What Microsoft Entra ID Protection says of the risk of people: "Get riskyUser", "List riskyUsers".

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::error::GraphError;
use super::outside::OutsideText;
use super::reading::{ReadError, Reading};
use super::risk_mark::BETWEEN_CALLS;
use super::transport::{Consistency, Transport};
use crate::clock::Clock;
use crate::ids::ObjectId;

/// Where the people are.
const PATH: &str = "/v1.0/identityProtection/riskyUsers";
/// For more people than this the list of all is read, page by page: one call a second is slow for people one by one.
const MAX_ONE_BY_ONE: usize = 20;
/// How many of them a page holds at most.
const PAGE: u32 = 500;
/// A tenant with more of them is not read to its end.
const MAX_PAGES: usize = 10_000;

/// Where the risk of a person stands ("riskState").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShownRisk {
    /// An administrator confirmed the person as compromised.
    ConfirmedCompromised,
    /// There is open risk that no one has judged.
    AtRisk,
    /// Closed by what was done about it.
    Remediated {
        /// A new password that an administrator set.
        by_reset: bool,
    },
    /// Dismissed by an administrator.
    Dismissed,
    /// Confirmed as safe by an administrator.
    ConfirmedSafe,
    /// There is none.
    NoRisk,
    /// A word that this version does not know: it proves nothing.
    NotKnown,
}

impl ShownRisk {
    fn of(person: &PersonOnWire) -> Self {
        match &*person.risk_state {
            "confirmedCompromised" => Self::ConfirmedCompromised,
            "atRisk" => Self::AtRisk,
            "remediated" => {
                Self::Remediated { by_reset: person.risk_detail.as_deref() == Some("adminGeneratedTemporaryPassword") }
            }
            "dismissed" => Self::Dismissed,
            "confirmedSafe" => Self::ConfirmedSafe,
            "none" => Self::NoRisk,
            _ => Self::NotKnown,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PersonOnWire {
    id: ObjectId,
    #[serde(default)]
    risk_state: String,
    #[serde(default)]
    risk_detail: Option<String>,
}

#[derive(Deserialize)]
struct PageOnWire {
    value: Vec<PersonOnWire>,
    #[serde(rename = "@odata.nextLink", default)]
    next: Option<String>,
}

/// Where the risk of each of these people stands, one call a second. Who never had any risk is not in the answer.
///
/// # Errors
///
/// Graph refuses, cannot be reached, or is not understood.
pub async fn states<T: Transport>(
    reading: &Reading<'_, T>,
    clock: Clock,
    people: &[ObjectId],
) -> Result<HashMap<ObjectId, ShownRisk>, ReadError> {
    if people.len() <= MAX_ONE_BY_ONE {
        one_by_one(reading, clock, people).await
    } else {
        listed(reading, clock, people).await
    }
}

async fn one_by_one<T: Transport>(
    reading: &Reading<'_, T>,
    clock: Clock,
    people: &[ObjectId],
) -> Result<HashMap<ObjectId, ShownRisk>, ReadError> {
    let mut found = HashMap::new();
    for (place, person) in people.iter().enumerate() {
        if place > 0 {
            clock.sleep(BETWEEN_CALLS).await;
        }
        match reading.get::<PersonOnWire>(&format!("{PATH}/{person}"), Consistency::Session).await {
            Ok(person) => {
                found.insert(person.id, ShownRisk::of(&person));
            }
            // There never was any.
            Err(ReadError::Refused { error: GraphError { status: 404, is_foreign: false, .. }, .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

async fn listed<T: Transport>(
    reading: &Reading<'_, T>,
    clock: Clock,
    people: &[ObjectId],
) -> Result<HashMap<ObjectId, ShownRisk>, ReadError> {
    let wanted: HashSet<ObjectId> = people.iter().copied().collect();
    let mut found = HashMap::new();
    let mut path = format!("{PATH}?$top={PAGE}");
    for _ in 0..MAX_PAGES {
        let page: PageOnWire = reading.get(&path, Consistency::Session).await?;
        let meant = page.value.into_iter().filter(|person| wanted.contains(&person.id));
        found.extend(meant.map(|person| (person.id, ShownRisk::of(&person))));
        let Some(link) = page.next else { return Ok(found) };
        path = reading.next_page(PATH, &link)?;
        clock.sleep(BETWEEN_CALLS).await;
    }
    let reason = OutsideText::of_nothing_sent("its pages do not end");
    Err(ReadError::Garbled { what: PATH.to_owned(), reason })
}
