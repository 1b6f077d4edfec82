//! What to do where a service cannot be reached.

use crate::graph::unreachable::UnreachableCause;

/// Where the cause is not known.
const REMEDY_OF_UNKNOWN_CAUSE: &str = "Check the network, the proxy (HTTPS_PROXY), --graph-endpoint, --authority, and \
    --ca-file behind an inspecting proxy.";

/// What to do about a cause, as whole sentences.
pub const fn remedy(cause: UnreachableCause) -> &'static str {
    match cause {
        UnreachableCause::UnknownAuthority => {
            "Behind a proxy that inspects TLS, give its certificate authority with --ca-file PEM (or SSL_CERT_FILE). \
             Elsewhere the connection may be intercepted: ask the administrators of the network before you go on."
        }
        UnreachableCause::CertificateExpired => {
            "Check the date, the time and the time zone of this machine (date). If they are right, the certificate of the \
             service or of a proxy in between has expired."
        }
        UnreachableCause::CertificateNotYetValid => {
            "Correct the date, the time and the time zone of this machine (date)."
        }
        UnreachableCause::CertificateForAnotherName => {
            "Check --graph-endpoint and --authority. A captive portal or a proxy may also be answering in the service's \
             place."
        }
        UnreachableCause::BadCertificate => {
            "Behind a proxy that inspects TLS, give its certificate authority with --ca-file PEM."
        }
        UnreachableCause::NoTls => "Check --graph-endpoint and --authority, their ports, and the proxy (HTTPS_PROXY).",
        UnreachableCause::NameNotFound => {
            "Check the network, the VPN and DNS, the spelling in --graph-endpoint and --authority, and the proxy \
             (HTTPS_PROXY) where it looks names up."
        }
        UnreachableCause::ConnectionRefused => {
            "Check the network, the proxy (HTTPS_PROXY) and the firewall, and the address in --graph-endpoint and \
             --authority."
        }
        UnreachableCause::TimedOut => {
            "Check the network, the VPN, the firewall, and whether this network needs a proxy (HTTPS_PROXY)."
        }
        UnreachableCause::TooLarge => {
            "What answers there is not Graph, or a proxy adds to its answers: check --graph-endpoint, --authority and the \
             proxy (HTTPS_PROXY)."
        }
        UnreachableCause::RepeatsToken => {
            "What answers there is not Graph: check --graph-endpoint and the proxy (HTTPS_PROXY). The token may be known there; it \
             ends within hours, and the app's secret was not sent there."
        }
        UnreachableCause::Stalled => {
            "Check the network, the VPN, and the proxy (HTTPS_PROXY): something holds answers back."
        }
        UnreachableCause::NoAnswer => {
            "The call went out, and nothing whole came back. Check the firewall, the VPN and the proxy (HTTPS_PROXY), and whether \
             what answers at --graph-endpoint is Graph; then try again."
        }
        UnreachableCause::ProxySignIn => {
            "Give the proxy's name and password in HTTPS_PROXY=http://NAME:PASSWORD@PROXY:PORT."
        }
        UnreachableCause::SomethingBetween => {
            "Check the proxy (HTTPS_PROXY), and whether this network requires a sign-in first, as hotels and guest networks \
             do: open any page in a browser."
        }
    }
}

/// What to do about a service that was not reached, whether the cause is known or not.
pub fn remedy_or_general(cause: Option<UnreachableCause>) -> &'static str {
    cause.map_or(REMEDY_OF_UNKNOWN_CAUSE, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator as _;

    #[test]
    fn every_cause_has_words_and_a_remedy_of_its_own() {
        let causes: Vec<_> = UnreachableCause::iter().collect();
        for (place, cause) in causes.iter().enumerate() {
            let first = |text: &dyn Fn(UnreachableCause) -> String| {
                causes.iter().position(|other| text(*other) == text(*cause))
            };
            assert_eq!(first(&|cause| cause.to_string()), Some(place), "{cause}");
            assert_eq!(first(&|cause| remedy(cause).to_owned()), Some(place), "{cause}");
            assert!(remedy(*cause).ends_with('.'), "{cause}");
        }
    }

    #[test]
    fn a_certificate_says_whether_it_is_the_authority_or_the_clock() {
        assert!(remedy(UnreachableCause::UnknownAuthority).contains("--ca-file"));
        assert!(remedy(UnreachableCause::CertificateExpired).contains("time zone"));
        assert!(remedy(UnreachableCause::CertificateNotYetValid).contains("time zone"));
        assert!(remedy(UnreachableCause::CertificateForAnotherName).contains("--graph-endpoint"));
    }
}
