//! A batch of slips as one call.

use std::io;

use super::Slip;
use crate::graph::batch;
use crate::graph::transport::Call;
use crate::run::accounts::Accounts;
use crate::step::write::{NewPassword, write_of};

/// Packs the writes; passwords are exposed for as long as this takes.
pub(super) fn pack(slips: &[Slip], accounts: &Accounts, change_at_next_sign_in: bool) -> io::Result<Call> {
    let writes = slips.iter().map(|slip| {
        let password = slip.password().map(|exposed| NewPassword { exposed, change_at_next_sign_in });
        write_of(slip.steps, accounts.get(slip.turn).object_id, password)
    });
    let writes: Option<Vec<_>> = writes.collect();
    let writes = writes.ok_or_else(|| io::Error::other("a write that resets has no password"))?;
    batch::of_writes(&writes)
}
