//! Lines that somebody commented out with a `#`.

/// What Excel writes where a formula failed: a broken cell, and no comment.
const ERRORS: &[&str] = &["#n/a", "#ref!", "#name?", "#value!", "#div/0!", "#num!", "#null!", "#spill!", "#calc!"];

/// Whether a record whose first cell is this is commented out. `#1` is a number.
pub(super) fn is_commented(first_cell: &[u8]) -> bool {
    let Some(rest) = first_cell.trim_ascii().strip_prefix(b"#") else { return false };
    let is_an_error = |error: &&str| first_cell.trim_ascii().eq_ignore_ascii_case(error.as_bytes());
    rest.first().is_some_and(|byte| !byte.is_ascii_digit()) && !ERRORS.iter().any(is_an_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_an_error_are_no_comments() {
        for cell in ["#ada@contoso.com", "# leavers", " #x", "## x"] {
            assert!(is_commented(cell.as_bytes()), "{cell}");
        }
        for cell in ["ada#x@contoso.com", "#1", "#", "", "#N/A", "#REF!", "ada_x#EXT#@contoso.onmicrosoft.com"] {
            assert!(!is_commented(cell.as_bytes()), "{cell}");
        }
    }
}
