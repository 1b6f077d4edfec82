//! What Graph says when it says no.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::echo::SentSecrets;
use super::error_body;
use super::foreign::{self, Described};
use super::outside::OutsideText;

/// A refusal or fault, with all that Microsoft's support asks for.
///
/// Source of the envelope: "Microsoft Graph error responses and resource types". `code` may be empty, a number as text,
/// or `UnknownError`; `innerError` is also spelt `innererror` and may nest more specific codes.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GraphError {
    /// The HTTP status, of the item where the call was a batch.
    pub status: u16,
    /// The most specific code known; empty when Graph gave none.
    pub code: OutsideText,
    /// Graph's own words. They may change: shown to people, and decided by only where the methods here say so.
    pub message: OutsideText,
    /// Graph's name for this request, for a support case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Something between here and Graph answered in its place: a proxy, a gateway, a captive portal.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_foreign: bool,
}

/// Graph's longest code has 120 characters: a number, a comma and the name of an exception.
const MAX_CODE: usize = 160;

/// Graph's words for a password that is too weak, banned, or contains the person's name. There is no finer code than
/// `Request_BadRequest` for it, so the words have to do, and they only ever choose a label or one more password.
const PASSWORD_WORDS: &str = "password does not comply";

/// Graph's words for a method that is the default one, while another could be it ("Cannot delete default method with other methods
/// configured", or "… matches the user's current default authentication method, and cannot be deleted until …"). Its code is
/// `badRequest`, as that of much else. They choose a label, and whether the account counts where a run asks if too many fail.
const DEFAULT_METHOD_WORDS: [&str; 2] = ["cannot delete default method", "current default authentication method"];

/// What all of Graph's words have in common that a tenant lacks a licence ("Your tenant is not licensed for this feature", "The tenant
/// needs … license"). Codes differ from service to service.
const LICENCE_WORDS: &str = "licen";

/// Graph's words for an account that only a role at its administrative unit reaches.
const RESTRICTED_UNIT_WORDS: &str = "restricted management administrative unit";

/// The directory's code for what is not there.
const NOT_FOUND: &str = "Request_ResourceNotFound";

/// Graph's words for an account that is mastered on-premises, and for one of a federated domain.
const MASTERED_ELSEWHERE_WORDS: [&str; 2] = ["on-premises", "federated"];

impl GraphError {
    /// Reads an error body; a body of another shape still gives an error that says so.
    pub fn parse(status: u16, body: &[u8], request_id: Option<String>) -> Self {
        Self::of_answer(status, None, body, request_id, &SentSecrets::none())
    }

    /// Reads the answer to what carried `sent`: where something was, a body that is no error of Graph's is not quoted, and
    /// what is kept of one is looked through before it is cut.
    pub(crate) fn of_answer(
        status: u16,
        content_type: Option<&str>,
        body: &[u8],
        request_id: Option<String>,
        sent: &SentSecrets<'_>,
    ) -> Self {
        let Some(words) = error_body::read(body) else {
            let Described { message, is_foreign } = foreign::describe(status, content_type, body, sent);
            return Self { status, message, request_id, is_foreign, ..Self::default() };
        };
        let message = OutsideText::guarded(&words.message, sent);
        let code =
            if is_a_code(&words.code) { OutsideText::guarded(&words.code, sent) } else { OutsideText::default() };
        let code = if sent.are_in(words.code.as_bytes()) { OutsideText::default() } else { code };
        Self { status, code, message, request_id: request_id.or(words.request_id), is_foreign: false }
    }

    /// The same without Graph's name for the request, which is another one at each answer.
    pub fn lasting(&self) -> Self {
        Self { request_id: None, ..self.clone() }
    }

    /// Takes out of the texts what was sent in confidence, should the answer have repeated it.
    pub(crate) fn redact(&mut self, sent: &SentSecrets<'_>) {
        self.message.guard(sent);
        if sent.are_in(self.code.as_str().as_bytes()) {
            self.code = OutsideText::default();
        }
    }

    /// Says whether the new password itself was refused: a fresh one may pass.
    pub fn is_about_the_password(&self) -> bool {
        self.status == 400 && self.says(PASSWORD_WORDS)
    }

    /// Says whether the account, or its password, is kept on-premises or by another identity provider. There is no code for
    /// it either.
    pub fn is_about_an_account_mastered_elsewhere(&self) -> bool {
        MASTERED_ELSEWHERE_WORDS.iter().any(|words| self.says(words))
    }

    /// Says whether it is the person's default method, which Graph deletes only when no other is left that could be it.
    pub fn is_about_the_default_method(&self) -> bool {
        self.status == 400 && DEFAULT_METHOD_WORDS.iter().any(|words| self.says(words))
    }

    /// Says whether the tenant lacks a licence for it.
    pub fn is_about_a_licence(&self) -> bool {
        matches!(self.status, 400 | 403) && self.says(LICENCE_WORDS)
    }

    /// Do these words, in small letters, stand in the message, with whatever capitals and blanks?
    fn says(&self, words: &str) -> bool {
        let message = self.message.as_str().to_lowercase();
        message.split_whitespace().collect::<Vec<_>>().join(" ").contains(words)
    }

    /// Says whether the account is in a restricted management administrative unit. There is no code of its own for it.
    pub fn is_about_a_restricted_unit(&self) -> bool {
        self.status == 403 && self.says(RESTRICTED_UNIT_WORDS)
    }

    /// Says whether Graph does not allow it: a permission is missing, or a role.
    pub fn is_denied(&self) -> bool {
        self.code == "Authorization_RequestDenied" || (self.status == 403 && self.code.is_empty())
    }

