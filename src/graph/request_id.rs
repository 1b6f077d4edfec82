//! Graph's name for a request.

use uuid::Uuid;

/// The name as it is kept. Graph's are GUIDs; anything else was put there by something between, may repeat what was sent, and
/// is dropped.
pub(crate) fn request_id(text: &str) -> Option<String> {
    let text = text.trim();
    // Without the other forms that a GUID can have: 32 digits alone may be anything.
    (text.len() == 36).then(|| Uuid::try_parse(text).ok())?.map(|id| id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_guids_are_names_of_requests() {
        let id = "236352D0-70af-43ed-bd22-f410a9d4328b";
        assert_eq!(request_id(&format!(" {id}")), Some(id.to_lowercase()));
        for other in ["", "r", "Tr0ub4dor-Tr0ub4dor-Tr0ub4dor-Tr0ub4", "236352d070af43edbd22f410a9d4328b"] {
            assert_eq!(request_id(other), None, "{other}");
        }
    }
}
