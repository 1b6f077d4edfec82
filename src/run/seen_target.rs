//! What a list shows of one target of a step.

use serde::{Deserialize, Serialize};

use crate::directory::MethodKind;
use crate::ids::ObjectId;
use crate::second::Second;

/// What a list shows of one target of a step.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeenTarget {
    /// A method that the person signs in with.
    Method {
        /// What it is.
        kind: MethodKind,
        /// When it was registered, where that is known.
        registered: Option<Second>,
    },
    /// A device.
    Device {
        /// What it is called.
        name: String,
        /// When it was registered, where that is known.
        registered: Option<Second>,
        /// Does the sync from Active Directory enable it again?
        hybrid: bool,
    },
    /// What the person allowed an app to do.
    Consent {
        /// The app's service principal.
        client_id: ObjectId,
        /// What it may do.
        scope: String,
    },
}
