//! Who signed a certificate, and until when it is good.

use time::OffsetDateTime;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;
use x509_cert::der::asn1::{PrintableStringRef, TeletexStringRef, Utf8StringRef};
use x509_cert::der::oid::ObjectIdentifier;

/// `commonName` and `organizationName` (RFC 5280, appendix A.1).
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");

/// The name of the issuer of a certificate in DER, as `Common Name (Organization)`; `None` where there is none that can be
/// read.
pub fn issuer(certificate: &[u8]) -> Option<String> {
    let certificate = Certificate::from_der(certificate).ok()?;
    let attributes = certificate.tbs_certificate.issuer.0.iter().flat_map(|set| set.0.iter());
    let (mut name, mut organization) = (None, None);
    for attribute in attributes {
        let value = &attribute.value;
        let text = value
            .decode_as::<Utf8StringRef<'_>>()
            .map(|text| text.as_str().to_owned())
            .or_else(|_| value.decode_as::<PrintableStringRef<'_>>().map(|text| text.as_str().to_owned()))
            .or_else(|_| value.decode_as::<TeletexStringRef<'_>>().map(|text| text.as_str().to_owned()));
        match (attribute.oid, text) {
            (COMMON_NAME, Ok(text)) => name = Some(text),
            (ORGANIZATION, Ok(text)) => organization = Some(text),
            _ => {}
        }
    }
    match (name, organization) {
        (Some(name), Some(organization)) => Some(format!("{name} ({organization})")),
        (name, organization) => name.or(organization),
    }
}

/// From when and until when a certificate in DER is good; `None` where it cannot be read.
pub fn validity(certificate: &[u8]) -> Option<(OffsetDateTime, OffsetDateTime)> {
    let validity = Certificate::from_der(certificate).ok()?.tbs_certificate.validity;
    let moment = |time: x509_cert::time::Time| {
        let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok()?;
        OffsetDateTime::from_unix_timestamp(seconds).ok()
    };
    Some((moment(validity.not_before)?, moment(validity.not_after)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuer_is_named_and_garbage_is_not() {
        let mut authority = rcgen::CertificateParams::default();
        authority.distinguished_name.push(rcgen::DnType::CommonName, "Corp Inspection CA");
        authority.distinguished_name.push(rcgen::DnType::OrganizationName, "Zscaler Inc.");
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = authority.self_signed(&key).unwrap();
        assert_eq!(issuer(certificate.der()).as_deref(), Some("Corp Inspection CA (Zscaler Inc.)"));
        assert_eq!(issuer(b"no certificate"), None);
    }
}
