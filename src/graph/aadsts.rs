//! What the codes of the token service mean, and how to fix each.

/// The meaning of an `AADSTS` code and its remedy; `None` for a code that needs no more than Microsoft's own words.
///
/// A code only ever chooses a hint, never what the program does next.
#[must_use]
pub fn hint(code: u32) -> Option<&'static str> {
    Some(match code {
        700_016 => {
            "the client id is not known in this tenant: check AZURE_CLIENT_ID and AZURE_TENANT_ID, or consent is missing"
        }
        7_000_215 => "the client secret is wrong: often the secret's id was pasted instead of its value",
        7_000_222 => "the client secret has expired: add a new one to the app registration",
        700_027 => {
            "the signed assertion was rejected: the certificate is not on the app, has expired, or the key does not fit it"
        }
        700_024 => "the assertion is outside its time window: check this machine's clock",
        700_212 => {
            "the audience of the app's federated credential is another: each cloud has its own (check --cloud), and it is \
             compared letter by letter"
        }
        70_021 | 700_211 | 700_213 => {
            "no federated credential of the app matches: issuer, subject and audience must be equal"
        }
        90_002 | 900_023 => "the tenant was not found: check AZURE_TENANT_ID and the cloud",
        50_034 => "the user does not exist in this directory",
        50_126 => "the password is wrong",
        50_057 => "the user is disabled",
        50_076 => "multi-factor authentication is required",
        7_000_216 => {
            "no secret, certificate or assertion reached the token service; this is also seen at random: run the command again"
        }
        7_000_112 => "the app is disabled in this tenant",
        500_014 => {
            "the app's service principal is disabled in this tenant, or a licence or subscription of it has ended"
        }
        5_000_224 => "the tenant is not available: it is blocked, being set up or being deleted",
        530_084 => "Conditional Access asks for a token that is bound to this device (token protection)",
        65_001 => "consent is missing: an administrator must grant the app its permissions",
        53_003 => "blocked by Conditional Access",
        530_003 => "Conditional Access asks for a managed device",
        50_196 | 90_055 => "too many token requests: wait a little",
        50_173 | 700_082 | 9_002_313 => "the sign-in does not last any longer: run the command again and sign in anew",
        7_000_218 => {
            "the app registration is no public client: allow public client flows under Authentication, or use a secret \
             or a certificate"
        }
        700_023 => "the assertion is for another token service: check --cloud, --authority and AZURE_TENANT_ID",
        _ => return None,
    })
}

/// Says whether the same request may succeed a little later: too many requests, or a service that is not ready.
#[must_use]
pub fn is_passing(code: u32) -> bool {
    matches!(code, 50_196 | 90_033 | 90_055)
}

/// Finds the first `AADSTS` code in a message of the token service.
#[must_use]
pub fn code_in(message: &str) -> Option<u32> {
    let digits = message.split("AADSTS").nth(1)?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_that_people_meet_is_explained() {
        for code in [
            700_016, 7_000_215, 7_000_222, 700_027, 700_024, 70_021, 700_213, 90_002, 50_034, 50_126, 50_057, 50_076,
            65_001, 53_003, 530_003, 50_196, 90_055, 7_000_112, 500_014, 700_212, 5_000_224, 530_084, 7_000_216,
        ] {
            assert!(hint(code).is_some(), "AADSTS{code}");
        }
        assert!([50_196, 90_055].into_iter().all(is_passing));
    }

    #[test]
    fn the_code_is_found_in_the_description() {
        assert_eq!(code_in("AADSTS7000215: Invalid client secret provided."), Some(7_000_215));
        assert_eq!(code_in("nothing here"), None);
        assert_eq!(code_in("AADSTS: odd"), None);
        assert!(hint(7_000_215).is_some_and(|text| text.contains("secret")));
    }
}
