//! The flags for the kind and the length of new passwords.

use clap::{Args, ValueEnum};

use super::exit::Failure;
use super::number_args::whole;
use crate::seal::{LengthError, PasswordStyle};

/// The kind and the length of new passwords.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Passwords")]
pub(super) struct PasswordArgs {
    /// The kind of new passwords: random characters in groups, or a phrase of words that can be read out over a phone
    #[arg(long, value_enum, value_name = "KIND", default_value_t)]
    password: PasswordKind,
    /// The number of characters (17 to 64; by default 20), or the number of words of a phrase (6 to 12; by default 6)
    #[arg(long, value_name = "N", value_parser = whole::<u8>(0..=255))]
    password_length: Option<u8>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum PasswordKind {
    /// Random characters
    #[default]
    Random,
    /// Words, a digit and a symbol
    Phrase,
}

impl PasswordArgs {
    pub(super) fn style(&self) -> Result<PasswordStyle, Failure> {
        let style: Result<PasswordStyle, LengthError> = match (self.password, self.password_length) {
            (PasswordKind::Random, None) => Ok(PasswordStyle::default()),
            (PasswordKind::Random, Some(characters)) => PasswordStyle::random(characters),
            (PasswordKind::Phrase, None) => Ok(PasswordStyle::PHRASE),
            (PasswordKind::Phrase, Some(words)) => PasswordStyle::phrase(words),
        };
        style.map_err(|error| Failure::usage(format_args!("--password-length: {error}")).about("password_length"))
    }
}
