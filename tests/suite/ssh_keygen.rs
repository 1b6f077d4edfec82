//! Keys that stock `ssh-keygen` makes, and signatures as it judges them.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Makes an Ed25519 key and its public half beside it.
pub(crate) fn make_key(path: &Path, comment: &str, passphrase: &str) {
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-t", "ed25519", "-N", passphrase, "-C", comment, "-f"]).arg(path);
    assert!(command.stdin(Stdio::null()).status().unwrap().success(), "ssh-keygen made no key");
}

/// Whether a signature is this signer's over the message, by the file `allowed_signers` in the folder.
pub(crate) fn verifies(folder: &Path, signer: &str, namespace: &str, signature: &str, message: &[u8]) -> bool {
    let mut command = Command::new("ssh-keygen");
    command.args(["-Y", "verify", "-f", "allowed_signers", "-I", signer, "-n", namespace, "-s", signature]);
    command.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    // It may end before it has read all.
    let _ = child.stdin.take().unwrap().write_all(message);
    child.wait().unwrap().success()
}
