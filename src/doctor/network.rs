//! Do the services answer, who signed their certificates, and what time is it there?

use time::{Duration, OffsetDateTime};

use super::check::Check;
use crate::graph::endpoint::Root;
use crate::graph::probe::Reachable;
use crate::graph::unreachable::Unreachable;
use crate::wording::unreachable::remedy_or_general;
use crate::words;

/// Signed assertions are refused outside of their time window, and Microsoft's tolerance is five minutes.
pub const MAX_CLOCK_SKEW: Duration = Duration::minutes(5);

/// Who signs for Microsoft's own services ("Azure Certificate Authority details").
const USUAL_SIGNERS: [&str; 2] = ["Microsoft", "DigiCert"];

/// Products that open the encryption of others, by what they call their authorities.
const INSPECTORS: [&str; 16] = [
    "Zscaler", "Netskope", "Palo Alto", "Fortinet", "FortiGate", "Blue Coat", "Symantec Web", "Forcepoint", "Sophos",
    "McAfee", "Skyhigh", "Check Point", "Cisco Umbrella", "Barracuda", "Kaspersky", "mitmproxy",
];

/// Whether one of the services answers.
pub fn reachable(check: &'static str, root: &Root, answer: &Result<Reachable, Unreachable>) -> Check {
    match answer {
        Ok(Reachable { status, .. }) if *status >= 500 => Check::warning(
            check,
            format!("{root} answers, with a fault of its own ({status})"),
            "Wait a little and check again; https://status.cloud.microsoft says whether it is known.",
        ),
        Ok(_) => Check::ok(check, format!("{root} answers")),
        Err(unreachable) => Check::failed(
            check,
            format!("{root} cannot be reached: {}", unreachable.reason()),
            remedy_or_general(unreachable.cause),
        ),
    }
}

/// Who signed for the other end.
pub fn signer(root: &Root, answer: &Result<Reachable, Unreachable>) -> Check {
    const CHECK: &str = "tls";
    let Ok(opened) = answer else {
        return Check::skipped(CHECK, format!("{root} does not answer"));
    };
    let Some(signer) = &opened.signed_by else {
        return if root.is_encrypted() {
            Check::ok(CHECK, format!("the certificate of {root} is trusted; who signed it cannot be read"))
        } else {
            Check::ok(CHECK, format!("{root} is on this machine and not encrypted"))
        };
    };
    let is = |names: &[&str]| names.iter().any(|name| signer.to_lowercase().contains(&name.to_lowercase()));
    if root.is_loopback() {
        Check::ok(CHECK, format!("{root} is on this machine; its certificate is signed by {signer}"))
    } else if is(&INSPECTORS) || !is(&USUAL_SIGNERS) {
        Check::warning(
            CHECK,
            format!(
                "the certificate of {root} is signed by {signer}, who does not sign for Microsoft: a proxy opens the \
                 encryption, and can read the token and every new password"
            ),
            format!(
                "Ask for an exception from inspection for {root}, or make sure that the people who run the proxy may know them."
            ),
        )
    } else {
        Check::ok(CHECK, format!("the certificate of {root} is signed by {signer}"))
    }
}

/// How far this machine's clock is from the service's, where the difference matters.
pub fn clocks(there: Option<OffsetDateTime>, here: OffsetDateTime, speed: f64) -> Check {
    const CHECK: &str = "clock";
    if (speed - 1.0).abs() > f64::EPSILON {
        return Check::skipped(CHECK, format!("in this rehearsal time runs {speed} times as fast"));
    }
    let Some(there) = there else {
        return Check::skipped(CHECK, "no answer had a date");
    };
    let apart = here - there;
    let span = words::span(apart.unsigned_abs());
    let direction = if apart.is_negative() { "behind" } else { "ahead of" };
    if apart.abs() > MAX_CLOCK_SKEW {
        Check::failed(
            CHECK,
            format!(
                "this machine's clock is {span} {direction} Microsoft's: certificates prove nothing outside of their time \
                 window (AADSTS700024), and --since and --max-age count wrongly"
            ),
            "Set the clock: timedatectl set-ntp true (Linux), sntp -sS time.apple.com (macOS), w32tm /resync (Windows)",
        )
    } else if apart.abs() < Duration::seconds(5) {
        Check::ok(CHECK, "this machine's clock agrees with Microsoft's")
    } else {
        Check::ok(CHECK, format!("this machine's clock is {span} {direction} Microsoft's, and may be five minutes"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::CheckStatus;
    use super::*;
    use crate::graph::endpoint::{Cloud, Endpoints};
    use crate::graph::unreachable::UnreachableCause;

    fn graph(address: &str) -> Root {
        Endpoints::new(Cloud::Global, Some(address), None).unwrap().graph
    }

    fn signed(by: &str) -> Result<Reachable, Unreachable> {
        Ok(Reachable { status: 401, date: None, signed_by: Some(by.to_owned()) })
    }

    #[test]
    fn an_inspecting_proxy_is_recognised_by_its_signature() {
        let root = graph("https://graph.microsoft.com");
        for usual in ["Microsoft Azure RSA TLS Issuing CA 07 (Microsoft Corporation)", "DigiCert Cloud Services CA-1"] {
            assert_eq!(signer(&root, &signed(usual)).status, CheckStatus::Ok, "{usual}");
        }
        for proxy in
            ["Zscaler Intermediate Root CA (Zscaler Inc.)", "Contoso Corp Proxy CA", "Fake Microsoft (Zscaler)"]
        {
            let check = signer(&root, &signed(proxy));
            assert_eq!(check.status, CheckStatus::Warning, "{proxy}");
            assert!(check.found.contains(proxy) && check.found.contains("every new password"), "{check:?}");
        }
        assert_eq!(signer(&graph("https://127.0.0.1:8443"), &signed("sealoff simulator")).status, CheckStatus::Ok);
    }

    #[test]
    fn five_minutes_are_the_most_that_clocks_may_be_apart() {
        let here = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        let at = |apart: Duration| clocks(Some(here - apart), here, 1.0);
        assert_eq!(at(Duration::ZERO).status, CheckStatus::Ok);
        assert_eq!(at(Duration::minutes(5)).status, CheckStatus::Ok);
        for apart in [Duration::seconds(301), Duration::seconds(-301), Duration::days(400)] {
            let check = at(apart);
            assert_eq!(check.status, CheckStatus::Failed, "{apart}");
            assert!(check.found.contains(if apart.is_negative() { "behind" } else { "ahead of" }), "{check:?}");
        }
        assert_eq!(clocks(None, here, 1.0).status, CheckStatus::Skipped);
        assert_eq!(clocks(Some(here - Duration::days(1)), here, 60.0).status, CheckStatus::Skipped);
    }

    #[test]
    fn each_cause_of_silence_has_a_remedy_of_its_own() {
        let root = graph("https://graph.microsoft.com");
        let remedy = |cause| {
            let unreachable = Unreachable { service: root.to_string(), cause, own_words: "x".into() };
            reachable("graph", &root, &Err(unreachable)).remedy.unwrap()
        };
        assert!(remedy(Some(UnreachableCause::NameNotFound)).contains("DNS"));
        assert!(remedy(Some(UnreachableCause::UnknownAuthority)).contains("--ca-file"));
        assert!(remedy(Some(UnreachableCause::ConnectionRefused)).contains("HTTPS_PROXY"));
        assert!(remedy(None).contains("HTTPS_PROXY"));
    }
}
