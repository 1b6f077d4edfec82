//! The certificate authorities of the system, where `SSL_CERT_FILE` would hide them.

use std::path::Path;

use reqwest::Certificate;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// Where the distributions keep them, all in one file.
const BUNDLES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/etc/pki/tls/cacert.pem",
];

/// The system's authorities, to be added by hand while `SSL_CERT_FILE` or `SSL_CERT_DIR` is set.
///
/// On Unix the TLS library takes what these variables name *in place* of the system's authorities. Here they name what
/// is trusted *beside* them: an inspecting proxy leaves some hosts alone, and Microsoft asks that sign-ins be among them,
/// so that one run meets both kinds of certificate. Elsewhere the system's own store is asked in any case.
pub(super) fn hidden() -> Vec<Certificate> {
    let named = ["SSL_CERT_FILE", "SSL_CERT_DIR"].iter().any(|name| std::env::var_os(name).is_some());
    if cfg!(unix) && named { in_first_of(BUNDLES.iter().map(Path::new)) } else { Vec::new() }
}

/// The authorities in the first file that holds any. One that the TLS library cannot use is left out, as it does itself.
fn in_first_of<'p>(files: impl IntoIterator<Item = &'p Path>) -> Vec<Certificate> {
    let read = |path: &Path| -> Vec<Certificate> {
        let Ok(certificates) = CertificateDer::pem_file_iter(path) else { return Vec::new() };
        let usable = certificates.filter_map(Result::ok).filter(|der| RootCertStore::empty().add(der.clone()).is_ok());
        usable.filter_map(|der| Certificate::from_der(&der).ok()).collect()
    };
    files.into_iter().map(read).find(|certificates| !certificates.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bundle_with_authorities_is_taken_without_what_cannot_be_used() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let authority = rcgen::generate_simple_self_signed(["x".to_owned()]).unwrap().cert.pem();
        std::fs::write(at("empty"), "").unwrap();
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        std::fs::write(at("good"), format!("{broken}{authority}{authority}")).unwrap();
        std::fs::write(at("later"), &authority).unwrap();
        let files = ["missing", "empty", "good", "later"].map(at);
        assert_eq!(in_first_of(files.iter().map(|path| path.as_path())).len(), 2);
        assert!(in_first_of([at("missing").as_path()]).is_empty());
    }
}
