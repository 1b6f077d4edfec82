//! Whose manager is whom.

use serde::Deserialize;

use super::error::LookupError;
use crate::graph::as_said::as_said;
use crate::graph::batch::{MAX_ITEMS, Read};
use crate::graph::paced::Paced;
use crate::graph::transport::Transport;
use crate::ids::ObjectId;

/// The manager of a person: an account, or a contact, which has no sign-in name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manager {
    /// The object id.
    pub object_id: ObjectId,
    /// The sign-in name; empty for a contact.
    pub user_principal_name: String,
    /// The mail address; empty where there is none.
    pub mail: String,
    /// The name that people see; empty where there is none.
    pub display_name: String,
    /// Whether sign-in is allowed; `None` where that is not known.
    pub enabled: Option<bool>,
}

impl Manager {
    /// A guest, who signs in at another organization, or a contact, who has no account here.
    pub fn is_outside(&self) -> bool {
        self.user_principal_name.is_empty() || self.user_principal_name.to_lowercase().contains("#ext#")
    }

    /// What the manager may be called in a file, the surest first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let names = [&self.user_principal_name, &self.mail, &self.display_name];
        names.into_iter().map(String::as_str).filter(|name| !name.trim().is_empty())
    }

    /// The name by which it is shown.
    pub fn name(&self) -> String {
        self.names().next().map_or_else(|| self.object_id.to_string(), str::to_owned)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ManagerOnWire {
    id: ObjectId,
    #[serde(default)]
    user_principal_name: Option<String>,
    #[serde(default)]
    mail: Option<String>,
    #[serde(default, deserialize_with = "as_said")]
    display_name: Option<String>,
    #[serde(default)]
    account_enabled: Option<bool>,
}

/// What one read costs, in resource units.
const COST: u32 = 1;

/// The managers of these accounts, in their order; `None` for an account without one. Each is read alone ("List manager"): an
/// expanded list cannot be narrowed to the properties that are wanted in every cloud.
pub(super) async fn managers<T: Transport>(
    paced: &Paced<'_, T>,
    of: &[ObjectId],
) -> Result<Vec<Option<Manager>>, LookupError> {
    let mut managers = Vec::with_capacity(of.len());
    for ids in of.chunks(MAX_ITEMS) {
        let url = |id| format!("/users/{id}/manager?$select=id,userPrincipalName,mail,displayName,accountEnabled");
        let reads: Vec<Read> = ids.iter().map(|id| Read::fresh(url(id))).collect();
        for (id, answer) in ids.iter().zip(paced.batch(&reads, COST).await?) {
            let question = || format!("the question for the manager of {id}");
            managers.push(match answer {
                Ok(body) => {
                    let read = serde_json::from_str::<ManagerOnWire>(body.get());
                    let manager = read
                        .map_err(|error| LookupError::Unreliable { question: question(), reason: error.to_string() })?;
                    Some(Manager {
                        object_id: manager.id,
                        user_principal_name: manager.user_principal_name.unwrap_or_default(),
                        mail: manager.mail.unwrap_or_default(),
                        display_name: manager.display_name.unwrap_or_default(),
                        enabled: manager.account_enabled,
                    })
                }
                Err(error) if error.status == 404 => None,
                Err(error) => return Err(LookupError::Refused { question: question(), error }),
            });
        }
    }
    Ok(managers)
}
