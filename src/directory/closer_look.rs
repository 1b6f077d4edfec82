//! What is read of accounts that were found, where more has to be known of them than everybody's properties.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::account::{Account, Found};
use super::error::LookupError;
use super::mailboxes::Mailboxes;
use super::managers::{Manager, managers};
use super::note::{ManagerFault, Note};
use crate::graph::error::GraphError;
use crate::graph::paced::Paced;
use crate::graph::transport::Transport;
use crate::ids::ObjectId;

/// Reads what is asked for, and nothing else: it costs a request for each account.
pub struct CloserLook<'a, T> {
    paced: Paced<'a, T>,
    /// Is it asked what each mailbox is for?
    mailboxes: bool,
    /// Is each manager asked for?
    managers: bool,
    not_read: Mutex<Option<(GraphError, u32)>>,
    managers_not_read: OnceLock<ManagerFault>,
}

/// What a closer look has shown of some accounts.
#[derive(Debug, Default)]
pub struct SeenCloser {
    /// The managers of those who have one; empty where they were not asked for.
    pub managers: HashMap<ObjectId, Manager>,
}

impl<'a, T: Transport> CloserLook<'a, T> {
    /// Looks as these say.
    pub const fn new(paced: Paced<'a, T>, mailboxes: bool, managers: bool) -> Self {
        Self { paced, mailboxes, managers, not_read: Mutex::new(None), managers_not_read: OnceLock::new() }
    }

    /// Looks closer at the accounts among these, and notes in each what shows that it is not one person's.
    ///
    /// # Errors
    ///
    /// A manager cannot be read, or no answer comes. A mailbox that is refused is a note: see [`CloserLook::notes`].
    pub async fn look(&self, found: &mut [Found]) -> Result<SeenCloser, LookupError> {
        let mut accounts: Vec<&mut Account> = found
            .iter_mut()
            .filter_map(|found| match found {
                Found::Account(account) => Some(account.as_mut()),
                _ => None,
            })
            .collect();
        if self.mailboxes {
            self.look_at_mailboxes(&mut accounts).await?;
        }
        let is_open = |account: &&mut Account| self.managers || (account.hint.is_some() && account.sign.is_none());
        let ids: Vec<ObjectId> = accounts.iter().filter(|it| is_open(it)).map(|account| account.object_id).collect();
        let read = match managers(&self.paced, &ids).await {
            // A hint decides nothing; to hand over, a manager has to be known.
            Err(LookupError::Refused { error, .. }) if !self.managers => {
                self.managers_not_read.get_or_init(|| error.into());
                return Ok(SeenCloser::default());
            }
            Err(LookupError::Unreliable { question, reason }) if !self.managers => {
                self.managers_not_read.get_or_init(|| ManagerFault::Unreliable { question, reason });
                return Ok(SeenCloser::default());
            }
            read => read?,
        };
        let read: HashMap<ObjectId, Option<Manager>> = ids.into_iter().zip(read).collect();
        for account in &mut accounts {
            if account.sign.is_none() && read.get(&account.object_id).is_some_and(Option::is_none) {
                account.sign = account.hint;
            }
        }
        let known = read.into_iter().filter_map(|(id, manager)| Some((id, manager?)));
        Ok(SeenCloser { managers: if self.managers { known.collect() } else { HashMap::new() } })
    }

    async fn look_at_mailboxes(&self, accounts: &mut [&mut Account]) -> Result<(), LookupError> {
        // Guests have their mailboxes at home.
        let asked = |account: &Account| account.sign.is_none() && !account.external && account.mail.is_some();
        let mut asked: Vec<&mut &mut Account> = accounts.iter_mut().filter(|account| asked(account)).collect();
        let ids: Vec<ObjectId> = asked.iter().map(|account| account.object_id).collect();
        let read = Mailboxes::read(&self.paced, &ids).await?;
        for (account, sign) in asked.iter_mut().zip(&read.signs) {
            account.sign = *sign;
        }
        if let Some((error, number)) = read.refused {
            let mut not_read = self.not_read.lock().unwrap_or_else(PoisonError::into_inner);
            let before = not_read.take();
            *not_read = Some(match before {
                Some((because, others)) => (because, others.saturating_add(number)),
                None => (error, number),
            });
        }
        Ok(())
    }

    /// What could not be read so far.
    pub fn notes(&self) -> Vec<Note> {
        let not_read = self.not_read.lock().unwrap_or_else(PoisonError::into_inner);
        let note = |(because, mailboxes): &(GraphError, u32)| Note::MailboxesNotRead {
            mailboxes: *mailboxes,
            because: because.clone(),
        };
        let managers = self.managers_not_read.get().cloned().map(|because| Note::ManagersNotRead { because });
        not_read.as_ref().map(note).into_iter().chain(managers).collect()
    }
}
