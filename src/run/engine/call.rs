//! A batch of slips as one call.

use std::io;

use super::Slip;
use crate::graph::batch;
use crate::graph::transport::Call;
use crate::graph::write::{Change, NewPassword, Write};
use crate::run::accounts::Accounts;
use crate::run::schedule::Kind;

/// Packs the writes; passwords are exposed for as long as this takes.
pub(super) fn pack(slips: &[Slip], accounts: &Accounts, change_at_next_sign_in: bool) -> io::Result<Call> {
    let writes: Vec<Write<'_>> = slips
        .iter()
        .map(|slip| Write {
            object_id: accounts.get(slip.turn).object_id,
            change: match slip.kind {
                Kind::Update => Change::Update {
                    account_enabled: slip.steps.account_enabled(),
                    password: slip.credential.as_ref().map(|credential| NewPassword {
                        exposed: credential.password.expose(),
                        change_at_next_sign_in,
                    }),
                },
                Kind::Revoke => Change::RevokeSessions,
            },
        })
        .collect();
    batch::of_writes(&writes)
}
