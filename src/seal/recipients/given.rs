//! What people give by mistake in place of a recipient.

/// A secret key, by where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the words say what each is")]
pub enum SecretKeyKind {
    #[error("AGE-SECRET-KEY-…")]
    Age,
    #[error("of SSH")]
    Ssh,
    #[error("of PuTTY")]
    Putty,
    #[error("in PEM")]
    Pem,
    #[error("in DER")]
    Der,
    #[error("a PFX file")]
    Pfx,
}

/// A thing of the trade to which nothing can be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the words say what each is")]
pub enum UnsealableKind {
    #[error("a post-quantum age recipient (age1pq1…), which the age library of this version does not know yet,")]
    PostQuantumAge,
    #[error("an age recipient of a plugin (age1NAME1…)")]
    AgePlugin,
    #[error("an encrypted age file")]
    AgeFile,
    #[error("an SSH key on a security token (sk-…)")]
    SshOnToken,
    #[error("an SSH key of ECDSA")]
    SshEcdsa,
    #[error("an SSH key of DSA")]
    SshDsa,
    #[error("an SSH key of this type")]
    SshOther,
    #[error("an SSH key of RSA with fewer than 2,048 bits is too weak, and")]
    SshWeakRsa,
    #[error("an SSH key of RSA with more than 4,096 bits")]
    SshLongRsa,
    /// The form of RFC 4716, which other programs export.
    #[error("an SSH key in this form")]
    SshOfRfc4716,
    #[error("PEM as an argument")]
    PemArgument,
    #[error("a PGP key")]
    Pgp,
    /// Certificates in a bundle, which openssl reads if it knows how they are written.
    #[error("a PKCS#7 bundle")]
    Bundle { is_der: bool },
    #[error("a public key alone")]
    PublicKeyAlone,
    #[error("a certificate request")]
    CertificateRequest,
}

/// What is wrong with the text of a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecipientDamage {
    /// The age library does not read it, in its own words.
    #[error("{0}")]
    Age(&'static str),
    /// What follows the type of an SSH key is no key.
    #[error("what follows is no SSH public key")]
    Ssh,
    /// It comes from a plan, where it was a recipient when it was written.
    #[error("it was changed since it was written")]
    Changed,
}
