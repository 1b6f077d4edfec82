//! Sealing and unsealing.

use std::io::{Read, Write};

use age::{DecryptError, Decryptor, Encryptor};
use zeroize::Zeroizing;

use super::cms::{self, CmsProblem};
use super::credential::SealedCredential;
use super::identities::Identities;
use super::password::Password;
use super::payload::{self, Binding, Content, ExpectedAccount, PassTimes, ScriptedPlace, Unreadable};
use super::recipients::Recipients;

/// Room for the header of a few recipients. A longer header only costs a copy of encrypted bytes.
const USUAL_HEADER: usize = 1536;

/// age seals its content in chunks of 64 KiB, each with a tag of 16 bytes: <https://age-encryption.org/v1>.
const AGE_CHUNK: usize = 64 * 1024;
const AGE_TAG: usize = 16;

/// No real payload is longer.
const MAX_PAYLOAD_BYTES: u64 = 64 * 1024;

/// Sealing failed. The cause is never the password or the account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("sealing failed: {0}")]
pub struct SealError(String);

impl SealError {
    pub(super) fn of(error: &dyn std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// Why a sealed credential does not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum UnsealError {
    #[error("it is not sealed to this identity; use the identity of one of its recipients")]
    NotForThisIdentity,
    /// It was changed or cut off since it was sealed, or sealoff did not make it.
    #[error("it is damaged: {0}")]
    Damaged(String),
    #[error("a newer version of sealoff sealed it; open it with that version")]
    Newer,
    /// It opens, but for another account: the row or the cell was moved or edited.
    #[error(
        "it was sealed for {sealed_for}, but the row is of {found_with}; the file was edited, or its rows were moved"
    )]
    AnotherAccount { sealed_for: String, found_with: String },
}

/// Encrypts a password to all recipients, bound to one account: in one envelope for all age and SSH keys, and one for all
/// certificates.
///
/// # Errors
///
/// [`SealError`]: then the password must not be sent, because it would be lost.
pub fn seal(recipients: &Recipients, binding: &Binding, password: &Password) -> Result<SealedCredential, SealError> {
    seal_payload(recipients, binding, None, None, password)
}

/// The same of a temporary access pass, with the times at which it is good.
///
/// # Errors
///
/// [`SealError`]: then the pass is lost, and another one takes its place.
pub fn seal_pass(
    recipients: &Recipients,
    binding: &Binding,
    times: &PassTimes,
    pass: &Password,
) -> Result<SealedCredential, SealError> {
    seal_payload(recipients, binding, None, Some(*times), pass)
}

/// The same for those who run Active Directory, bound to the account there, too, so that their script sets no password
/// on a row that it was not made for.
///
/// # Errors
///
/// [`SealError`].
pub fn seal_for_script(
    recipients: &Recipients,
    binding: &Binding,
    place: &ScriptedPlace<'_>,
    password: &Password,
) -> Result<SealedCredential, SealError> {
    seal_payload(recipients, binding, Some(place), None, password)
}

fn seal_payload(
    recipients: &Recipients,
    binding: &Binding,
    place: Option<&ScriptedPlace<'_>>,
    pass: Option<PassTimes>,
    password: &Password,
) -> Result<SealedCredential, SealError> {
    let payload = payload::write(binding, place, pass, password).map_err(|error| SealError::of(&error))?;
    let age = seal_with_age(recipients, &payload)?;
    let cms = seal_with_cms(recipients, &payload)?;
    Ok(SealedCredential::of_envelopes(age.as_deref(), cms.as_deref()))
}

/// An age file for the age and SSH keys; nothing where there are none.
pub(super) fn seal_with_age(recipients: &Recipients, content: &[u8]) -> Result<Option<Vec<u8>>, SealError> {
    if recipients.age_keys().next().is_none() {
        return Ok(None);
    }
    let failed = |error: &dyn std::fmt::Display| SealError::of(error);
    let keys = recipients.age_keys().map(|key| key.as_recipient());
    let encryptor = Encryptor::with_recipients(keys).map_err(|error| failed(&error))?;
    // A buffer that grows has the content of a packet twice.
    let room = Vec::with_capacity(USUAL_HEADER + content.len() + content.len() / AGE_CHUNK * AGE_TAG);
    let mut writer = encryptor.wrap_output(room).map_err(|error| failed(&error))?;
    writer.write_all(content).map_err(|error| failed(&error))?;
    writer.finish().map(Some).map_err(|error| failed(&error))
}

/// A CMS envelope for the certificates; nothing where there are none.
pub(super) fn seal_with_cms(recipients: &Recipients, content: &[u8]) -> Result<Option<Vec<u8>>, SealError> {
    if !recipients.has_certificates() {
        return Ok(None);
    }
    let failed = |_| SealError("the cryptographic library refused to encrypt to a certificate".into());
    cms::seal(recipients.certificates(), content).map(Some).map_err(failed)
}

