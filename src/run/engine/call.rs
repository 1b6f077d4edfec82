//! The writes of a batch as one call.

use std::io;

use time::OffsetDateTime;

use super::in_flight::QueuedWrite;
use crate::graph::batch;
use crate::graph::transport::Call;
use crate::run::accounts::PlannedAccounts;
use crate::step::PassTerms;
use crate::step::write::{NewPassword, WriteDetails, write_of};

/// What holds for all writes of a run.
#[derive(Clone, Copy)]
pub(super) struct RunTerms {
    /// Must the people choose another password at the next sign-in?
    pub(super) change_at_next_sign_in: bool,
    /// What passes are like, where any are made.
    pub(super) pass: Option<PassTerms>,
}

/// Packs the writes; passwords are exposed for as long as this takes.
pub(super) fn pack(writes: &[QueuedWrite], accounts: &PlannedAccounts, terms: RunTerms) -> io::Result<Call> {
    let RunTerms { change_at_next_sign_in, pass } = terms;
    let now = OffsetDateTime::now_utc();
    let writes = writes.iter().map(|write| {
        let password = write.password().map(|exposed| NewPassword { exposed, change_at_next_sign_in });
        let account = accounts.get(write.key.turn);
        let details = WriteDetails {
            target: accounts.target(write.key),
            pass: pass.map(|terms| (terms.with_own(accounts.pass_from(write.key.turn)), now)),
        };
        write_of(write.steps, account.object_id, details, password)
    });
    let writes: Option<Vec<_>> = writes.collect();
    let writes = writes.ok_or_else(|| io::Error::other("a write has no password, or nothing that it is about"))?;
    batch::of_writes(&writes)
}
