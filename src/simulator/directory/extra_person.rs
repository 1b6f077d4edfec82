//! People that a roster names: a drill needs them in the directory.

use uuid::Uuid;

/// Someone who must be in the directory, with what a roster says about them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExtraPerson {
    /// The object id; made from the name when absent.
    pub object_id: Option<Uuid>,
    /// The UPN; made from the object id when absent. A person without both is known by one of the keys below.
    pub user_principal_name: Option<String>,
    /// `Member` or `Guest`; a UPN with `#EXT#` is a guest unless this says otherwise.
    pub user_type: Option<String>,
    /// Mastered in an on-premises directory.
    pub synced: bool,
    /// Whether sign-in is allowed; it is, unless this says otherwise.
    pub enabled: Option<bool>,
    /// The name that people read; made from the UPN when absent.
    pub display_name: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// `employeeId`; counted when absent.
    pub employee_id: Option<String>,
    /// The SID in Active Directory; an account with one is or was mastered there.
    pub security_identifier: Option<String>,
    /// `sAMAccountName`; the same.
    pub sam_account_name: Option<String>,
    /// `onPremisesImmutableId`; the same.
    pub immutable_id: Option<String>,
}

impl ExtraPerson {
    /// Someone known by a roster's key: an object id or a UPN.
    pub fn known_as(key: &str) -> Self {
        let key = key.trim();
        match Uuid::try_parse(key) {
            Ok(id) => Self { object_id: Some(id), ..Self::default() },
            Err(_) => Self { user_principal_name: Some(key.to_owned()), ..Self::default() },
        }
    }
}
