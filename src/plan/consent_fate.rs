//! What becomes of a consent that is listed in a plan.

use serde::{Deserialize, Serialize};

use super::consents_option::ConsentsOption;
use crate::directory::{ConsentedApp, HeldConsent};
use crate::ids::ObjectId;

/// What the plan does about one consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ConsentFate {
    /// It is deleted.
    Delete,
    /// It stays: the plan only lists, or its app is not meant.
    Stays,
    /// It stays because its app is Microsoft's own.
    MicrosoftsOwn,
    /// It stays because it is not known whose app it is.
    UnknownApp,
}

impl ConsentFate {
    /// By what was asked for, of the person with this id. Only what the person gave is deleted.
    pub(super) fn of(
        consent: &HeldConsent,
        app: Option<&ConsentedApp>,
        asked: &ConsentsOption,
        person: Option<ObjectId>,
    ) -> Self {
        match app {
            _ if !asked.deletes() || person != Some(consent.principal_id) => Self::Stays,
            None => Self::UnknownApp,
            Some(app) if !asked.means(app) => Self::Stays,
            Some(app) if app.is_microsofts => Self::MicrosoftsOwn,
            Some(_) if matches!(consent.id.as_str(), "" | "." | "..") => Self::Stays,
            Some(_) => Self::Delete,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_doubt_a_consent_stays() {
        let id = |number: u8| format!("00000000-0000-4000-8000-0000000000{number:02x}").parse::<ObjectId>().unwrap();
        let consent = HeldConsent {
            id: "g1".to_owned(),
            client_id: id(1),
            resource_id: Some(id(2)),
            principal_id: id(3),
            scope: "Mail.Read".to_owned(),
        };
        let app = |is_microsofts| ConsentedApp {
            name: "Mail".to_owned(),
            app_id: "1".to_owned(),
            publisher: String::new(),
            is_microsofts,
        };
        let of = |app: Option<ConsentedApp>, asked: &str, person| {
            ConsentFate::of(&consent, app.as_ref(), &asked.parse().unwrap(), Some(id(person)))
        };
        assert_eq!(of(Some(app(false)), "all", 3), ConsentFate::Delete);
        assert_eq!(of(Some(app(true)), "all", 3), ConsentFate::MicrosoftsOwn);
        assert_eq!(of(Some(app(true)), "mail", 3), ConsentFate::MicrosoftsOwn);
        assert_eq!(of(None, "all", 3), ConsentFate::UnknownApp);
        assert_eq!(of(Some(app(false)), "other", 3), ConsentFate::Stays);
        assert_eq!(of(Some(app(false)), "all", 4), ConsentFate::Stays, "somebody else's");
        assert_eq!(of(None, "list", 3), ConsentFate::Stays);
    }
}
