//! Credentials, made and sealed ahead of need, on every core, never on the network task.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread;

use rayon::prelude::*;
use time::OffsetDateTime;
use tokio::sync::mpsc;

use super::accounts::{PlannedAccount, PlannedAccounts};
use super::hand_passwords::HandPasswords;
use super::made_pass::PassAnswer;
use super::schedule::Turn;
use crate::graph::batch::MAX_ITEMS;
use crate::ids::{RowNumber, TenantId};
use crate::plan::manifest::Manifest;
use crate::seal::{
    Binding, OperatingSystem, Password, PasswordFault, PasswordStyle, RecipientError, Recipients, RowCredentialError,
    SealedCredential, seal, seal_pass,
};

/// A password and its sealed form.
pub struct GeneratedCredential {
    /// The password itself.
    pub password: Password,
    /// What the recipients can open; nothing where the password is thrown away.
    pub sealed: Option<SealedCredential>,
}

/// Why there is no credential.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// It could not be generated or sealed.
    #[error(transparent)]
    Row(#[from] RowCredentialError),
    /// The plan does not say who may open it.
    #[error("the plan names no keys for row {row}; make a new plan")]
    NoKeys {
        /// The entry.
        row: RowNumber,
    },
    /// No password was chosen for a row of a plan whose passwords are.
    #[error("no password was chosen for row {row}; make a new plan")]
    NotChosen {
        /// The entry.
        row: RowNumber,
    },
    /// The thread that makes credentials could not be started.
    #[error("no thread could be started to make credentials: {0}")]
    Thread(#[from] std::io::Error),
}

/// Who can open the credentials of a run.
pub enum Sealing {
    /// No key: the passwords are thrown away, or none are made.
    Discard,
    /// The same keys for everybody's.
    ToAll(Recipients),
    /// For each share of the plan its own keys, with those that can open everybody's among them.
    ByShare(Vec<Recipients>),
}

impl Sealing {
    /// Who can open the credentials of a plan at that moment, by the keys that stand in it.
    ///
    /// # Errors
    ///
    /// A key that this version cannot read, or a certificate that has ended by then.
    pub fn as_of(moment: OffsetDateTime, plan: &Manifest) -> Result<Self, RecipientError> {
        match (&plan.handoff, plan.recipients.as_slice()) {
            (Some(handoff), _) => {
                let recipients = |share| Recipients::from_texts_as_of(moment, &handoff.keys_of(share));
                let shares = handoff.shares.iter().map(recipients);
                Ok(Self::ByShare(shares.collect::<Result<_, _>>()?))
            }
            // Without recipients a plan sets no password, or throws it away: that was checked when it was made.
            (None, []) => Ok(Self::Discard),
            (None, named) => Ok(Self::ToAll(Recipients::from_texts_as_of(moment, named)?)),
        }
    }
}

/// Makes credentials for one run.
pub struct CredentialGenerator {
    /// Who can open them.
    pub sealing: Sealing,
    /// What passwords are like.
    pub style: PasswordStyle,
    /// The tenant they are bound to.
    pub tenant: TenantId,
    /// Names of the tenant and its domains, no part of which may stand in a password.
    pub tenant_names: Vec<String>,
    /// Names of people that their sign-in names and display names do not show, by row; they must not stand in their
    /// passwords either.
    pub other_names: HashMap<RowNumber, Box<str>>,
    /// The passwords that people chose, where they did.
    pub by_hand: Option<HandPasswords>,
    /// Are new passwords thrown away, though there are keys: a pass is what is handed over?
    pub hands_over_pass_alone: bool,
}

impl CredentialGenerator {
    /// A new password for an account, sealed and bound to it.
    ///
    /// # Errors
    ///
    /// The operating system gives no randomness, or sealing fails.
    pub fn credential(&self, account: PlannedAccount<'_>) -> Result<GeneratedCredential, CredentialError> {
        let row = account.row;
        let password = self.password(account)?;
        let recipients = if self.hands_over_pass_alone { None } else { self.recipients(account)? };
        let seal = |recipients| {
            let sealed = seal(recipients, &self.binding(account), &password);
            sealed.map_err(|source| RowCredentialError::Seal { row, source })
        };
        let sealed = recipients.map(seal).transpose()?;
        Ok(GeneratedCredential { password, sealed })
    }

    /// Seals a pass that Graph made for an account, and binds it to that account.
    ///
    /// # Errors
    ///
    /// The plan names no keys, or sealing fails.
    pub fn seal_pass(
        &self,
        account: PlannedAccount<'_>,
        made: &PassAnswer,
    ) -> Result<SealedCredential, CredentialError> {
        let row = account.row;
        let recipients = self.recipients(account)?.ok_or(CredentialError::NoKeys { row })?;
        let sealed = seal_pass(recipients, &self.binding(account), &made.times, &made.pass);
        Ok(sealed.map_err(|source| RowCredentialError::Seal { row, source })?)
    }

    /// Who can open what is made for an account; nothing where it is thrown away.
    fn recipients(&self, account: PlannedAccount<'_>) -> Result<Option<&Recipients>, CredentialError> {
        Ok(match &self.sealing {
            Sealing::Discard => None,
            Sealing::ToAll(recipients) => Some(recipients),
            Sealing::ByShare(shares) => {
                let recipients = shares.get(usize::from(account.share));
                Some(recipients.ok_or(CredentialError::NoKeys { row: account.row })?)
            }
        })
    }

    fn binding(&self, account: PlannedAccount<'_>) -> Binding {
        Binding {
            tenant: self.tenant,
            object_id: account.object_id,
            user_principal_name: account.user_principal_name.to_owned(),
        }
    }

    fn password(&self, account: PlannedAccount<'_>) -> Result<Password, CredentialError> {
        let row = account.row;
        if let Some(by_hand) = &self.by_hand {
            match by_hand.for_row(account.row) {
                Some(chosen) => return Ok(Password::of(chosen.expose().to_owned())),
                None if !by_hand.generates_missing() => return Err(CredentialError::NotChosen { row }),
                None => {}
            }
        }
        let made = Password::generate(&mut OperatingSystem, self.style, &self.names(account));
        Ok(made.map_err(|source| RowCredentialError::Password { row, source })?)
    }

    /// What must not stand in the password of an account.
    fn names<'a>(&'a self, account: PlannedAccount<'a>) -> Vec<&'a str> {
        let mut names = vec![account.user_principal_name, account.display_name];
        names.extend(self.tenant_names.iter().map(String::as_str));
        names.extend(self.other_names.get(&account.row).map(|name| &**name));
        names
    }

    /// Which of Entra's rules a password breaks that a person has typed for this run: the plan has checked another one at the most.
    pub fn fault_of_typed(&self, accounts: &PlannedAccounts) -> Option<PasswordFault> {
        let typed = self.by_hand.as_ref().filter(|by_hand| by_hand.is_typed())?;
        accounts.turns().map(|turn| accounts.get(turn)).find_map(|account| {
            let password = typed.for_row(account.row)?;
            password.check(&self.names(account)).err()
        })
    }
}

/// How many credentials are made in one go, and how many such batches wait: few enough that little is made in vain when a run
/// stops, enough that the network never waits.
const PREFETCHED_TOGETHER: usize = 4 * MAX_ITEMS;
const PREFETCHED_BATCHES: usize = 4;

/// What comes out of [`prefetch`]: accounts in the order of work, each with a credential if its plan resets.
pub type Prefetched = Result<Vec<(Turn, Option<GeneratedCredential>)>, CredentialError>;

/// Hands out accounts in the order of work, with credentials made ahead on all cores. `turns` says for each account
/// whether it needs one. Dropping the receiver ends it.
///
/// # Errors
///
/// No thread could be started.
pub fn prefetch(
    generator: Arc<CredentialGenerator>,
    accounts: Arc<PlannedAccounts>,
    turns: Vec<(Turn, bool)>,
) -> Result<mpsc::Receiver<Prefetched>, CredentialError> {
    let (sender, receiver) = mpsc::channel(PREFETCHED_BATCHES);
    thread::Builder::new().name("credentials".to_owned()).spawn(move || {
        for chunk in turns.chunks(PREFETCHED_TOGETHER) {
            let made: Prefetched = chunk
                .par_iter()
                .map(|&(turn, resets)| {
                    let credential = if resets { Some(generator.credential(accounts.get(turn))?) } else { None };
                    Ok((turn, credential))
                })
                .collect();
            let failed = made.is_err();
            if sender.blocking_send(made).is_err() || failed {
                return;
            }
        }
    })?;
    Ok(receiver)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::graph::reading::Organization;
    use crate::ids::ObjectId;
    use crate::step::{Step, Steps};

    /// Sixty words in a name: most phrases that do not know it hold a part of it, and one that does is soon found.
    fn long_name() -> (String, HashSet<Vec<u8>>) {
        let words: Vec<&str> = diceware_wordlists::EFF_LONG_WORDLIST.iter().step_by(130).copied().collect();
        let parts = words.iter().flat_map(|word| word.as_bytes().windows(4)).map(<[u8]>::to_vec).collect();
        (words.join(" "), parts)
    }

    #[test]
    fn no_part_of_any_name_stands_in_a_password() {
        let (name, parts) = long_name();
        let generator = |tenant_names, other_names| CredentialGenerator {
            sealing: Sealing::Discard,
            style: PasswordStyle::phrase(6).unwrap(),
            tenant: TenantId::new(Uuid::from_u128(1)),
            tenant_names,
            other_names,
            by_hand: None,
            hands_over_pass_alone: false,
        };
        let account = |user_principal_name, display_name| PlannedAccount {
            row: RowNumber::FIRST,
            object_id: ObjectId::new(Uuid::from_u128(2)),
            user_principal_name,
            display_name,
            steps: Steps::of(&[Step::Reset]),
            share: 0,
        };
        let (plain, short) = ("ada@contoso.com", "Ada");
        let others = HashMap::from([(RowNumber::FIRST, name.clone().into_boxed_str())]);
        for (whose, generator, account) in [
            ("the tenant", generator(vec!["x".to_owned(), name.clone()], HashMap::new()), account(plain, short)),
            ("the person, unseen", generator(vec![], others), account(plain, short)),
            ("display name", generator(vec![], HashMap::new()), account(plain, &name)),
            ("sign-in name", generator(vec![], HashMap::new()), account(&name, short)),
        ] {
            for _ in 0..20 {
                let password = generator.credential(account).unwrap().password;
                let password = password.expose().to_lowercase();
                assert!(
                    password.as_bytes().windows(4).all(|part| !parts.contains(part)),
                    "a part of a name of {whose}"
                );
            }
        }
    }

    /// A tenant of many brands has a domain for each, of words that phrases are made of.
    #[test]
    fn a_tenant_of_many_domains_leaves_room_for_phrases() {
        let words = diceware_wordlists::EFF_LONG_WORDLIST;
        let domain = |(first, second): (&&str, &&str)| json!({"name": format!("{first}{second}.com")});
        let mut domains: Vec<_> = words.iter().zip(words.iter().skip(999)).step_by(17).take(400).map(domain).collect();
        domains.push(json!({"name": "contoso.onmicrosoft.com", "isInitial": true}));
        domains.push(json!({"name": "contoso.com", "isDefault": true}));
        let id = Uuid::from_u128(1);
        let organization = json!({"id": id, "displayName": "Contoso Group", "verifiedDomains": domains});
        let organization: Organization = serde_json::from_value(organization).unwrap();
        assert_eq!(organization.names(), ["Contoso Group", "contoso.onmicrosoft.com", "contoso.com"]);
        let (style, names) = (PasswordStyle::phrase(6).unwrap(), organization.names());
        for _ in 0..200 {
            let names: Vec<&str> =
                names.iter().map(String::as_str).chain(["ada@contoso.com", "Ada Lovelace"]).collect();
            Password::generate(&mut OperatingSystem, style, &names).unwrap();
        }
    }
}
