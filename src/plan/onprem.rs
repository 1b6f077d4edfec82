//! What is left to do where the passwords are: a work list for the people who run Active Directory, and a script that does
//! it for them.
//!
//! A password that is mastered on-premises has to be replaced there, and a block in the cloud is undone by the next sync
//! cycle while the account is enabled on-premises ("Revoke user access in Microsoft Entra ID"). No password is in either
//! file: the script makes them on the spot.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::folder::{ONPREM_CSV, ONPREM_PS1};
use super::manifest::OnPremisesWork;
use super::playbook::Playbook;
use super::reason::Reason;
use super::row::{Decision, PlanRow};
use crate::digest::Hashing;
use crate::directory::{Account, OnPremises};
use crate::ids::{ObjectId, RowNumber};
use crate::private_files::{Pending, replace};
use crate::spreadsheet::{BYTE_ORDER_MARK, Guarded};
use crate::step::{Step, Steps};

const SCRIPT: &str = include_str!("onprem.ps1");

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
}

/// What an administrator on-premises has to do with one account. The script goes by its word in `onprem.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Disable it.
    Disable,
    /// Replace its password twice: the one before stays usable for a while where replication lags.
    ResetTwice,
    /// Both.
    #[serde(rename = "disable+reset-twice")]
    DisableAndResetTwice,
    /// Enable it.
    Enable,
    /// Give the person a new password and enable the account.
    #[serde(rename = "enable+reset")]
    EnableAndReset,
    /// Change the password at the identity provider of its domain.
    IdentityProvider,
}

impl Task {
    /// Does the script do it? The rest is left to people, because somebody has to be given a password.
    #[must_use]
    pub const fn is_scripted(self) -> bool {
        !matches!(self, Self::EnableAndReset | Self::IdentityProvider)
    }

    /// What is left to do on-premises, when anything is: an account that the plan leaves alone for another reason
    /// must not be on the list either.
    #[must_use]
    pub fn of(playbook: Playbook, account: &Account, row: &PlanRow) -> Option<Self> {
        let by_place = |reason: &Reason| matches!(reason, Reason::Synced | Reason::Federated);
        let concerned = match row.decision {
            Decision::Act | Decision::Already => true,
            Decision::Refuse => !row.reasons.is_empty() && row.reasons.iter().all(by_place),
            Decision::Skip => false,
        };
        if !concerned {
            return None;
        }
        let steps: Steps = playbook.steps();
        // A password that is replaced in the cloud must not be replaced a second time on-premises.
        let resets = steps.contains(Step::Reset) && !row.steps.contains(Step::Reset);
        if !account.synced {
            return (resets && row.reasons.contains(&Reason::Federated)).then_some(Self::IdentityProvider);
        }
        match (steps.account_enabled(), resets) {
            (Some(false), true) => Some(Self::DisableAndResetTwice),
            (Some(false), false) => Some(Self::Disable),
            (Some(true), _) if playbook == Playbook::Undo => Some(Self::Enable),
            (Some(true), _) => Some(Self::EnableAndReset),
            (None, true) => Some(Self::ResetTwice),
            (None, false) => None,
        }
    }
}

impl<'a> WorkLine<'a> {
    fn of(row: &PlanRow, account: &'a Account, task: Task) -> Self {
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
        }
    }
}

/// The work list of one plan while it is being made. Without a row it leaves no file.
pub(super) struct WorkList {
    folder: PathBuf,
    playbook: Playbook,
    csv: Option<csv::Writer<Hashing<Pending>>>,
    rows: u32,
    by_hand: u32,
}

impl WorkList {
    pub(super) fn new(folder: &Path, playbook: Playbook) -> Self {
        Self { folder: folder.to_owned(), playbook, csv: None, rows: 0, by_hand: 0 }
    }

    /// Takes in what was decided about one account.
    pub(super) fn add(&mut self, row: &PlanRow, account: &Account) -> io::Result<()> {
        let Some(task) = Task::of(self.playbook, account, row) else { return Ok(()) };
        let csv = match &mut self.csv {
            Some(csv) => csv,
            none => {
                let mut file = Hashing::new(Pending::new(&self.folder.join(ONPREM_CSV))?);
                file.write_all(BYTE_ORDER_MARK)?;
                none.insert(csv::Writer::from_writer(file))
            }
        };
        csv.serialize(WorkLine::of(row, account, task))?;
        self.rows += 1;
        self.by_hand += u32::from(!task.is_scripted());
        Ok(())
    }

    /// Brings the list and the script to disk; says what is on the list, where anything is.
    pub(super) fn commit(self) -> io::Result<Option<OnPremisesWork>> {
        let Some(csv) = self.csv else { return Ok(None) };
        let (list, sha256) = csv.into_inner().map_err(csv::IntoInnerError::into_error)?.finish();
        list.commit()?;
        replace(&self.folder.join(ONPREM_PS1), |file| file.write_all(SCRIPT.as_bytes()))?;
        Ok(Some(OnPremisesWork { accounts: self.rows, by_hand: self.by_hand, sha256 }))
    }
}
