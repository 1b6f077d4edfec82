//! What a drill prints beside what the job itself prints.

use std::io::Write as _;
use std::path::Path;

use super::lines::{self, Lines};
use super::preview::note_unprinted;
use crate::plan::playbook::Playbook;
use crate::shell::Shell;

/// Prints for people; nothing where programs read.
pub(super) fn print(silent: bool, write: impl FnOnce(&mut Lines)) {
    if silent {
        return;
    }
    let mut out = anstream::stdout();
    note_unprinted(lines::write(&mut out, write).and_then(|()| out.flush()));
}

/// The same job against a real tenant, as commands.
pub(super) fn print_real_job(playbook: Playbook, folder: &Path, apps: u32) {
    print(false, |out| {
        out.text(format_args!("Everything is in {}. Against a real tenant, the same job is:", folder.display()));
        out.blank();
        for name in ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"] {
            out.command(2, Shell::here().set(name, "..."));
        }
        let mut seal_to = "";
        if playbook.resets() {
            out.command(2, "sealoff keygen -o key.txt            # prints the recipient, age1…");
            seal_to = " --seal-to age1…";
        }
        out.command(2, format_args!("sealoff plan people.csv --playbook {playbook}{seal_to} --out tonight"));
        let further: String = (2..=apps).map(|number| format!(" --app app{number}.toml")).collect();
        out.command(2, format_args!("sealoff apply tonight --confirm N@FINGERPRINT{further}"));
        if playbook.resets() {
            out.command(2, "sealoff unseal tonight/results.csv -i key.txt -o passwords.csv");
        }
    });
}
