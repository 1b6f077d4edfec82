//! Is there a token, which app or person has it, and until when is it good?

use time::{Duration, OffsetDateTime};

use super::check::Check;
use crate::graph::claims::Claims;
use crate::graph::credential::CertificateFacts;
use crate::graph::transport::TransportError;
use crate::ids::TenantId;
use crate::wording::unread::of_call;
use crate::words;

/// A run longer than this needs a token that can be renewed.
const SHORT: Duration = Duration::minutes(10);

/// A certificate that lasts no longer is to be renewed while there is time.
const SOON: Duration = Duration::days(30);

/// What the token says about itself; nothing of the token is shown.
pub fn judge(claims: Option<&Claims>, now: OffsetDateTime) -> Check {
    const CHECK: &str = "token";
    let Some(claims) = claims else {
        return Check::ok(CHECK, "there is one; what it permits cannot be read here, and is found out by asking Graph");
    };
    let who = if claims.is_app {
        let id = claims.app_id.as_deref().unwrap_or("an app");
        claims.app_name.as_deref().map_or_else(|| format!("the app {id}"), |name| format!("the app {name} ({id})"))
    } else {
        let name = claims.user_principal_name.as_deref().unwrap_or("a person");
        format!(
            "{name}, who is signed in: that person's roles decide what can be done, and the account is never touched"
        )
    };
    let until = claims.expires.map_or(String::new(), |end| format!("; good until {}", words::moment(end)));
    match claims.expires {
        Some(end) if end <= now => Check::failed(
            CHECK,
            format!("the token of {who} ended at {}", words::moment(end)),
            "Where it comes from SEALOFF_ACCESS_TOKEN, fetch another one. Every other token was fetched just now: then this \
             machine's clock is wrong, and has to be set.",
        ),
        Some(end) if end - now < SHORT => Check::warning(
            CHECK,
            format!("as {who}{until}"),
            "If sealoff cannot renew it (SEALOFF_ACCESS_TOKEN), fetch a new one before a run.",
        ),
        _ => Check::ok(CHECK, format!("as {who}{until}")),
    }
}

/// Until when the certificate is good that signs for tokens. Entra takes none that has expired.
pub fn certificate(facts: CertificateFacts, now: OffsetDateTime) -> Check {
    const CHECK: &str = "certificate";
    let thumbprint = format!("SHA-256 {}", facts.thumbprint);
    let renew = "Make a new certificate, upload its public half (App registrations > the app > Certificates & secrets), and \
                 sign in with that one.";
    let Some((begin, end)) = facts.validity else {
        return Check::ok(CHECK, format!("{thumbprint}; until when it is good cannot be read"));
    };
    let end_text = words::moment(end);
    if end <= now {
        Check::failed(CHECK, format!("{thumbprint}; it expired at {end_text}, and Entra ID takes none that has"), renew)
    } else if begin > now {
        let found = format!("{thumbprint}; it is not good before {}", words::moment(begin));
        Check::failed(CHECK, found, "Wait until then; and if it is by your watch, set this machine's clock.")
    } else if end - now < SOON {
        Check::warning(CHECK, format!("{thumbprint}; it expires soon, at {end_text}"), renew)
    } else {
        Check::ok(CHECK, format!("{thumbprint}; good until {end_text}"))
    }
}

/// Why there is none.
pub fn refused(error: &TransportError) -> Check {
    let remedy = of_call(error).unwrap_or_else(|| "Check the credential that is set in the environment.".into());
    Check::failed_with("token", error.to_string(), remedy)
}

/// The tenant that Graph answers for must be the one that the token names.
pub fn fits(claims: &Claims, tenant: TenantId) -> Option<Check> {
    let named = claims.tenant.filter(|named| *named != tenant)?;
    Some(Check::failed(
        "token",
        format!("the token is for tenant {named}, and Graph answers for {tenant}"),
        "Check --graph-endpoint and --cloud: each cloud has tokens of its own.",
    ))
}

#[cfg(test)]
mod tests {
    use super::super::check::CheckStatus;
    use super::*;

    #[test]
    fn a_certificate_is_judged_by_how_long_it_lasts() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        let thumbprint = crate::digest::Digest::of(b"certificate");
        let judged = |begin: i64, end: i64| {
            let validity = Some((now + Duration::days(begin), now + Duration::days(end)));
            certificate(CertificateFacts { thumbprint, validity }, now)
        };
        for (begin, end, status) in [
            (-1, 31, CheckStatus::Ok),
            (-1, 29, CheckStatus::Warning),
            (-2, -1, CheckStatus::Failed),
            (-2, 0, CheckStatus::Failed),
            (1, 90, CheckStatus::Failed),
        ] {
            let check = judged(begin, end);
            assert_eq!(check.status, status, "{check:?}");
            assert!(check.found.contains(&thumbprint.to_string()), "{check:?}");
        }
        assert_eq!(certificate(CertificateFacts { thumbprint, validity: None }, now).status, CheckStatus::Ok);
    }

    #[test]
    fn a_token_is_shown_with_its_holder_and_its_end() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        let claims = |minutes| Claims {
            tenant: Some("11111111-2222-4333-8444-555555555555".parse().unwrap()),
            app_id: Some("c1".to_owned()),
            app_name: Some("lockout".to_owned()),
            object_id: None,
            user_principal_name: None,
            is_app: true,
            permissions: Vec::new(),
            roles: Vec::new(),
            expires: Some(now + Duration::minutes(minutes)),
        };
        let good = judge(Some(&claims(60)), now);
        assert!(
            good.status == CheckStatus::Ok && good.found.starts_with("as the app lockout (c1); good until "),
            "{good:?}"
        );
        assert_eq!(judge(Some(&claims(3)), now).status, CheckStatus::Warning);
        assert_eq!(judge(Some(&claims(-1)), now).status, CheckStatus::Failed);
        let other = fits(&claims(60), "11111111-2222-4333-8444-000000000000".parse().unwrap()).unwrap();
        assert_eq!(other.status, CheckStatus::Failed);
        assert_eq!(fits(&claims(60), claims(60).tenant.unwrap()), None);
        let person = Claims { is_app: false, user_principal_name: Some("ada@x".to_owned()), ..claims(60) };
        assert!(judge(Some(&person), now).found.contains("never touched"));
    }
}
