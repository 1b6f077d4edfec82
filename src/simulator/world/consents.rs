//! Consents of people: listed, taken away, given again.

use serde_json::json;

use super::objects::write_value;
use super::page::Part;
use super::{Context, World};
use crate::simulator::directory::builtin_roles::{
    APPLICATION_ADMINISTRATOR, CLOUD_APPLICATION_ADMINISTRATOR, GLOBAL_ADMINISTRATOR,
};
use crate::simulator::directory::{SimulatedConsent, UserKey, client};
use crate::simulator::graph::answer::ServedAnswer;
use crate::simulator::graph::consent_change::ConsentChange;
use crate::simulator::graph::errors::ServedError;
use crate::simulator::graph::paging::ServedPage;
use crate::simulator::ledger::Operation;
use crate::simulator::permission::CHANGE_CONSENTS;
use crate::simulator::tokens::TokenHolder;

/// A consent with its properties.
fn written(consent: &SimulatedConsent) -> serde_json::Value {
    json!({
        "clientId": consent.client_id,
        "consentType": "Principal",
        "id": consent.id(),
        "principalId": consent.principal_id,
        "resourceId": consent.resource_id,
        "scope": consent.scope,
    })
}

impl World {
    pub(super) fn read_consents(
        &self,
        key: &UserKey,
        named: &str,
        page: &ServedPage,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        self.check_token(page)?;
        let place = self.directory.find(key).ok_or_else(|| ServedError::not_found(named))?;
        let part = Part::of(page, self.directory.consents_of(place).into_owned().into_iter().enumerate());
        Ok(self.collection(context, "oauth2PermissionGrants", None, Some(page), part, |json, consent| {
            write_value(json, &written(&consent));
        }))
    }

    pub(super) fn change_consents(
        &mut self,
        change: &ConsentChange,
        batch: Option<u64>,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        let allowed = self.may_change_consents(context.caller);
        match change {
            ConsentChange::Delete(id) => {
                let found = self.directory.consent(id).map(|(place, _)| place);
                let checked = allowed.and_then(|()| found.map(|_| ()).ok_or_else(|| ServedError::not_found(id)));
                let applied = checked.is_ok() && self.directory.remove_consent(id);
                let status = checked.as_ref().map_or_else(|error| error.status, |()| 204);
                let operation = Operation::DeleteConsent { id: id.as_str().into() };
                self.record(found, operation, status, applied, batch, context);
                checked.map(|()| ServedAnswer::no_content())
            }
            ConsentChange::Create(consent) => {
                let place = self.directory.find(&UserKey::Id(consent.principal_id));
                let id = consent.id();
                let checked = allowed.and_then(|()| {
                    let missing = |what: uuid::Uuid| ServedError::not_found(&what.to_string());
                    place.ok_or_else(|| missing(consent.principal_id))?;
                    client(consent.client_id).ok_or_else(|| missing(consent.client_id))?;
                    // "Create oAuth2PermissionGrant": it fails where there is one for the three already. The page gives no
                    // message; people report this one.
                    if self.directory.consent(&id).is_some() {
                        return Err(ServedError::new(
                            409,
                            "Request_MultipleObjectsWithSameKeyValue",
                            "Permission entry already exists.",
                        ));
                    }
                    Ok(())
                });
                let applied = checked.is_ok() && self.directory.add_consent(consent.clone());
                let status = checked.as_ref().map_or_else(|error| error.status, |()| 201);
                let operation = Operation::CreateConsent { id: id.into() };
                self.record(place, operation, status, applied, batch, context);
                checked.map(|()| {
                    let mut json = Vec::with_capacity(256);
                    write_value(&mut json, &written(consent));
                    ServedAnswer::new(201, crate::simulator::graph::answer::Body::Json(json))
                })
            }
        }
    }

    /// "Delete oAuth2PermissionGrant": a person needs a role that manages apps, too.
    fn may_change_consents(&self, caller: TokenHolder) -> Result<(), ServedError> {
        self.caller_may(CHANGE_CONSENTS, caller)?;
        let TokenHolder::User(id) = caller else { return Ok(()) };
        let manages = [APPLICATION_ADMINISTRATOR, CLOUD_APPLICATION_ADMINISTRATOR, GLOBAL_ADMINISTRATOR];
        let may = self.directory.roles_held(id).any(|held| manages.contains(&held.role));
        if may { Ok(()) } else { Err(ServedError::denied()) }
    }
}
