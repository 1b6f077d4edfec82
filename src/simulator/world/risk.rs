//! The risk of users: confirmed, dismissed, and closed by a reset.

use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::objects::write_value;
use super::page::Part;
use super::user_risk::{RiskState, UserRisk};
use super::{Context, World};
use crate::simulator::directory::UserKey;
use crate::simulator::directory::builtin_roles::{GLOBAL_ADMINISTRATOR, SECURITY_ADMINISTRATOR};
use crate::simulator::graph::answer::ServedAnswer;
use crate::simulator::graph::errors::ServedError;
use crate::simulator::graph::paging::ServedPage;
use crate::simulator::ledger::Operation;
use crate::simulator::moment::iso;
use crate::simulator::permission::{AnyOf, CHANGE_RISK, READ_RISK};
use crate::simulator::tokens::TokenHolder;

fn risky_user(id: Uuid, risk: UserRisk) -> Value {
    let [level, state, detail] = risk.words();
    json!({
        "id": id, "isDeleted": false, "isProcessing": false, "riskLevel": level, "riskState": state,
        "riskDetail": detail, "riskLastUpdatedDateTime": iso(risk.since),
    })
}

impl World {
    /// Without Entra ID P2 there is none of it.
    fn may_about_risk(&self, any_of: AnyOf, context: &Context<'_>) -> Result<(), ServedError> {
        self.caller_may(any_of, context.caller)?;
        if let TokenHolder::User(id) = context.caller {
            let roles = [SECURITY_ADMINISTRATOR, GLOBAL_ADMINISTRATOR];
            if !self.directory.roles_held(id).any(|held| roles.contains(&held.role)) {
                return Err(ServedError::denied());
            }
        }
        if self.rights.has_p2() { Ok(()) } else { Err(ServedError::no_risk_licence()) }
    }

    pub(super) fn read_risk(&self, id: Uuid, context: &Context<'_>) -> Result<ServedAnswer, ServedError> {
        self.may_about_risk(READ_RISK, context)?;
        // There is none where there never was any risk.
        let risk = self.risk.get(&id).ok_or_else(|| ServedError::not_found(&id.to_string()))?;
        let mut json = Vec::with_capacity(256);
        let mut value = risky_user(id, *risk);
        value["@odata.context"] = format!("{}/$metadata#identityProtection/riskyUsers/$entity", context.root).into();
        write_value(&mut json, &value);
        Ok(ServedAnswer::json(json))
    }

    /// All who ever had any risk, by their ids.
    pub(super) fn read_risks(&self, page: &ServedPage, context: &Context<'_>) -> Result<ServedAnswer, ServedError> {
        self.may_about_risk(READ_RISK, context)?;
        self.check_token(page)?;
        let mut all: Vec<(Uuid, UserRisk)> = self.risk.iter().map(|(id, risk)| (*id, *risk)).collect();
        all.sort_by_key(|(id, _)| *id);
        let part = Part::of(page, all.into_iter().enumerate());
        Ok(self.collection(context, "identityProtection/riskyUsers", None, Some(page), part, |json, (id, risk)| {
            write_value(json, &risky_user(id, risk));
        }))
    }

    pub(super) fn set_risk(
        &mut self,
        ids: &[Uuid],
        compromised: bool,
        batch: Option<u64>,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        let checked = self.may_about_risk(CHANGE_RISK, context);
        let (state, operation) = match compromised {
            true => (RiskState::Confirmed, Operation::ConfirmCompromised),
            false => (RiskState::Dismissed, Operation::DismissRisk),
        };
        let status = checked.as_ref().map_or_else(|error| error.status, |()| 204);
        for id in ids {
            // The page does not say what becomes of unknown ids. They are passed over, and the ledger has them without a user.
            let place = self.directory.find(&UserKey::Id(*id));
            // The risk of guests is their home's.
            let place_here = place.filter(|place| !self.directory.get(*place).is_external());
            let applied = checked.is_ok() && place_here.is_some();
            if applied {
                self.risk.insert(*id, UserRisk { state, since: context.date });
            }
            self.record(place, operation.clone(), status, applied, batch, context);
        }
        checked.map(|()| ServedAnswer::no_content())
    }

    /// A password set by an administrator closes the risk, a confirmed one too.
    pub(super) fn close_risk(&mut self, id: Uuid, date: OffsetDateTime) {
        if let Some(risk) = self.risk.get_mut(&id).filter(|risk| risk.state == RiskState::Confirmed) {
            *risk = UserRisk { state: RiskState::Remediated, since: date };
        }
    }
}
