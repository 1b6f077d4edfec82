//! What the directory sync of a tenant is set up for ("onPremisesDirectorySynchronization resource type").

use serde::Deserialize;

use crate::graph::paced::Paced;
use crate::graph::reading::ReadError;
use crate::graph::transport::Transport;

/// Which features of the sync are on. Each has been called unreliable: for notes and warnings, and for no decision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SyncFeatures {
    /// Are resets written back to Active Directory?
    pub writeback: Option<bool>,
    /// Are hashes of passwords brought here?
    pub password_hashes: Option<bool>,
}

#[derive(Deserialize)]
struct FeaturesOnWire {
    #[serde(rename = "passwordWritebackEnabled", default)]
    writeback: Option<bool>,
    #[serde(rename = "passwordSyncEnabled", default)]
    password_hashes: Option<bool>,
}

#[derive(Deserialize)]
struct SyncOnWire {
    #[serde(default)]
    features: Option<FeaturesOnWire>,
}

impl SyncFeatures {
    /// Reads them; nothing where the tenant has no sync. People alone may ask, with `OnPremDirectorySynchronization.Read.All`.
    ///
    /// # Errors
    ///
    /// Graph refuses, or cannot be reached.
    pub async fn read<T: Transport>(paced: &Paced<'_, T>) -> Result<Option<Self>, ReadError> {
        let all: Vec<SyncOnWire> = paced.list("/v1.0/directory/onPremisesSynchronization", 1).await?;
        Ok(all
            .into_iter()
            .find_map(|sync| sync.features)
            .map(|features| Self { writeback: features.writeback, password_hashes: features.password_hashes }))
    }
}
