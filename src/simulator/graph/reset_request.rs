//! The body of "authenticationMethod: resetPassword".

use secrecy::SecretString;

use super::batch_item::{JsonMembers, JsonText};
use super::change::{unknown, unreadable, wrong_type};
use super::errors::ServedError;
use crate::digest::Digest;

/// The password that is asked for.
#[derive(Debug)]
pub(crate) struct ResetRequest {
    pub(crate) text: SecretString,
    pub(crate) digest: Digest,
}

impl ResetRequest {
    pub(super) fn parse(body: &[u8]) -> Result<Self, ServedError> {
        let JsonMembers(members) = serde_json::from_slice(body).map_err(|_| unreadable())?;
        let mut password = None;
        for (name, value) in members {
            match &*name {
                "newPassword" => {
                    let text: Option<JsonText<'_>> =
                        serde_json::from_str(value.get()).map_err(|_| wrong_type(&name))?;
                    password = text;
                }
                annotation if annotation.starts_with('@') => {}
                other => return Err(unknown(other, "microsoft.graph.authenticationMethod")),
            }
        }
        // "authenticationMethod: resetPassword": in a hybrid tenant it must be there. The page gives no message; this one is ours.
        let JsonText(text) = password.ok_or_else(|| {
            ServedError::bad_method("A new password must be given for users whose passwords are kept on-premises.")
        })?;
        Ok(Self { digest: Digest::of(text.as_bytes()), text: text.into_owned().into() })
    }
}
