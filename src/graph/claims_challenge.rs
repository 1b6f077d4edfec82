//! What Graph wants a new token to prove, beside turning an old one down.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

/// The claims that a 401 asks for, as the token service wants to hear them: a JSON object.
///
/// Source: "Claims challenges, claims requests, and client capabilities": `WWW-Authenticate: Bearer …,
/// error="insufficient_claims", claims="<base64>"`. What is not such a challenge, or cannot be read, is none.
pub fn claims_in(headers: &HeaderMap) -> Option<String> {
    headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok()).find_map(claims_of)
}

fn claims_of(challenge: &str) -> Option<String> {
    let (scheme, parameters) = challenge.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") || parameter(parameters, "error")? != "insufficient_claims" {
        return None;
    }
    let encoded = parameter(parameters, "claims")?;
    let bytes = STANDARD.decode(encoded).or_else(|_| URL_SAFE_NO_PAD.decode(encoded.trim_end_matches('='))).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    // It goes into a request for a token: nothing but a JSON object does.
    serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text).ok().map(|_| text)
}

/// One parameter of a challenge, without its quotation marks. None of those that are asked for may hold one.
fn parameter<'t>(mut parameters: &'t str, name: &str) -> Option<&'t str> {
    loop {
        let (key, rest) = parameters.split_once('=')?;
        let (value, rest) = match rest.trim_start().strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => rest.split_once(',').map_or((rest, ""), |(value, after)| (value, after)),
        };
        if key.trim_matches([' ', ',']).eq_ignore_ascii_case(name) {
            return Some(value.trim());
        }
        parameters = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_found_wherever_it_stands() {
        let claims = r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"#;
        let encoded = STANDARD.encode(claims);
        let uri = "authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize?a=b\"";
        for challenge in [
            format!("Bearer realm=\"\", {uri}, error=\"insufficient_claims\", claims=\"{encoded}\""),
            format!("bearer claims=\"{encoded}\",error=insufficient_claims, {uri}"),
        ] {
            assert_eq!(claims_of(&challenge).as_deref(), Some(claims), "{challenge}");
        }
    }

    #[test]
    fn other_headers_are_no_challenge() {
        let array = STANDARD.encode("[1]");
        for challenge in [
            "Bearer realm=\"\"".to_owned(),
            "Bearer error=\"invalid_token\", claims=\"e30=\"".to_owned(),
            "Basic error=\"insufficient_claims\", claims=\"e30=\"".to_owned(),
            "Bearer error=\"insufficient_claims\", claims=\"%%\"".to_owned(),
            "Bearer error=\"insufficient_claims\", claims=\"".to_owned(),
            format!("Bearer error=\"insufficient_claims\", claims=\"{array}\""),
            String::new(),
        ] {
            assert_eq!(claims_of(&challenge), None, "{challenge}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_challenge_makes_it_stumble(text in ".{0,80}") {
            let _ = claims_of(&format!("Bearer {text}"));
        }
    }
}
