//! Why a service could not be reached, in words that say what to do about it.
//!
//! The network's own words are for programmers ("invalid peer certificate: UnknownIssuer"). What they mean for whoever
//! sits before the screen, and the mend, stand side by side here.

use std::error::Error;
use std::io;

use rustls::{CertificateError, Error as TlsError};

/// One known cause.
struct Cause {
    /// What happened.
    what: &'static str,
    /// What to do, as whole sentences.
    mend: &'static str,
}

const UNKNOWN_AUTHORITY: Cause = Cause {
    what: "its certificate is signed by an authority that this machine does not know",
    mend: "Behind a proxy that inspects TLS, give its certificate authority with --ca-file PEM (or SSL_CERT_FILE); elsewhere, somebody may be listening: ask whoever runs the network before you go on.",
};
const OUTDATED: Cause = Cause {
    what: "its certificate is no longer valid by this machine's clock",
    mend: "Check the date, the time and the time zone of this machine (date); if they are right, the certificate of the service or of a proxy in between has expired.",
};
const NOT_YET_VALID: Cause = Cause {
    what: "its certificate is not valid yet by this machine's clock",
    mend: "Set the date, the time and the time zone of this machine right (date).",
};
const WRONG_NAME: Cause = Cause {
    what: "its certificate is for another name",
    mend: "Check --graph-endpoint and --authority; a captive portal or a proxy may also be answering in the service's place.",
};
const BAD_CERTIFICATE: Cause = Cause {
    what: "its certificate is not accepted",
    mend: "Behind a proxy that inspects TLS, give its certificate authority with --ca-file PEM.",
};
const NO_TLS: Cause = Cause {
    what: "what answers there does not speak TLS",
    mend: "Check --graph-endpoint and --authority, their ports, and the proxy (HTTPS_PROXY).",
};
const NO_SUCH_NAME: Cause = Cause {
    what: "its name cannot be looked up",
    mend: "Check the network, the VPN and DNS, the spelling in --graph-endpoint and --authority, and the proxy (HTTPS_PROXY) where names are looked up by one.",
};
const REFUSED: Cause = Cause {
    what: "the connection was refused",
    mend: "Check the network, the proxy (HTTPS_PROXY) and the firewall, and the address in --graph-endpoint and --authority.",
};
const TIMED_OUT: Cause = Cause {
    what: "no connection came about in time",
    mend: "Check the network, the VPN, the firewall, and whether this network needs a proxy (HTTPS_PROXY).",
};
const PROXY_SIGN_IN: Cause = Cause {
    what: "the proxy wants to be signed in to",
    mend: "Give the proxy's name and password in HTTPS_PROXY=http://NAME:PASSWORD@PROXY:PORT.",
};

/// What to do where something between here and the service answers in its place, as whole sentences.
pub const SOMETHING_BETWEEN: &str = "Check the proxy (HTTPS_PROXY), and whether this network asks you to sign in first, as \
    hotels and guest networks do: open any page in a browser.";
const STRANGER: Cause = Cause { what: "something else than the service answered", mend: SOMETHING_BETWEEN };

const CAUSES: [&Cause; 11] = [
    &UNKNOWN_AUTHORITY,
    &OUTDATED,
    &NOT_YET_VALID,
    &WRONG_NAME,
    &BAD_CERTIFICATE,
    &NO_TLS,
    &NO_SUCH_NAME,
    &REFUSED,
    &TIMED_OUT,
    &PROXY_SIGN_IN,
    &STRANGER,
];

/// What happened, and the network's own words behind it.
#[must_use]
pub fn describe(error: &(dyn Error + 'static)) -> String {
    let own = innermost(error);
    cause_of(error).map_or_else(|| own.clone(), |cause| format!("{} ({own})", cause.what))
}

/// Something answered that is not the service; `with` tells what, and holds nothing of what was sent.
#[must_use]
pub fn stranger(with: &str) -> String {
    format!("{} ({with})", STRANGER.what)
}

/// What to do about something that [`describe`] described, as whole sentences; `None` where nothing special is known.
#[must_use]
pub fn mend(message: &str) -> Option<&'static str> {
    CAUSES.into_iter().find(|cause| message.contains(cause.what)).map(|cause| cause.mend)
}

