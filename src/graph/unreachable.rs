//! Why a service could not be reached, as a fact: [`crate::wording`] says what to do about each cause.

use std::error::Error;
use std::{fmt, io};

use rustls::{CertificateError, Error as TlsError};

use super::outside::OutsideText;
use super::resolver::NameNotFound;

/// A service that could not be reached, or whose answer did not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreachable {
    /// Its address, or what it is.
    pub service: String,
    /// The cause, where it is a known one.
    pub cause: Option<UnreachableCause>,
    /// The innermost error's own words; they are meant for programmers ("invalid peer certificate: UnknownIssuer").
    pub own_words: OutsideText,
}

/// The known causes. Each displays as a sentence about the service, without its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumIter, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum UnreachableCause {
    #[error("its certificate is signed by an authority that this machine does not know")]
    UnknownAuthority,
    #[error("its certificate is no longer valid by this machine's clock")]
    CertificateExpired,
    #[error("its certificate is not valid yet by this machine's clock")]
    CertificateNotYetValid,
    #[error("its certificate is for another name")]
    CertificateForAnotherName,
    #[error("its certificate is not accepted")]
    BadCertificate,
    #[error("what answers there does not speak TLS")]
    NoTls,
    #[error("its name cannot be looked up")]
    NameNotFound,
    #[error("the connection was refused")]
    ConnectionRefused,
    #[error("no connection came about in time")]
    TimedOut,
    #[error("its answer is larger than any answer of Graph's")]
    TooLarge,
    #[error("its answer stopped half way")]
    Stalled,
    /// The call went out; a firewall or a proxy may hold it, or its answer comes too slowly to be one.
    #[error("its answer did not come in time")]
    NoAnswer,
    #[error("its answer repeats the token of the call")]
    RepeatsToken,
    #[error("the proxy requires a sign-in")]
    ProxySignIn,
    /// A proxy, a gateway or a captive portal.
    #[error("something else than the service answered")]
    SomethingBetween,
}

impl Unreachable {
    /// Takes the cause out of an error of the HTTP client.
    pub fn new(service: impl fmt::Display, error: &(dyn Error + 'static)) -> Self {
        Self {
            service: service.to_string(),
            cause: cause_of(error),
            own_words: OutsideText::of_nothing_sent(&innermost(error)),
        }
    }

    /// The cause, and the network's own words; without the service.
    pub fn reason(&self) -> String {
        let own = &self.own_words;
        match self.cause {
            None => own.to_string(),
            Some(cause) if own.is_empty() => cause.to_string(),
            Some(cause) => format!("{cause} ({own})"),
        }
    }

    /// Another obstacle than one of the network.
    pub fn because(service: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self { service: service.to_string(), cause: None, own_words: OutsideText::of_nothing_sent(&reason.to_string()) }
    }
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.service, self.reason())
    }
}

impl UnreachableCause {
    /// Did an answer come that cannot be taken in? The same question has the same answer.
    pub const fn is_about_the_answer(self) -> bool {
        matches!(self, Self::TooLarge | Self::RepeatsToken)
    }
}

/// The outer errors repeat the address and say "error sending request".
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = source_of(cause) {
        cause = inner;
    }
    let own = cause.to_string();
    // Where a connection was cut, rustls names its page for programmers: no help to an administrator.
    let own = own.split(": https://docs.rs/").next().unwrap_or_default();
    crate::words::without_system_numbers(own).into_owned()
}

/// The innermost known cause.
fn cause_of(error: &(dyn Error + 'static)) -> Option<UnreachableCause> {
    let mut next = Some(error);
    let mut found = None;
    while let Some(error) = next {
        found = cause_at(error).or(found);
        next = source_of(error);
    }
    found
}

/// The next error further in. What an I/O error wraps is no source of it, because it displays as that.
fn source_of<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

fn cause_at(error: &(dyn Error + 'static)) -> Option<UnreachableCause> {
    if error.is::<NameNotFound>() {
        return Some(UnreachableCause::NameNotFound);
    }
    if let Some(tls) = error.downcast_ref::<TlsError>() {
        return Some(of_tls(tls));
    }
    if let Some(io) = error.downcast_ref::<io::Error>() {
        return match io.kind() {
            io::ErrorKind::ConnectionRefused => Some(UnreachableCause::ConnectionRefused),
            io::ErrorKind::TimedOut => Some(UnreachableCause::TimedOut),
            _ => None,
        };
    }
    if let Some(http) = error.downcast_ref::<reqwest::Error>() {
        let of_timeout = if http.is_connect() { UnreachableCause::TimedOut } else { UnreachableCause::NoAnswer };
        return http.is_timeout().then_some(of_timeout);
    }
    // The one text that is compared: the proxy connectors of hyper-util keep their error types to themselves.
    let text = error.to_string();
    let is_proxy = matches!(text.as_str(), "proxy authentication required" | "proxy authorization required");
    is_proxy.then_some(UnreachableCause::ProxySignIn)
}

fn of_tls(error: &TlsError) -> UnreachableCause {
    match error {
        TlsError::InvalidCertificate(certificate) => match certificate {
            CertificateError::UnknownIssuer => UnreachableCause::UnknownAuthority,
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => UnreachableCause::CertificateExpired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                UnreachableCause::CertificateNotYetValid
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                UnreachableCause::CertificateForAnotherName
            }
            _ => UnreachableCause::BadCertificate,
        },
        TlsError::InvalidMessage(_) => UnreachableCause::NoTls,
        _ => UnreachableCause::BadCertificate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_says_whether_it_is_the_authority_or_the_clock() {
        let cause = |error: CertificateError| {
            // As they come: wrapped more than once.
            let error = io::Error::other(io::Error::other(TlsError::InvalidCertificate(error)));
            Unreachable::new("x", &error).cause.unwrap()
        };
        assert_eq!(cause(CertificateError::UnknownIssuer), UnreachableCause::UnknownAuthority);
        assert_eq!(cause(CertificateError::Expired), UnreachableCause::CertificateExpired);
        assert_eq!(cause(CertificateError::NotValidYet), UnreachableCause::CertificateNotYetValid);
        assert_eq!(cause(CertificateError::NotValidForName), UnreachableCause::CertificateForAnotherName);
    }

    #[test]
    fn the_networks_own_words_stay_beside_the_cause() {
        let refused = Unreachable::new("https://x", &io::Error::from(io::ErrorKind::ConnectionRefused));
        assert!(refused.to_string().starts_with("https://x: the connection was refused ("), "{refused}");
        let cut = io::Error::other("peer closed connection without sending TLS close_notify: https://docs.rs/rustls/x");
        let cut = Unreachable::new("https://x", &cut);
        assert_eq!(
            (cut.cause, cut.own_words.as_str()),
            (None, "peer closed connection without sending TLS close_notify")
        );
    }
}
