//! The body of a request for a temporary access pass: "Create temporaryAccessPassMethod".

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::batch_item::{JsonMembers, JsonText};
use super::change::{unknown, unreadable, wrong_type};
use super::errors::ServedError;

/// What is asked for; what is left out is the policy's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct PassRequest {
    pub(crate) start: Option<OffsetDateTime>,
    pub(crate) minutes: Option<u32>,
    pub(crate) once: Option<bool>,
}

impl PassRequest {
    pub(super) fn parse(body: &[u8]) -> Result<Self, ServedError> {
        let JsonMembers(members) = serde_json::from_slice(body).map_err(|_| unreadable())?;
        let mut asked = Self::default();
        for (name, value) in members {
            let wrong = || wrong_type(&name);
            match &*name {
                "startDateTime" => {
                    let text: Option<JsonText<'_>> = serde_json::from_str(value.get()).map_err(|_| wrong())?;
                    let read = |JsonText(text): JsonText<'_>| OffsetDateTime::parse(&text, &Rfc3339);
                    asked.start = text.map(read).transpose().map_err(|_| wrong())?;
                }
                "lifetimeInMinutes" => asked.minutes = serde_json::from_str(value.get()).map_err(|_| wrong())?,
                "isUsableOnce" => asked.once = serde_json::from_str(value.get()).map_err(|_| wrong())?,
                annotation if annotation.starts_with('@') => {}
                other => return Err(unknown(other, "microsoft.graph.temporaryAccessPassAuthenticationMethod")),
            }
        }
        Ok(asked)
    }
}
