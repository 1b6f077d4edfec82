//! One more app registration that a run is to go through. The first app reads for all of them; this one only has to get in
//! and to be let write.

use time::OffsetDateTime;

use super::check::Check;
use super::examination::SeenByFirstApp;
use super::{granted, grants, roles, token};
use crate::clock::Clock;
use crate::directory::reach::Actor;
use crate::graph::caller::Caller;
use crate::graph::paced::Paced;
use crate::graph::transport::HttpTransport;
use crate::step::Steps;

/// The checks of a further app that need the network, by their names.
const ALL: [&str; 4] = ["token", "permissions", "excess", "roles"];

/// Why nothing of a further app can be looked at: its file, or what the file names, cannot be used.
pub fn unusable(why: impl Into<String>, remedy: impl Into<String>) -> Vec<Check> {
    without(Check::failed("credential", why, remedy))
}

/// The same, with the check that says why.
pub fn without(credential: Check) -> Vec<Check> {
    let mut checks = vec![credential];
    checks.extend(skipped(&ALL, "it has no credential to get in with"));
    checks
}

/// Looks whether the app that `transport` goes in as gets in, into the tenant that was `seen`, and may do `steps`. `reader` is
/// the first app's way, which asks the tenant where a token cannot be read; `file` names the app.
pub async fn examine(
    transport: &HttpTransport,
    (reader, clock): (&HttpTransport, Clock),
    file: &str,
    seen: &SeenByFirstApp,
    steps: Steps,
) -> Vec<Check> {
    let now = OffsetDateTime::now_utc();
    let mut checks: Vec<Check> =
        transport.certificate().map(|facts| token::certificate(facts, now)).into_iter().collect();
    if !seen.is_open {
        checks.extend(skipped(&ALL, "the way there is not open"));
        return checks;
    }
    let (caller, claims) = match (transport.caller().await, transport.claims().await) {
        (Ok(caller), Ok(claims)) => (caller, claims),
        (Err(error), _) | (_, Err(error)) => {
            let mut refused = token::refused(&error);
            // The usual remedy speaks of variables.
            refused.remedy =
                refused.remedy.map(|remedy| format!("{remedy} What this app signs in with is named in {file}."));
            checks.push(refused);
            checks.extend(skipped(&ALL[1..], "there is no token"));
            return checks;
        }
    };
    checks.push(token::judge(claims.as_ref(), now));
    checks.extend(claims.as_ref().zip(seen.tenant).and_then(|(claims, tenant)| token::fits(claims, tenant)));
    let claims = match (claims, &caller) {
        (None, Caller::App { client_id }) => granted::to_app(&Paced::new(reader, clock), client_id).await.ok(),
        (claims, _) => claims,
    };
    let Some(claims) = claims else {
        checks.extend(skipped(&ALL[1..], "neither the token nor the tenant shows what is granted"));
        return checks;
    };
    checks.extend(grants::judge_writer(&claims, steps));
    checks.push(grants::judge_excess(&claims));
    checks.push(match (&seen.privileges, claims.object_id) {
        (Some(privileges), Some(principal)) => {
            let privilege = privileges.of(principal);
            roles::own(&Actor::of(privilege, claims.is_app), privilege, Some(principal), steps)
        }
        (None, _) => Check::skipped("roles", "the first app could not read who holds which role"),
        (_, None) => Check::skipped("roles", "the token does not say as which principal this app asks"),
    });
    checks
}

fn skipped(names: &[&'static str], because: &str) -> Vec<Check> {
    names.iter().map(|name| Check::skipped(name, because)).collect()
}
