//! `sealoff keygen`: a new identity for a person to whom credentials are sealed.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::json::DocumentVersion;
use crate::private_files;
use crate::seal::Identity;

use super::exit::{Exit, Failure};
use super::{messages, passphrase, private_output};

/// Make a new identity: the secret key that opens what is sealed to its public half, the recipient.
///
/// The file has the form that age-keygen writes, so the stock age program reads it too. Anyone who has the file can open
/// every credential that was sealed to it: protect it as you would protect the passwords themselves.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sealoff keygen -o desk.key > desk.pub
  sealoff plan list.csv --playbook breach \\
    --seal-to desk.pub --out run1")]
pub struct KeygenArgs {
    /// Write the identity to this file, which must not exist yet, and print the recipient alone.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Protect the file by a passphrase, which is asked for twice; unseal and the stock age program then ask for it.
    #[arg(long, requires = "output")]
    passphrase: bool,

    /// The same, with the passphrase from the first line of standard input.
    #[arg(long, requires = "output")]
    passphrase_stdin: bool,

    /// Print one line of JSON: recipient, and identity_file or (without --output) identity.
    #[arg(long)]
    json: bool,

    /// Print the identity even to a terminal.
    #[arg(long, conflicts_with = "output")]
    show: bool,
}

/// Runs the command.
///
/// With `--output` the identity is only written to that file. Without it, the identity goes to standard output, and to a
/// terminal only with `--show`: terminals are recorded, shared and scrolled back.
pub fn run(args: KeygenArgs) -> Result<Exit, Failure> {
    let to_terminal = io::stdout().is_terminal();
    if args.output.is_none() && to_terminal && !args.show {
        return Err(Failure::refused("a secret key is not printed to a terminal")
            .with_next("Name a file with -o FILE, or add --show."));
    }
    if args.output.is_none() {
        private_output::check_standard_output("a secret key")?;
    }
    let identity = Identity::generate();
    let recipient = identity.recipient();
    let printed = match &args.output {
        Some(path) => {
            let text = if args.passphrase || args.passphrase_stdin {
                let passphrase = passphrase::new(args.passphrase_stdin)?;
                Zeroizing::new(identity.protected_file_text(passphrase).map_err(Failure::usage)?)
            } else {
                identity.file_text()
            };
            save(&text, path)?;
            let mut out = io::stdout().lock();
            if args.json {
                let key = PrivateKey::Saved { identity_file: path.to_string_lossy() };
                write_json(&mut out, &recipient, key)
            } else {
                messages::info(format_args!(
                    "the secret key is in {}: who has that file opens what is sealed to it, and without it no person does, so keep a copy \
                     in a safe place. What is printed is its public half, for --seal-to",
                    path.display()
                ));
                writeln!(out, "{recipient}")
            }
        }
        None => print(&identity, &recipient, args.json),
    };
    printed.map_err(|error| Failure::unprinted(&error))?;
    Ok(Exit::Done)
}

fn save(text: &str, path: &Path) -> Result<(), Failure> {
    let mut file = private_files::create_new(path).map_err(|error| {
        let failure = Failure::usage(format_args!("{} cannot be made: {error}", path.display()));
        match error.kind() {
            io::ErrorKind::AlreadyExists => failure.with_next("An identity is never overwritten: name another file."),
            _ => failure,
        }
    })?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|error| Failure::usage(format_args!("{} cannot be written: {error}", path.display())))
}

/// A new key, as `--json` prints it.
#[derive(JsonSchema, Serialize)]
pub(super) struct KeygenDocument<'a> {
    sealoff_keygen: DocumentVersion,
    /// The public key.
    recipient: &'a str,
    #[serde(flatten)]
    key: PrivateKey<'a>,
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum PrivateKey<'a> {
    Saved {
        /// Where the key was written to with -o FILE.
        identity_file: Cow<'a, str>,
    },
    Printed {
        /// The key itself, where no file was named.
        identity: &'a str,
    },
}

/// Nothing of it is kept in memory: it is written as it is made.
fn write_json(out: &mut impl Write, recipient: &str, key: PrivateKey<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &KeygenDocument { sealoff_keygen: DocumentVersion, recipient, key })?;
    writeln!(out)
}

fn print(identity: &Identity, recipient: &str, json: bool) -> io::Result<()> {
    let text = identity.file_text();
    let mut out = io::stdout().lock();
    if json {
        // The last line is the key itself.
        return write_json(
            &mut out,
            recipient,
            PrivateKey::Printed { identity: text.lines().last().unwrap_or_default() },
        );
    }
    out.write_all(text.as_bytes())?;
    out.flush()?;
    // As age-keygen does: standard output goes to a file, and the person sees the recipient all the same.
    messages::info(format_args!("Public key: {recipient}"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::Identities;

    #[test]
    fn an_identity_is_saved_for_its_owner_alone_and_never_overwritten() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("desk.key");
        save(&Identity::generate().file_text(), &path).unwrap();
        assert!(Identities::read(&path).is_ok());
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions()) & 0o777,
            0o600
        );
        let before = std::fs::read(&path).unwrap();
        let failure = save(&Identity::generate().file_text(), &path).unwrap_err();
        assert_eq!((failure.exit, std::fs::read(&path).unwrap()), (Exit::Usage, before));
        assert!(!failure.next.is_empty());
    }
}
