//! The simulator's own certificate authority, made anew at every start and trusted only where it is given.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use time::{Duration, OffsetDateTime};

use super::error::SimulatorError;

/// What the server shows, and what a client must trust.
pub(crate) struct TlsIdentity {
    pub(crate) server: Arc<ServerConfig>,
    pub(crate) ca_pem: String,
}

/// Makes an authority and a certificate for `localhost`, `127.0.0.1`, `::1` and these names.
pub(crate) fn make_identity(hosts: &[String]) -> Result<TlsIdentity, SimulatorError> {
    let (mut authority, authority_key) = (parameters(Vec::new(), "sealoff simulator CA")?, KeyPair::generate()?);
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_pem = authority.self_signed(&authority_key)?.pem();
    let issuer = Issuer::new(authority, authority_key);

    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into_iter().chain(hosts.iter().cloned());
    let (mut server, server_key) = (parameters(names.collect(), "sealoff simulator")?, KeyPair::generate()?);
    server.use_authority_key_identifier_extension = true;
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = server.signed_by(&server_key, &issuer)?;

    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(server_key.serialize_der()));
    // The provider is named: with two of them in one process rustls can't choose and panics.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsIdentity { server: Arc::new(server), ca_pem })
}

fn parameters(names: Vec<String>, common_name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = CertificateParams::new(names)?;
    parameters.distinguished_name.push(DnType::CommonName, common_name);
    // A day back, because clocks differ; a month ahead, because this authority is not for keeping.
    let now = OffsetDateTime::now_utc();
    parameters.not_before = now - Duration::DAY;
    parameters.not_after = now + Duration::days(30);
    Ok(parameters)
}
