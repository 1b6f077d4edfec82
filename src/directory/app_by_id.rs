//! What Graph says of apps, by the ids of their service principals.

use std::collections::HashMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::graph::paced::Paced;
use crate::graph::reading::ReadError;
use crate::graph::transport::Transport;
use crate::ids::ObjectId;

/// What such a call costs with `$select`, in resource units.
const COST: u32 = 2;

/// Something that is known of an app.
pub trait AppById: Sized {
    /// An app as an answer has it.
    type OnWire: DeserializeOwned;

    /// The properties that are asked for.
    const SELECT: &'static str;
    /// How many apps one call asks about: 1,000 at most ("directoryObject: getByIds").
    const MAX_IDS: usize;

    /// What is known of it; `None` where it is not shown to this caller.
    fn of(app: Self::OnWire) -> Option<Self>;
}

#[derive(Serialize)]
struct AppIds<'a> {
    ids: &'a [ObjectId],
    types: [&'static str; 1],
}

#[derive(Deserialize)]
struct AppsAnswer {
    value: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
struct AppAnswer<A> {
    id: ObjectId,
    #[serde(flatten)]
    app: A,
}

/// The apps with these service principals ("directoryObject: getByIds"). One that is deleted, that is not shown to this caller, or of
/// which is said what cannot be understood is left out.
///
/// # Errors
///
/// Graph cannot be reached, or gives no answer, or none that can be understood.
pub async fn apps_by_id<A: AppById, T: Transport>(
    paced: &Paced<'_, T>,
    service_principals: &[ObjectId],
) -> Result<HashMap<ObjectId, A>, ReadError> {
    let path = format!("/v1.0/directoryObjects/getByIds?$select=id,{}", A::SELECT);
    let mut apps = HashMap::new();
    for ids in service_principals.chunks(A::MAX_IDS) {
        let body = AppIds { ids, types: ["servicePrincipal"] };
        let answer: Result<AppsAnswer, ReadError> = paced.post(&path, &body, COST).await;
        match answer {
            Ok(answer) => {
                let found = answer.value.iter().filter_map(|app| serde_json::from_str(app.get()).ok());
                apps.extend(found.filter_map(|found: AppAnswer<A::OnWire>| Some((found.id, A::of(found.app)?))));
            }
            // What is refused is not known, and is left alone.
            Err(error) => drop(error.into_graphs_answer()?),
        }
    }
    Ok(apps)
}
