//! Passphrases: typed without echo, or given by a program on standard input. They are never an argument, which every user of
//! the machine can see, and never in the environment, which child processes inherit.

use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::seal::{AskPassphrase, Identities, IdentityError};
use crate::text_file::{self, Letters};

use super::exit::Failure;

/// No passphrase is longer. The buffer has this size from the beginning: a buffer that grows leaves copies behind.
const MAX_BYTES: usize = 4096;

/// Reads all identity files, and asks for the passphrase of each that is protected by one.
pub(super) fn identities(paths: &[PathBuf], from_stdin: bool) -> Result<Identities, Failure> {
    let mut handed = if from_stdin { Some(first_line(&mut io::stdin().lock())?) } else { None };
    let ask: &mut AskPassphrase<'_> = &mut |path| match &mut handed {
        // One line serves all identity files.
        Some(line) => Some(SecretString::from(line.as_str())),
        None => typed(path),
    };
    let mut all: Option<Identities> = None;
    for path in paths {
        let more = Identities::read_with(path, ask)?;
        all = Some(match all {
            Some(identities) => identities.and(more),
            None => more,
        });
    }
    all.ok_or_else(|| Failure::usage("no identity was named; give one with -i FILE"))
}

/// Says at once which identity file cannot be used, before any passphrase is asked for. A pipe can be read only once.
pub(super) fn check_files(paths: &[PathBuf]) -> Result<(), Failure> {
    let can_be_read_again = |path: &&PathBuf| std::fs::metadata(path).map_or(true, |file| file.is_file());
    for path in paths.iter().filter(can_be_read_again) {
        match Identities::read(path) {
            Ok(_) | Err(IdentityError::Locked(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// A new passphrase: typed twice, or the first line of standard input.
pub(super) fn new(from_stdin: bool) -> Result<SecretString, Failure> {
    if from_stdin {
        return first_line(&mut io::stdin().lock()).map(|line| SecretString::from(line.as_str()));
    }
    let ask = |prompt: &str| {
        rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(|error| {
            Failure::usage(format_args!("no passphrase can be asked for: {error}"))
                .with_next("Run this at a terminal, or give the passphrase on standard input with --passphrase-stdin.")
        })
    };
    let passphrase = ask("New passphrase: ")?;
    if passphrase.is_empty() {
        return Err(Failure::usage("the passphrase is empty"));
    }
    if *ask("The same again: ")? != *passphrase {
        return Err(Failure::usage("the two passphrases differ; no key was made"));
    }
    Ok(SecretString::from(passphrase.as_str()))
}

/// What a person types; `None` without a terminal.
fn typed(path: &Path) -> Option<SecretString> {
    rpassword::prompt_password(format!("Passphrase of {}: ", path.display())).ok().map(SecretString::from)
}

fn first_line(input: &mut impl BufRead) -> Result<Zeroizing<String>, Failure> {
    let unread = |error: io::Error| Failure::usage(format_args!("the passphrase cannot be read: {error}"));
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_BYTES + 1));
    let mut input = Read::take(&mut *input, MAX_BYTES as u64);
    loop {
        let read = input.read_until(b'\n', &mut bytes).map_err(unread)?;
        let is_utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
        if read == 0 || !is_utf16 {
            break;
        }
        // In UTF-16 that byte may be a half of any letter, or the first half of the line end.
        if bytes.len() % 2 == 1 {
            Read::take(&mut input, 1).read_to_end(&mut bytes).map_err(unread)?;
        }
        if text_file::text_of(&bytes, Letters::Unicode).is_ok_and(|text| text.contains('\n')) {
            break;
        }
    }
    let text = text_file::text_of(&bytes, Letters::Unicode)
        .map_err(|error| Failure::usage(format_args!("the passphrase on standard input cannot be read: {error}")))?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(
            Failure::usage("standard input holds no passphrase").with_next("Write it to standard input as one line.")
        );
    }
    Ok(Zeroizing::new(line.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_is_the_first_line_without_its_end() {
        for (input, expected) in [
            (&b"pass phrase \n more\n"[..], "pass phrase "),
            (b"x\r\n", "x"),
            (b"x", "x"),
            (b"\xef\xbb\xbfx\n", "x"),
            (b"\xff\xfex\0\x0a\x01\r\0\n\0y\0", "x\u{10a}"),
            (b"\xfe\xff\0x\0\n\0y", "x"),
        ] {
            assert_eq!(first_line(&mut &*input).unwrap().as_str(), expected);
        }
        for input in [&b""[..], b"\n", b"\xff\n"] {
            assert!(first_line(&mut &*input).is_err());
        }
    }
}
