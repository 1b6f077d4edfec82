//! The codes of the token service.

/// Says whether the same request may succeed a little later: too many requests, or a service that is not ready.
pub fn is_passing(code: u32) -> bool {
    matches!(code, 50_196 | 90_033 | 90_055)
}

/// Finds the first `AADSTS` code in a message of the token service.
pub fn code_in(message: &str) -> Option<u32> {
    let digits = message.split("AADSTS").nth(1)?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_found_in_the_description() {
        assert_eq!(code_in("AADSTS7000215: Invalid client secret provided."), Some(7_000_215));
        assert_eq!(code_in("nothing here"), None);
        assert_eq!(code_in("AADSTS: odd"), None);
    }
}
