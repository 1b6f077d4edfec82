//! What Graph says when it says no.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::foreign::{self, Described};

/// A refusal or fault, with all that Microsoft's support asks for.
///
/// Source of the envelope: "Microsoft Graph error responses and resource types". `code` may be empty, a number as text,
/// or `UnknownError`; `innerError` is also spelt `innererror` and may nest more specific codes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GraphError {
    /// The HTTP status, of the item where the call was a batch.
    pub status: u16,
    /// The most specific code known; empty when Graph gave none.
    pub code: String,
    /// Graph's own words. They may change: shown to people, never decided by.
    pub message: String,
    /// Graph's name for this request, for a support case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Something between here and Graph answered in its place: a proxy, a gateway, a captive portal.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_foreign: bool,
}

/// Graph's words for a password that is too weak, banned, or contains the person's name. There is no finer code than
/// `Request_BadRequest` for it, so the words have to do, and they only ever choose a label or one more password.
const PASSWORD_WORDS: &str = "password does not comply";

/// Graph's words for an account that only a role at its administrative unit reaches.
const RESTRICTED_UNIT_WORDS: &str = "restricted management administrative unit";

/// Graph's words for an account that is mastered on-premises, and for one of a federated domain.
const MASTERED_ELSEWHERE_WORDS: [&str; 2] = ["on-premises", "federated"];

impl GraphError {
    /// Reads an error body; a body of another shape still gives an error that says so.
    #[must_use]
    pub fn parse(status: u16, body: &[u8], request_id: Option<String>) -> Self {
        let Some(error) =
            serde_json::from_slice::<Value>(body).ok().and_then(|mut v| v.get_mut("error").map(Value::take))
        else {
            let Described { message, is_foreign } = foreign::describe(None, body, false);
            return Self { status, message, request_id, is_foreign, ..Self::default() };
        };
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let inner = |value: &Value| value.get("innerError").or_else(|| value.get("innererror")).cloned();
        let mut code = text(&error, "code");
        let message = bounded(text(&error, "message"));
        let mut request_id = request_id;
        let mut level = inner(&error);
        while let Some(details) = level {
            let deeper = text(&details, "code");
            if !deeper.is_empty() && deeper != "UnknownError" {
                code = deeper;
            }
            let id = text(&details, "request-id");
            if request_id.is_none() && !id.is_empty() {
                request_id = Some(id);
            }
            level = inner(&details);
        }
        Self { status, code, message, request_id, is_foreign: false }
    }

    /// Takes a secret out of the texts, should the answer have repeated it.
    pub fn redact(&mut self, secret: &str) {
        let escaped = serde_json::to_string(secret).unwrap_or_default();
        for text in [&mut self.message, &mut self.code] {
            for form in [secret, escaped.trim_matches('"')] {
                if !form.is_empty() && text.contains(form) {
                    *text = text.replace(form, "[password]");
                }
            }
        }
    }

    /// Says whether the new password itself was refused: a fresh one may pass.
    #[must_use]
    pub fn is_about_the_password(&self) -> bool {
        self.status == 400 && self.message.contains(PASSWORD_WORDS)
    }

    /// Says whether the account, or its password, is kept on-premises or by another identity provider. There is no code for
    /// it either.
    #[must_use]
    pub fn is_about_an_account_mastered_elsewhere(&self) -> bool {
        let message = self.message.to_lowercase();
        MASTERED_ELSEWHERE_WORDS.iter().any(|words| message.contains(words))
    }

    /// Says whether the account is in a restricted management administrative unit. There is no code of its own for it.
    #[must_use]
    pub fn is_about_a_restricted_unit(&self) -> bool {
        self.status == 403 && self.message.contains(RESTRICTED_UNIT_WORDS)
    }

    /// What this error usually means and how to fix it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match (self.status, self.code.as_str()) {
            (403, _) if self.is_about_a_restricted_unit() => Some(
                "the account is in a restricted management administrative unit: the app needs a role that is assigned on that \
                 unit, or the application permission Directory.Write.Restricted",
            ),
            (403, "Authorization_RequestDenied") => Some(
                "the app lacks a permission, or a directory role that outranks this account: User Administrator on the \
                 app's service principal for ordinary users, Privileged Authentication Administrator for administrators",
            ),
            (401 | 403, "Authorization_IdentityNotFound") => {
                Some("the app is not in this tenant: check AZURE_TENANT_ID")
            }
            (401 | 403, "Authorization_IdentityDisabled") => Some("the app is disabled in this tenant"),
            (400, _) if self.message.contains("on-premises mastered") => {
                Some("the account is mastered on-premises: change it in Active Directory")
            }
            _ => None,
        }
    }
}

impl fmt::Display for GraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = if self.is_foreign { "" } else { "Graph " };
        write!(f, "{who}answered {}", self.status)?;
        if !self.code.is_empty() {
            write!(f, " {}", self.code)?;
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        if let Some(id) = &self.request_id {
            write!(f, " (request-id {id})")?;
        }
        Ok(())
    }
}

impl std::error::Error for GraphError {}

/// Graph's messages are sentences; longer texts are not worth keeping for each of thousands of accounts.
fn bounded(mut message: String) -> String {
    if let Some((end, _)) = message.char_indices().nth(600) {
        message.truncate(end);
        message.push('…');
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_code_is_kept() {
        let body = br#"{"error":{"code":"","message":"no","innererror":{"code":"outer","request-id":"r1",
            "innerError":{"code":"Authorization_RequestDenied"}}}}"#;
        let error = GraphError::parse(403, body, None);
        assert_eq!(error.code, "Authorization_RequestDenied");
        assert_eq!(error.request_id.as_deref(), Some("r1"));
        assert!(error.hint().is_some());
    }

    #[test]
    fn an_unknown_inner_code_does_not_hide_a_known_outer_one() {
        let body = br#"{"error":{"code":"Request_BadRequest","message":"m","innerError":{"code":"UnknownError"}}}"#;
        assert_eq!(GraphError::parse(400, body, None).code, "Request_BadRequest");
    }

    #[test]
    fn a_repeated_secret_is_taken_out() {
        let mut error = GraphError::parse(400, br#"{"error":{"code":"c","message":"what is u7\\K\"d!"}}"#, None);
        error.redact("u7\\K\"d!");
        assert_eq!(error.message, "what is [password]");
        let long = format!(r#"{{"error":{{"message":"{}"}}}}"#, "é".repeat(5000));
        assert!(GraphError::parse(400, long.as_bytes(), None).message.chars().count() <= 601);
    }

    #[test]
    fn a_proxy_page_is_quoted_on_one_line() {
        let error = GraphError::parse(502, b"<html>\n<body>Bad gateway", None);
        assert!(error.to_string().ends_with(": \"Bad gateway\""), "{error}");
    }
}
