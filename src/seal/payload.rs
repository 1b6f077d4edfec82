//! The content of an envelope: the password or the pass, and the account that it belongs to.

use std::borrow::Cow;
use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::ids::{ObjectId, TenantId, WorkListId};
use crate::secret_buffer::exact_json;
use crate::words::utc_second;

use super::password::Password;

/// Raise this when a program that knows only the older version could misread a payload.
const VERSION: u32 = 1;
/// The version of a payload that holds a pass: to a program that does not know passes it would be a password.
const VERSION_WITH_PASS: u32 = 2;

/// Payloads are padded to a multiple of this, so that their length says nothing.
const BLOCK: usize = 512;

/// The account that a sealed credential belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The tenant.
    pub tenant: TenantId,
    /// The account.
    pub object_id: ObjectId,
    /// Its user principal name when the password was made.
    pub user_principal_name: String,
}

/// The account for which a sealed credential must have been made, as far as the place where it was found says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpectedAccount<'a> {
    /// The tenant, where it is known.
    pub tenant: Option<TenantId>,
    /// The account.
    pub object_id: ObjectId,
    /// Its user principal name, compared without regard to case.
    pub user_principal_name: &'a str,
}

/// Where the script for Active Directory may set a password, and for which work list it was made: beside the account itself,
/// what its credential is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScriptedPlace<'a> {
    /// The security identifier of the account; empty where the directory does not say it, and then no script sets it.
    pub security_identifier: &'a str,
    /// The work list.
    pub list: WorkListId,
}

/// When a temporary access pass is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassTimes {
    /// From when on.
    #[serde(with = "time::serde::rfc3339")]
    pub from: OffsetDateTime,
    /// Until when.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
    /// Is it good for one sign-in alone?
    pub once: bool,
}

/// `pass good from 2026-11-30T08:00:00Z until 2026-11-30T09:00:00Z, for one sign-in`. In UTC: the results are the same bytes wherever
/// they are made again.
impl fmt::Display for PassTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, until, once } = self;
        write!(f, "pass good from {} until {}", utc_second(*from), utc_second(*until))?;
        f.write_str(if *once { ", for one sign-in" } else { ", for any number of sign-ins" })
    }
}

/// What is in a payload.
pub(super) struct Content {
    pub(super) binding: Binding,
    pub(super) secret: Password,
    /// Where the secret is a pass and no password.
    pub(super) pass: Option<PassTimes>,
}

impl Binding {
    pub(super) fn is(&self, expected: &ExpectedAccount<'_>) -> bool {
        self.object_id == expected.object_id
            && expected.tenant.is_none_or(|tenant| tenant == self.tenant)
            && self.user_principal_name.to_lowercase() == expected.user_principal_name.to_lowercase()
    }
}

/// Writes a payload: one line of JSON, padded with blanks. The script for Active Directory reads it by the order of its members.
pub(super) fn write(
    binding: &Binding,
    place: Option<&ScriptedPlace<'_>>,
    pass: Option<PassTimes>,
    password: &Password,
) -> io::Result<Zeroizing<Vec<u8>>> {
    let json = exact_json(&Payload {
        sealoff: if pass.is_some() { VERSION_WITH_PASS } else { VERSION },
        tenant: binding.tenant,
        object_id: binding.object_id,
        user_principal_name: Cow::Borrowed(&binding.user_principal_name),
        password: Cow::Borrowed(password.expose()),
        sid: place.map(|place| Cow::Borrowed(place.security_identifier)),
        list: place.map(|place| place.list),
        pass,
    })?;
    let padded = (json.len() + 1).next_multiple_of(BLOCK);
    let mut line = Zeroizing::new(Vec::with_capacity(padded));
    line.extend_from_slice(&json);
    line.resize(padded - 1, b' ');
    line.push(b'\n');
    Ok(line)
}

