//! A batch of slips as one call.

use std::io;

use super::{Slip, SlipWrite};
use crate::graph::batch;
use crate::graph::transport::Call;
use crate::graph::write::{Change, NewPassword, Write};
use crate::run::accounts::Accounts;

/// Packs the writes; passwords are exposed for as long as this takes.
pub(super) fn pack(slips: &[Slip], accounts: &Accounts, change_at_next_sign_in: bool) -> io::Result<Call> {
    let writes: Vec<Write<'_>> = slips
        .iter()
        .map(|slip| Write {
            object_id: accounts.get(slip.turn).object_id,
            change: match &slip.write {
                SlipWrite::Revoke => Change::RevokeSessions,
                SlipWrite::Update { account_enabled, reset } => Change::Update {
                    account_enabled: *account_enabled,
                    password: reset.as_ref().map(|credential| NewPassword {
                        exposed: credential.password.expose(),
                        change_at_next_sign_in,
                    }),
                },
            },
        })
        .collect();
    batch::of_writes(&writes)
}
