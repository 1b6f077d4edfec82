//! What is left to do where the passwords are: a work list for the people who run Active Directory, and a script that does
//! it for them.
//!
//! A password that is mastered on-premises has to be replaced there, and a block in the cloud is undone by the next sync
//! cycle while the account is enabled on-premises ("Revoke user access in Microsoft Entra ID"). No password is in clear in
//! either file: where those who run Active Directory have a key, each row has its password sealed to it, and the script opens
//! one after the other; where they have none, it makes them on the spot, and they stay unknown.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use uuid::Uuid;

use super::kept_elsewhere::{PasswordPlace, block_is_undone_by_sync, is_written_back, password_is_kept_in};
use super::left_to_people::LeftToPeople;
use super::manifest::OnPremisesWork;
use super::plan_files::{ONPREM_CSV, ONPREM_PS1};
use super::playbook::Playbook;
use super::row::PlanRow;
use super::task_elsewhere::Task;
use crate::digest::Hashing;
use crate::directory::{Account, OnPremises};
use crate::ids::{ObjectId, RowNumber, WorkListId};
use crate::private_files::{Pending, replace};
use crate::seal::SealedCredential;
use crate::spreadsheet::{BYTE_ORDER_MARK, Guarded};

const SCRIPT: &str = include_str!("onprem.ps1");
/// What stands in the script where the digest of the list belongs.
const DIGEST_IN_SCRIPT: &str = "SHA256-OF-THE-LIST";

/// One row of `onprem.csv`.
#[derive(Serialize)]
struct WorkLine<'a> {
    row: RowNumber,
    r#do: Task,
    sam_account_name: Guarded<'a>,
    domain: Guarded<'a>,
    distinguished_name: Guarded<'a>,
    sid: Guarded<'a>,
    user_principal_name: Guarded<'a>,
    display_name: Guarded<'a>,
    object_id: ObjectId,
    reason: String,
    list: WorkListId,
    change_at_next_sign_in: &'static str,
    sealed_for_active_directory: Option<&'a SealedCredential>,
}

impl<'a> WorkLine<'a> {
    fn of(
        row: &PlanRow,
        account: &'a Account,
        task: Task,
        list: WorkListId,
        password: Option<&'a SealedCredential>,
        playbook: Playbook,
    ) -> Self {
        let there = account.on_premises.as_deref();
        let of = |name: fn(&OnPremises) -> &str| Guarded::from(there.map(name).unwrap_or_default());
        let reasons: Vec<&str> = row.reasons.iter().map(|reason| reason.name()).collect();
        Self {
            row: row.row,
            r#do: task,
            sam_account_name: of(|there| &there.sam_account_name),
            domain: of(|there| &there.domain_name),
            distinguished_name: of(|there| &there.distinguished_name),
            sid: of(|there| &there.security_identifier),
            user_principal_name: (*account.user_principal_name).into(),
            display_name: (*account.display_name).into(),
            object_id: account.object_id,
            reason: reasons.join("+"),
            list,
            // What no one was given, no one can change.
            change_at_next_sign_in: match password.is_some() && playbook.change_at_next_sign_in() {
                true => "yes",
                false => "no",
            },
            sealed_for_active_directory: password,
        }
    }
}

/// The work list of one plan while it is being made. Without a row it leaves no file.
pub(super) struct WorkList {
    folder: PathBuf,
    playbook: Playbook,
    /// Are new passwords written back?
    writeback: bool,
    /// How many are.
    written_back: u32,
    csv: Option<csv::Writer<Hashing<Pending>>>,
    list: WorkListId,
    rows: u32,
    people: LeftToPeople,
    by_hand: u32,
    passwords: u32,
    at_providers: u32,
    blocks: u32,
    sealed: u32,
}

impl WorkList {
    /// `list` is what its passwords are bound to, where it has any.
    pub(super) fn new(folder: &Path, playbook: Playbook, writeback: bool, list: Option<WorkListId>) -> Self {
        let list = list.unwrap_or_else(|| WorkListId::new(Uuid::new_v4()));
        let folder = folder.to_owned();
        Self {
            folder,
            playbook,
            writeback,
            written_back: 0,
            csv: None,
            list,
            rows: 0,
            people: LeftToPeople::default(),
            by_hand: 0,
            passwords: 0,
            at_providers: 0,
            blocks: 0,
            sealed: 0,
        }
    }

    /// Counts a row of the plan, as it is written.
    pub(super) fn count(&mut self, row: &PlanRow) {
        let is_written_back = is_written_back(self.writeback, self.playbook, row);
        self.written_back += u32::from(is_written_back);
        match password_is_kept_in(self.playbook, row).filter(|_| !is_written_back) {
            Some(PasswordPlace::ActiveDirectory) => self.passwords += 1,
            Some(PasswordPlace::IdentityProvider) => self.at_providers += 1,
            None => {}
        }
        self.blocks += u32::from(block_is_undone_by_sync(row));
        self.sealed += u32::from(row.sealed.is_some());
    }

    /// The same list, where every row of the plan is written once more.
    pub(super) fn uncounted(self) -> Self {
        Self { passwords: 0, at_providers: 0, blocks: 0, sealed: 0, written_back: 0, ..self }
    }

    /// Takes in what was decided about one account.
    pub(super) fn add(
        &mut self,
        row: &PlanRow,
        account: &Account,
        password: Option<&SealedCredential>,
    ) -> io::Result<()> {
        let Some(task) = Task::of(self.playbook, self.writeback, account, row) else { return Ok(()) };
        let csv = match &mut self.csv {
            Some(csv) => csv,
            none => {
                let mut file = Hashing::new(Pending::new(&self.folder.join(ONPREM_CSV))?);
                file.write_all(BYTE_ORDER_MARK)?;
                none.insert(csv::Writer::from_writer(file))
            }
        };
        csv.serialize(WorkLine::of(row, account, task, self.list, password, self.playbook))?;
        self.rows += 1;
        if !task.is_scripted(password.is_some()) {
            self.by_hand += 1;
            self.people.add(&self.folder, self.list, task, self.playbook, row, account)?;
        }
        Ok(())
    }

    /// How many new passwords are written back.
    pub(super) const fn written_back(&self) -> u32 {
        self.written_back
    }

    /// Brings the list and the script to disk; says what is on the list, where anything is.
    pub(super) fn commit(self, keys: &[String]) -> io::Result<Option<OnPremisesWork>> {
        let Some(csv) = self.csv else { return Ok(None) };
        let (list, sha256) = csv.into_inner().map_err(csv::IntoInnerError::into_error)?.finish();
        list.commit()?;
        self.people.commit()?;
        let script = SCRIPT.replace(DIGEST_IN_SCRIPT, &sha256.to_string());
        replace(&self.folder.join(ONPREM_PS1), |file| file.write_all(script.as_bytes()))?;
        Ok(Some(OnPremisesWork {
            accounts: self.rows,
            by_hand: self.by_hand,
            passwords: self.passwords,
            at_providers: self.at_providers,
            blocks: self.blocks,
            sealed: self.sealed,
            list: Some(self.list),
            keys: if self.sealed > 0 { keys.to_vec() } else { Vec::new() },
            sha256,
        }))
    }
}
