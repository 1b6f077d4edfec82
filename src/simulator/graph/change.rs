//! The body of `PATCH /users/{id}`: "Update user".

use secrecy::SecretString;
use serde_json::value::RawValue;

use super::batch_item::{JsonMembers, JsonText};
use super::errors::ServedError;
use super::vocabulary;
use crate::digest::Digest;

/// What a PATCH asks for.
#[derive(Debug, Default)]
pub(crate) struct UserChange {
    pub(crate) account_enabled: Option<bool>,
    pub(crate) password: Option<PasswordChange>,
    /// A `passwordProfile` was sent, with a password or without.
    pub(crate) has_profile: bool,
}

/// A new password and what comes with it.
#[derive(Debug)]
pub(crate) struct PasswordChange {
    pub(crate) text: SecretString,
    pub(crate) digest: Digest,
    pub(crate) force_change: bool,
    pub(crate) force_change_with_mfa: bool,
}

pub(super) fn wrong_type(name: &str) -> ServedError {
    ServedError::bad_request(format!("Property '{name}' in payload has a value that does not match schema."))
}

pub(super) fn unknown(name: &str, of: &str) -> ServedError {
    ServedError::bad_request(format!(
        "The property '{name}' does not exist on type '{of}'. Make sure to only use property names that are defined by the \
         type."
    ))
}

pub(super) fn unreadable() -> ServedError {
    ServedError::malformed(
        "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
    )
}

impl UserChange {
    /// Reads the body.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, ServedError> {
        let JsonMembers(members) = serde_json::from_slice(body).map_err(|_| unreadable())?;
        if members.is_empty() {
            return Err(ServedError::malformed("Empty Payload. JSON content expected."));
        }
        let mut change = Self::default();
        for (name, value) in members {
            match &*name {
                "accountEnabled" => change.account_enabled = Some(flag(&name, value)?),
                "passwordProfile" => {
                    change.has_profile = true;
                    change.password = profile(value)?;
                }
                // Annotations such as `@odata.type` carry no change.
                annotation if annotation.starts_with('@') => {}
                other if vocabulary::has_member("user", other) => {
                    return Err(ServedError::part_not_simulated(format_args!("a change of '{other}'")));
                }
                other => return Err(unknown(other, "microsoft.graph.user")),
            }
        }
        Ok(change)
    }
}

fn flag(name: &str, value: &RawValue) -> Result<bool, ServedError> {
    serde_json::from_str(value.get()).map_err(|_| wrong_type(name))
}

fn profile(value: &RawValue) -> Result<Option<PasswordChange>, ServedError> {
    let JsonMembers(members) = serde_json::from_str(value.get()).map_err(|_| wrong_type("passwordProfile"))?;
    let mut password = None;
    // Left out, the flag counts as true: reported for Graph by two PowerShell modules that relied on the contrary.
    let (mut force_change, mut force_change_with_mfa) = (true, false);
    for (name, value) in members {
        match &*name {
            "password" => {
                let text: Option<JsonText<'_>> = serde_json::from_str(value.get()).map_err(|_| wrong_type(&name))?;
                password = text;
            }
            "forceChangePasswordNextSignIn" => force_change = flag(&name, value)?,
            "forceChangePasswordNextSignInWithMfa" => force_change_with_mfa = flag(&name, value)?,
            annotation if annotation.starts_with('@') => {}
            other => return Err(unknown(other, "microsoft.graph.passwordProfile")),
        }
    }
    Ok(password.map(|JsonText(text)| PasswordChange {
        digest: Digest::of(text.as_bytes()),
        text: text.into_owned().into(),
        force_change,
        force_change_with_mfa,
    }))
}