/// The innermost cause: the outer ones repeat the address and say "error sending request".
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = behind(cause) {
        cause = inner;
    }
    let own = cause.to_string();
    // A page for programmers, which rustls names where a connection was cut, is no help to whoever reads this at night.
    own.split(": https://docs.rs/").next().unwrap_or_default().to_owned()
}

fn cause_of(error: &(dyn Error + 'static)) -> Option<&'static Cause> {
    let mut next = Some(error);
    let mut found = None;
    while let Some(error) = next {
        found = one(error).or(found);
        next = behind(error);
    }
    found
}

/// The next error further in. What an I/O error wraps is no source of it, because it displays as that.
fn behind<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

fn one(error: &(dyn Error + 'static)) -> Option<&'static Cause> {
    if let Some(tls) = error.downcast_ref::<TlsError>() {
        return Some(of_tls(tls));
    }
    if let Some(io) = error.downcast_ref::<io::Error>() {
        return match io.kind() {
            io::ErrorKind::ConnectionRefused => Some(&REFUSED),
            io::ErrorKind::TimedOut => Some(&TIMED_OUT),
            _ => None,
        };
    }
    if let Some(http) = error.downcast_ref::<reqwest::Error>() {
        return (http.is_timeout() && http.is_connect()).then_some(&TIMED_OUT);
    }
    if error.is::<serde_json::Error>() {
        // A page where JSON was to be.
        return Some(&STRANGER);
    }
    // The connector has no public error type; these are the beginnings of its messages.
    let text = error.to_string();
    match text.as_str() {
        "dns error" => Some(&NO_SUCH_NAME),
        "proxy authentication required" | "proxy authorization required" => Some(&PROXY_SIGN_IN),
        _ => None,
    }
}

fn of_tls(error: &TlsError) -> &'static Cause {
    match error {
        TlsError::InvalidCertificate(certificate) => match certificate {
            CertificateError::UnknownIssuer => &UNKNOWN_AUTHORITY,
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => &OUTDATED,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => &NOT_YET_VALID,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => &WRONG_NAME,
            _ => &BAD_CERTIFICATE,
        },
        TlsError::InvalidMessage(_) => &NO_TLS,
        _ => &BAD_CERTIFICATE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(error: TlsError) -> &'static str {
        // As they come: wrapped more than once.
        let error = io::Error::other(io::Error::other(error));
        mend(&describe(&error)).unwrap()
    }

    #[test]
    fn every_cause_has_words_of_its_own_and_a_mend() {
        for (place, cause) in CAUSES.into_iter().enumerate() {
            assert_eq!(CAUSES.iter().position(|other| cause.what.contains(other.what)), Some(place), "{}", cause.what);
            assert!(cause.mend.ends_with('.'));
        }
    }

    #[test]
    fn a_certificate_says_whether_it_is_the_authority_or_the_clock() {
        let bad = TlsError::InvalidCertificate;
        assert!(mended(bad(CertificateError::UnknownIssuer)).contains("--ca-file"));
        assert!(mended(bad(CertificateError::Expired)).contains("time zone"));
        assert!(mended(bad(CertificateError::NotValidYet)).contains("time zone"));
        assert!(mended(bad(CertificateError::NotValidForName)).contains("--graph-endpoint"));
        assert!(describe(&io::Error::from(io::ErrorKind::ConnectionRefused)).contains("was refused ("));
        assert_eq!(mend("the answer was lost"), None);
        let cut = io::Error::other("peer closed connection without sending TLS close_notify: https://docs.rs/rustls/x");
        assert_eq!(describe(&cut), "peer closed connection without sending TLS close_notify");
    }
}
