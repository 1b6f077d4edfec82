//! The passwords that the script for Active Directory sets: made and sealed while the plan is made, because it is the plan that
//! the script gets.

use std::collections::HashMap;

use uuid::Uuid;

use super::handoff::HandoffKeys;
use super::row::PlanRow;
use super::rules::Rules;
use crate::directory::Account;
use crate::graph::reading::Organization;
use crate::ids::{TenantId, WorkListId};
use crate::seal::{
    Binding, OperatingSystem, Password, PasswordStyle, RecipientError, Recipients, RowCredentialError, ScriptedPlace,
    SealedCredential, seal, seal_for_script,
};

/// Why a row has no password for the script: there is no plan then.
#[derive(Debug, thiserror::Error)]
pub enum ScriptCredentialError {
    /// A key was changed since it was read.
    #[error("the keys that new passwords are sealed to cannot be used: {0}")]
    Keys(#[from] RecipientError),
    /// It could not be generated or sealed.
    #[error(transparent)]
    Row(#[from] RowCredentialError),
}

/// One password, in two envelopes.
pub(super) struct ScriptCredential {
    /// For those who hand it over.
    pub(super) for_handoff: SealedCredential,
    /// For those who run Active Directory.
    pub(super) for_script: SealedCredential,
}

/// Makes these passwords for one plan.
pub(super) struct ScriptCredentials<'a> {
    list: WorkListId,
    tenant: TenantId,
    tenant_names: Vec<String>,
    style: PasswordStyle,
    directory: Recipients,
    handoff: Option<&'a HandoffKeys>,
    to_all: Option<Recipients>,
    /// By the keys as the file of recipients has them.
    by_keys: HashMap<Vec<String>, Recipients>,
}

impl<'a> ScriptCredentials<'a> {
    /// Nothing where no key of Active Directory is named.
    pub(super) fn of(rules: &'a Rules, organization: &Organization) -> Result<Option<Self>, ScriptCredentialError> {
        if rules.active_directory.is_empty() || !rules.playbook.resets() {
            return Ok(None);
        }
        let to_all = if rules.recipients.is_empty() { None } else { Some(Recipients::from_texts(&rules.recipients)?) };
        Ok(Some(Self {
            list: WorkListId::new(Uuid::new_v4()),
            tenant: organization.id,
            tenant_names: organization.names(),
            style: rules.options.password,
            directory: Recipients::from_texts(&rules.active_directory)?.for_powershell()?,
            handoff: rules.handoff.as_ref(),
            to_all,
            by_keys: HashMap::new(),
        }))
    }

    /// The work list that they are for.
    pub(super) const fn list(&self) -> WorkListId {
        self.list
    }

    /// A new password for the account of a row; nothing where no key is known for those who would hand it over.
    pub(super) fn make(
        &mut self,
        row: &PlanRow,
        account: &Account,
    ) -> Result<Option<ScriptCredential>, ScriptCredentialError> {
        let there = account.on_premises.as_deref();
        let short_name = there.map_or("", |there| &there.sam_account_name);
        let mut names = vec![&*account.user_principal_name, &*account.display_name, short_name];
        names.extend([&*account.given_name, &*account.surname]);
        names.extend(self.tenant_names.iter().map(String::as_str));
        let password = Password::generate(&mut OperatingSystem, self.style, &names)
            .map_err(|source| RowCredentialError::Password { row: row.row, source })?;
        let binding = Binding {
            tenant: self.tenant,
            object_id: account.object_id,
            user_principal_name: account.user_principal_name.clone(),
        };
        let sid = there.map_or("", |there| &there.security_identifier);
        let place = ScriptedPlace { security_identifier: sid, list: self.list };
        let failed = |source| RowCredentialError::Seal { row: row.row, source };
        let for_script = seal_for_script(&self.directory, &binding, &place, &password).map_err(failed)?;
        let Some(recipients) = self.recipients(&row.handoff)? else { return Ok(None) };
        let for_handoff = seal(recipients, &binding, &password).map_err(failed)?;
        Ok(Some(ScriptCredential { for_handoff, for_script }))
    }

    /// Who opens the password of a row with this text in its handoff column.
    fn recipients(&mut self, text: &str) -> Result<Option<&Recipients>, ScriptCredentialError> {
        let Some(handoff) = self.handoff else { return Ok(self.to_all.as_ref()) };
        let Some(keys) = handoff.keys_for(text) else { return Ok(None) };
        if !self.by_keys.contains_key(&keys) {
            self.by_keys.insert(keys.clone(), Recipients::from_texts(&keys)?);
        }
        Ok(self.by_keys.get(&keys))
    }
}