    /// Says whether what was asked for, or written to, is not there.
    pub fn is_about_what_is_gone(&self) -> bool {
        self.code == NOT_FOUND || (self.status == 404 && self.code.is_empty())
    }

    /// Says whether the directory itself answers that what was asked for is not there. A 404 without its code may be anything's.
    pub fn is_not_found(&self) -> bool {
        self.status == 404 && self.code == NOT_FOUND
    }

    /// Says whether the tenant lacks Entra ID P1 or P2: with a 400, and with the code of the error page for such tenants.
    pub fn is_about_a_premium_licence(&self) -> bool {
        self.code == "AadPremiumLicenseRequired" || self.code == "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
    }

    /// Says whether the question needs the index that `ConsistencyLevel: eventual` asks.
    pub fn is_about_an_unsupported_query(&self) -> bool {
        self.status == 400 && self.code == "Request_UnsupportedQuery"
    }

    /// What is known of the reason.
    pub fn clue(&self) -> Option<GraphClue> {
        match (self.status, self.code.as_str()) {
            (403, _) if self.is_about_a_restricted_unit() => Some(GraphClue::RestrictedUnit),
            (403, _) if self.is_denied() => Some(GraphClue::NotAllowed),
            (401 | 403, "Authorization_IdentityNotFound") => Some(GraphClue::AppUnknown),
            (401 | 403, "Authorization_IdentityDisabled") => Some(GraphClue::AppDisabled),
            (400, _) if self.is_about_an_account_mastered_elsewhere() => Some(GraphClue::MasteredElsewhere),
            _ => None,
        }
    }
}

/// What is known of the reason for a refusal, as a fact. It only chooses what people are advised to do, which is in
/// [`crate::wording::unread`] and [`crate::wording::causes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display)]
pub enum GraphClue {
    /// Only a role at its administrative unit reaches the account.
    #[strum(to_string = "the account is in a restricted management administrative unit")]
    RestrictedUnit,
    /// A permission is missing, or a role.
    #[strum(to_string = "the app lacks a permission, or a directory role that outranks this account")]
    NotAllowed,
    /// There is no such app here.
    #[strum(to_string = "the app is not in this tenant")]
    AppUnknown,
    /// The app is switched off.
    #[strum(to_string = "the app is disabled in this tenant")]
    AppDisabled,
    /// The account, or its password, is kept on-premises or by another identity provider.
    #[strum(to_string = "the account or its password is kept on-premises, or at another identity provider")]
    MasteredElsewhere,
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

/// Codes are words, at times several of them; what is longer is none.
fn is_a_code(text: &str) -> bool {
    text.len() <= MAX_CODE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_code_is_kept() {
        let body = br#"{"error":{"code":"","message":"no","innererror":{"code":"outer","request-id":"236352d0-70af-43ed-bd22-f410a9d4328b",
            "innerError":{"code":"Authorization_RequestDenied"}}}}"#;
        let error = GraphError::parse(403, body, None);
        assert_eq!(error.code.as_str(), "Authorization_RequestDenied");
        assert_eq!(error.request_id.as_deref(), Some("236352d0-70af-43ed-bd22-f410a9d4328b"));
        assert_eq!(error.clue(), Some(GraphClue::NotAllowed));
    }

    #[test]
    fn what_words_say_does_not_depend_on_capitals_and_blanks() {
        let of = |status, message: &str| {
            let body = serde_json::json!({"error": {"code": "Authorization_RequestDenied", "message": message}});
            GraphError::parse(status, body.to_string().as_bytes(), None)
        };
        let unit = of(403, "Target object is a member of a Restricted  Management Administrative Unit.");
        assert!(unit.clue() == Some(GraphClue::RestrictedUnit));
        assert!(of(400, "The specified Password does not comply with").is_about_the_password());
        let elsewhere = of(400, "unable to update ON-PREMISES mastered objects");
        assert_eq!(elsewhere.clue(), Some(GraphClue::MasteredElsewhere));
    }

    #[test]
    fn an_unknown_inner_code_does_not_hide_a_known_outer_one() {
        let body = br#"{"error":{"code":"Request_BadRequest","message":"m","innerError":{"code":"UnknownError"}}}"#;
        assert_eq!(GraphError::parse(400, body, None).code.as_str(), "Request_BadRequest");
    }

    #[test]
    fn a_repeated_secret_is_taken_out_of_message_and_code() {
        let secret = "u7\\K\"d!xx";
        let sent = SentSecrets::of([secret].into_iter());
        let of = |message: &str| {
            let body = serde_json::json!({"error": {"code": secret, "message": message}}).to_string();
            GraphError::of_answer(400, None, body.as_bytes(), None, &sent)
        };
        assert_eq!(of(&format!("what is {secret}")).message.as_str(), "what is [password]");
        assert!(of("").code.is_empty());
    }

    #[test]
    fn what_is_no_error_of_graphs_is_not_quoted_where_secrets_were_sent() {
        let sent = SentSecrets::of(["Tr0ub4dor&3"].into_iter());
        for body in ["\"Request rejected: Tr0ub4d\"", "<html>VHIwdWI0ZG9yJjM=", "{\"sent\":\"Tr0ub4dor&3\"}"] {
            let error = GraphError::of_answer(400, Some("text/Tr0ub4dor&3"), body.as_bytes(), None, &sent);
            let said = error.to_string();
            assert!(!said.contains("Tr0ub4") && !said.contains("VHIwdWI0"), "{said}");
        }
    }

    #[test]
    fn a_proxy_page_is_quoted_on_one_line() {
        let error = GraphError::parse(502, b"<html>\n<body>Bad gateway", None);
        assert!(error.to_string().ends_with(": \"Bad gateway\""), "{error}");
    }
}