/// Opens a sealed password for the account of its row, and for no other.
///
/// # Errors
///
/// [`UnsealError`]. If it is for another account, the password is wiped and not returned.
pub fn unseal(
    identities: &Identities,
    sealed: &SealedCredential,
    expected: &ExpectedAccount<'_>,
) -> Result<Password, UnsealError> {
    match open(identities, sealed, expected)? {
        (password, None) => Ok(password),
        (_, Some(_)) => {
            Err(UnsealError::Damaged("it is a temporary access pass, and stands where a password does".into()))
        }
    }
}

/// Opens a sealed pass for the account of its row, and for no other.
///
/// # Errors
///
/// [`UnsealError`]. If it is for another account, the pass is wiped and not returned.
pub fn unseal_pass(
    identities: &Identities,
    sealed: &SealedCredential,
    expected: &ExpectedAccount<'_>,
) -> Result<(Password, PassTimes), UnsealError> {
    match open(identities, sealed, expected)? {
        (pass, Some(times)) => Ok((pass, times)),
        (_, None) => {
            Err(UnsealError::Damaged("it is a password, and stands where a temporary access pass does".into()))
        }
    }
}

fn open(
    identities: &Identities,
    sealed: &SealedCredential,
    expected: &ExpectedAccount<'_>,
) -> Result<(Password, Option<PassTimes>), UnsealError> {
    let payload = decrypt(identities, sealed)?;
    let Content { binding, secret, pass } = payload::read(&payload).map_err(|why| match why {
        Unreadable::Newer => UnsealError::Newer,
        Unreadable::NotOurs => UnsealError::Damaged("its content is not what sealoff writes".into()),
    })?;
    if binding.is(expected) {
        return Ok((secret, pass));
    }
    let tenant = |tenant| format!(" of tenant {tenant}");
    Err(UnsealError::AnotherAccount {
        sealed_for: format!("{} ({}){}", binding.user_principal_name, binding.object_id, tenant(binding.tenant)),
        found_with: format!(
            "{} ({}){}",
            expected.user_principal_name,
            expected.object_id,
            expected.tenant.map(tenant).unwrap_or_default()
        ),
    })
}

/// Opens the envelope that is for one of the identities. Damage to an envelope for others is not noticed: these identities
/// cannot open it.
fn decrypt(identities: &Identities, sealed: &SealedCredential) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
    if let Some(file) = sealed.envelope_for_age() {
        let opened = open_with_age(identities, &file, MAX_PAYLOAD_BYTES);
        if !matches!(opened, Err(UnsealError::NotForThisIdentity)) {
            return opened;
        }
    }
    match sealed.envelope_for_certificates() {
        Some(der) => open_with_cms(identities, &der),
        None => Err(UnsealError::NotForThisIdentity),
    }
}

pub(super) fn open_with_age(
    identities: &Identities,
    file: &[u8],
    max_bytes: u64,
) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
    let damaged = |what: &str| UnsealError::Damaged(what.to_owned());
    let decryptor = Decryptor::new_buffered(file).map_err(|_| damaged("its header cannot be read"))?;
    let reader = decryptor.decrypt(identities.age_keys()).map_err(|error| match error {
        DecryptError::NoMatchingKeys => UnsealError::NotForThisIdentity,
        _ => damaged("its header was changed"),
    })?;
    // The content is shorter than the file, so the buffer does not grow.
    let mut content = Zeroizing::new(Vec::with_capacity(file.len()));
    reader.take(max_bytes).read_to_end(&mut content).map_err(|_| damaged("its content was changed or cut off"))?;
    Ok(content)
}

pub(super) fn open_with_cms(identities: &Identities, der: &[u8]) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
    opened_by_cms(cms::open(identities.private_keys(), der))
}

/// The same of an envelope that another program made, which lacks the code.
pub(super) fn open_any_with_cms(identities: &Identities, der: &[u8]) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
    opened_by_cms(cms::open_any(identities.private_keys(), der))
}