/// The members of a payload, in the order in which they are written.
///
/// When it is read, texts are borrowed where nothing is escaped, as in every password that sealoff makes: then no copy of
/// the password is left behind.
#[derive(Serialize, Deserialize)]
struct Payload<'a> {
    sealoff: u32,
    tenant: TenantId,
    object_id: ObjectId,
    #[serde(borrow)]
    user_principal_name: Cow<'a, str>,
    #[serde(borrow)]
    password: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    sid: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    list: Option<WorkListId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pass: Option<PassTimes>,
}

/// Why a payload cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    Newer,
    NotOurs,
}

/// Reads a payload.
pub(super) fn read(line: &[u8]) -> Result<Content, Unreadable> {
    #[derive(Deserialize)]
    struct Version {
        sealoff: u32,
    }

    let version: Version = serde_json::from_slice(line).map_err(|_| Unreadable::NotOurs)?;
    if !matches!(version.sealoff, VERSION | VERSION_WITH_PASS) {
        return Err(Unreadable::Newer);
    }
    let payload: Payload<'_> = serde_json::from_slice(line).map_err(|_| Unreadable::NotOurs)?;
    if payload.pass.is_some() != (version.sealoff == VERSION_WITH_PASS) {
        return Err(Unreadable::NotOurs);
    }
    let binding = Binding {
        tenant: payload.tenant,
        object_id: payload.object_id,
        user_principal_name: payload.user_principal_name.into_owned(),
    };
    let secret = match payload.password {
        Cow::Borrowed(text) => Password::of(text.to_owned()),
        Cow::Owned(text) => Password::of(text),
    };
    Ok(Content { binding, secret, pass: payload.pass })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn binding(name: &str) -> Binding {
        Binding {
            tenant: TenantId::new(Uuid::from_u128(1)),
            object_id: ObjectId::new(Uuid::from_u128(2)),
            user_principal_name: name.to_owned(),
        }
    }

    proptest! {
        #[test]
        fn a_payload_is_read_as_it_was_written(name in ".{0,300}", password in ".{0,80}") {
            let password = Password::of(password);
            let line = write(&binding(&name), None, None, &password).unwrap();
            prop_assert_eq!(line.len() % BLOCK, 0);
            prop_assert_eq!(line.iter().position(|b| *b == b'\n'), Some(line.len() - 1));
            let read = read(&line).unwrap();
            prop_assert_eq!((read.binding, read.pass), (binding(&name), None));
            prop_assert_eq!(read.secret.expose(), password.expose());
        }

        #[test]
        fn the_buffer_never_grows(name in "\\PC{0,200}|[\u{1}\"]{0,200}", password in "[\u{1}\"a]{0,100}") {
            let password = Password::of(password);
            let line = write(&binding(&name), None, None, &password).unwrap();
            prop_assert_eq!(line.capacity(), line.len());
        }
    }

    #[test]
    fn names_and_passwords_of_any_usual_length_make_payloads_of_one_length() {
        let lengths: Vec<usize> = ["a@b.c", "somebody.with.a.long.name@a.subdomain.of.contoso.onmicrosoft.com"]
            .iter()
            .flat_map(|name| {
                ["x", "xxxxx-xxxxx-xxxxx-xxxxx"]
                    .map(|p| write(&binding(name), None, None, &Password::of(p.into())).unwrap().len())
            })
            .collect();
        assert_eq!(lengths, [BLOCK; 4]);
    }

    #[test]
    fn a_newer_payload_is_no_foreign_one() {
        let fault = |line: &[u8]| read(line).map(|_| ()).unwrap_err();
        assert_eq!(fault(br#"{"sealoff":3,"anything":[]}"#), Unreadable::Newer);
        for foreign in [&b"hello"[..], b"{}", br#"{"sealoff":1}"#, br#"{"sealoff":2}"#, b""] {
            assert_eq!(fault(foreign), Unreadable::NotOurs);
        }
    }
}
