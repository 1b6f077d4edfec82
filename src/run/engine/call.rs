//! The writes of a batch as one call.

use std::io;

use super::in_flight::QueuedWrite;
use crate::graph::batch;
use crate::graph::transport::Call;
use crate::run::accounts::PlannedAccounts;
use crate::step::write::{NewPassword, write_of};

/// Packs the writes; passwords are exposed for as long as this takes.
pub(super) fn pack(
    writes: &[QueuedWrite],
    accounts: &PlannedAccounts,
    change_at_next_sign_in: bool,
) -> io::Result<Call> {
    let writes = writes.iter().map(|write| {
        let password = write.password().map(|exposed| NewPassword { exposed, change_at_next_sign_in });
        let account = accounts.get(write.key.turn);
        let target = accounts.target(write.key);
        write_of(write.steps, account.object_id, target, password)
    });
    let writes: Option<Vec<_>> = writes.collect();
    let writes = writes.ok_or_else(|| io::Error::other("a write has no password, or nothing that it is about"))?;
    batch::of_writes(&writes)
}