fn opened_by_cms(opened: Result<Zeroizing<Vec<u8>>, CmsProblem>) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
    let damaged = |what: &str| UnsealError::Damaged(what.to_owned());
    opened.map_err(|problem| match problem {
        CmsProblem::NotForTheseKeys => UnsealError::NotForThisIdentity,
        CmsProblem::Unreadable => damaged("its envelope cannot be read"),
        CmsProblem::Unproven => damaged(
            "it lacks the code that proves that nothing was changed; the code was removed, or another program sealed it",
        ),
        CmsProblem::Changed => damaged("its content was changed"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::identities::Identity;
    use super::*;
    use crate::ids::{ObjectId, TenantId};
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn binding(number: u128, name: &str) -> Binding {
        Binding {
            tenant: TenantId::new(Uuid::from_u128(7)),
            object_id: ObjectId::new(Uuid::from_u128(number)),
            user_principal_name: name.to_owned(),
        }
    }

    fn expected(binding: &Binding) -> ExpectedAccount<'_> {
        ExpectedAccount {
            tenant: Some(binding.tenant),
            object_id: binding.object_id,
            user_principal_name: &binding.user_principal_name,
        }
    }

    fn key() -> (Recipients, Identities) {
        let identity = Identity::generate();
        (identity.recipients(), identity.into())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_was_sealed_opens_again(name in ".{0,100}", password in ".{0,60}") {
            let (recipients, identities) = key();
            let binding = binding(1, &name);
            let sealed = seal(&recipients, &binding, &Password::of(password.clone())).unwrap();
            let text: SealedCredential = sealed.to_string().parse().unwrap();
            let opened = unseal(&identities, &text, &expected(&binding)).unwrap();
            prop_assert_eq!(opened.expose(), password);
        }

        #[test]
        fn a_credential_never_opens_on_another_row(a in 0u128..3, b in 0u128..3, m in "[ab]@x", n in "[ab]@x", s in 0u128..2, t in 0u128..2) {
            let (recipients, identities) = key();
            let here = Binding { tenant: TenantId::new(Uuid::from_u128(s)), ..binding(a, &m) };
            let there = Binding { tenant: TenantId::new(Uuid::from_u128(t)), ..binding(b, &n) };
            let sealed = seal(&recipients, &here, &Password::of("secret word".into())).unwrap();
            match unseal(&identities, &sealed, &expected(&there)) {
                Ok(_) => prop_assert_eq!(here, there),
                Err(error) => {
                    prop_assert_ne!(here, there);
                    let said = error.to_string();
                    prop_assert!(said.contains(&m) && said.contains(&n) && !said.contains("secret word"), "{}", said);
                }
            }
        }

        #[test]
        fn a_changed_byte_never_goes_unnoticed(place in any::<prop::sample::Index>(), bit in 0u8..8) {
            let (recipients, identities) = key();
            let binding = binding(1, "ada@contoso.com");
            let mut file = seal(&recipients, &binding, &Password::of("p".into())).unwrap().age_file();
            *place.get_mut(&mut file) ^= 1 << bit;
            let text = format!("age:{}", STANDARD.encode(file));
            if let Ok(changed) = text.parse::<SealedCredential>() {
                prop_assert!(unseal(&identities, &changed, &expected(&binding)).is_err());
            }
        }

        #[test]
        fn a_credential_that_was_cut_off_is_damaged(keep in 22usize..700) {
            let (recipients, identities) = key();
            let binding = binding(1, "ada@contoso.com");
            let file = seal(&recipients, &binding, &Password::of("p".into())).unwrap().age_file();
            let cut = SealedCredential::of_envelopes(Some(&file[..keep.min(file.len() - 1)]), None);
            let error = unseal(&identities, &cut, &expected(&binding)).unwrap_err();
            prop_assert!(matches!(error, UnsealError::Damaged(_)), "{}", error);
        }
    }

    #[test]
    fn a_pass_opens_as_a_pass_and_a_password_as_a_password() {
        let (recipients, identities) = key();
        let binding = binding(1, "ada@contoso.com");
        let from = time::OffsetDateTime::UNIX_EPOCH;
        let times = PassTimes { from, until: from + time::Duration::HOUR, once: true };
        let pass = seal_pass(&recipients, &binding, &times, &Password::of("kD7+q".into())).unwrap();
        let (opened, at) = unseal_pass(&identities, &pass, &expected(&binding)).unwrap();
        assert_eq!((opened.expose(), at), ("kD7+q", times));
        let password = seal(&recipients, &binding, &Password::of("p".into())).unwrap();
        assert!(matches!(unseal(&identities, &pass, &expected(&binding)), Err(UnsealError::Damaged(_))));
        assert!(matches!(unseal_pass(&identities, &password, &expected(&binding)), Err(UnsealError::Damaged(_))));
    }

    #[test]
    fn case_and_an_unknown_tenant_do_not_matter() {
        let (recipients, identities) = key();
        let binding = binding(1, "Ada@Contoso.com");
        let sealed = seal(&recipients, &binding, &Password::of("p".into())).unwrap();
        let loose =
            ExpectedAccount { tenant: None, object_id: binding.object_id, user_principal_name: "ada@contoso.COM" };
        assert!(unseal(&identities, &sealed, &loose).is_ok());
    }

    #[test]
    fn every_recipient_opens_it_and_no_stranger() {
        let [(a, a_key), (b, b_key), (_, stranger)] = [key(), key(), key()];
        let both = Recipients::parse(&[a.to_string(), b.to_string()]).unwrap();
        let binding = binding(1, "ada@contoso.com");
        let sealed = seal(&both, &binding, &Password::of("p".into())).unwrap();
        assert!(unseal(&a_key, &sealed, &expected(&binding)).is_ok());
        assert!(unseal(&b_key, &sealed, &expected(&binding)).is_ok());
        assert_eq!(unseal(&stranger, &sealed, &expected(&binding)).unwrap_err(), UnsealError::NotForThisIdentity);
    }
}
