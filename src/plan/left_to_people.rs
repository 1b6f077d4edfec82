//! `by-hand.csv`: what the script for Active Directory leaves to people, as a list that they fill in and give back.
//!
//! A password that is kept at an identity provider is changed there, by its own people, and nothing in the tenant shows it. So a
//! person has to say that it is done: in the last two columns, which are empty here.

use std::io::{self, Write as _};
use std::path::Path;

use serde::Serialize;

use super::plan_files::BY_HAND;
use super::playbook::Playbook;
use super::row::PlanRow;
use super::task_elsewhere::Task;
use crate::directory::Account;
use crate::ids::{ObjectId, RowNumber, WorkListId};
use crate::private_files::Pending;
use crate::spreadsheet::{BYTE_ORDER_MARK, Guarded};
use crate::step::Step;

/// One row of `by-hand.csv`.
#[derive(Serialize)]
struct ByHandLine<'a> {
    row: RowNumber,
    user_principal_name: Guarded<'a>,
    display_name: Guarded<'a>,
    r#where: Guarded<'a>,
    what: &'static str,
    done: &'static str,
    note: &'static str,
    object_id: ObjectId,
    list: WorkListId,
}

/// The list of one plan while it is being made. Without a row it leaves no file.
#[derive(Default)]
pub(super) struct LeftToPeople {
    csv: Option<csv::Writer<Pending>>,
}

impl LeftToPeople {
    /// Puts an account on it.
    pub(super) fn add(
        &mut self,
        folder: &Path,
        list: WorkListId,
        task: Task,
        playbook: Playbook,
        row: &PlanRow,
        account: &Account,
    ) -> io::Result<()> {
        let csv = match &mut self.csv {
            Some(csv) => csv,
            none => {
                let mut file = Pending::new(&folder.join(BY_HAND))?;
                file.write_all(BYTE_ORDER_MARK)?;
                none.insert(csv::Writer::from_writer(file))
            }
        };
        let line = ByHandLine {
            row: row.row,
            user_principal_name: (*account.user_principal_name).into(),
            display_name: (*account.display_name).into(),
            r#where: place(task, account).into(),
            what: what(task, playbook),
            done: "",
            note: "",
            object_id: account.object_id,
            list,
        };
        Ok(csv.serialize(line)?)
    }

    /// Brings it to disk.
    pub(super) fn commit(self) -> io::Result<()> {
        let Some(csv) = self.csv else { return Ok(()) };
        csv.into_inner().map_err(csv::IntoInnerError::into_error)?.commit()
    }
}

/// Where it is to be done.
fn place(task: Task, account: &Account) -> String {
    let domain_of = |name: &str| name.rsplit_once('@').map(|(_, domain)| domain.to_owned()).unwrap_or_default();
    match task {
        Task::IdentityProvider => format!("the identity provider of {}", domain_of(&account.user_principal_name)),
        _ => "Active Directory".to_owned(),
    }
}

/// What is to be done there.
fn what(task: Task, playbook: Playbook) -> &'static str {
    match task {
        Task::IdentityProvider if playbook.steps().contains(Step::Block) => {
            "change the password or disable the account there, and end the sessions there"
        }
        Task::IdentityProvider if playbook.steps().contains(Step::Unblock) => {
            "set a new password there that the person is given; the account stays blocked in the cloud"
        }
        Task::IdentityProvider => "change the password there, and end the sessions there",
        _ => "set a new password that the person is given, then enable the account",
    }
}
