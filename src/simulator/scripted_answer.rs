//! What a fault answers that a scenario words.

/// An error in Graph's form with any status, code and message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptedAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The code.
    pub code: String,
    /// The message.
    pub message: String,
    /// A body of any form in the place of Graph's: JSON as it is, anything else as a text.
    pub body: Option<String>,
    /// The type of that body, where it is none of JSON's.
    pub content_type: Option<String>,
    /// The name of the request in the header of the item.
    pub request_id: Option<String>,
    /// The write takes effect all the same.
    pub is_applied: bool,
}

impl ScriptedAnswer {
    /// Graph's own form.
    pub fn of(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        let (code, message) = (code.into(), message.into());
        Self { status, code, message, body: None, content_type: None, request_id: None, is_applied: false }
    }
}

impl Default for ScriptedAnswer {
    /// What services behind Graph answer on their own.
    fn default() -> Self {
        Self::of(401, "UnknownError", "")
    }
}
