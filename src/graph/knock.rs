//! Whether a service is there at all, and who answers: one call without a token.

use reqwest::header::DATE;
use reqwest::tls::TlsInfo;
use time::OffsetDateTime;

use super::certificate;
use super::retry_after;

/// Somebody answered; whatever the answer was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The HTTP status.
    pub status: u16,
    /// The clock of whoever answered.
    pub date: Option<OffsetDateTime>,
    /// Who signed the certificate that was shown, as its issuer names itself; `None` over clear text, or where it cannot be
    /// read.
    pub signed_by: Option<String>,
}

/// Why nobody answered. The kinds only choose what is said about the mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// The name is not known to the name service.
    #[error("{0}")]
    Name(String),
    /// The certificate that was shown is not trusted.
    #[error("{0}")]
    Certificate(String),
    /// The connection did not come about, or ended before there was an answer.
    #[error("{0}")]
    Connection(String),
}

/// Asks for `address` without a token. Any answer will do.
///
/// # Errors
///
/// There was no answer.
pub async fn knock(http: &reqwest::Client, address: &str) -> Result<Opened, Closed> {
    let response = http.get(address).send().await.map_err(|error| classify(&error))?;
    let date = response.headers().get(DATE).and_then(|value| value.to_str().ok()).and_then(retry_after::http_date);
    let certificate = response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate);
    let signed_by = certificate.and_then(certificate::issuer);
    Ok(Opened { status: response.status().as_u16(), date, signed_by })
}

fn classify(error: &reqwest::Error) -> Closed {
    let (mut all, mut last) = (String::new(), String::new());
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        last = error.to_string();
        all.push_str(&last.to_lowercase());
        all.push('\n');
        cause = error.source();
    }
    if all.contains("dns error") || all.contains("failed to lookup address") {
        Closed::Name(last)
    } else if all.contains("certificate") {
        Closed::Certificate(last)
    } else {
        Closed::Connection(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_that_nobody_has_and_a_port_that_nobody_listens_on_are_told_apart() {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let name = knock(&http, "https://graph.invalid/").await.unwrap_err();
        assert!(matches!(name, Closed::Name(_)), "{name:?}");
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let port = knock(&http, &format!("https://{free}/")).await.unwrap_err();
        assert!(matches!(port, Closed::Connection(_)), "{port:?}");
    }
}
