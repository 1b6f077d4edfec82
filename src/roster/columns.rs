//! Understands the header of a list: which column holds what.

use super::by::By;
use super::error::RosterError;
use super::header::Header;
use super::how::How;
use super::names;

/// One column: its place and its name as the header spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) index: usize,
    pub(super) name: String,
}

impl Column {
    /// A column without a name, by its number.
    pub(super) fn numbered(index: usize) -> Self {
        Self { index, name: format!("#{}", index + 1) }
    }
}

/// The columns that are read; all others are passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    /// How many cells a row must have.
    pub(super) expected: usize,
    /// The property that the key is.
    pub(super) by: Option<By>,
    /// The column of the key, and the one that stands in where that cell is empty.
    pub(super) key: Column,
    pub(super) fallback: Option<Column>,
    /// Whether the fallback is a user principal name by its header, so that it must agree with the object id.
    pub(super) fallback_is_upn: bool,
    pub(super) handoff: Option<Column>,
    pub(super) priority: Option<Column>,
    pub(super) note: Option<Column>,
    pub(super) user_type: Option<Column>,
    pub(super) synced: Option<Column>,
    pub(super) enabled: Option<Column>,
    /// Whether the list has passwords in it. A cell more or less shifts them into another column, so of its broken rows
    /// nothing is shown.
    pub(super) has_passwords: bool,
    /// Whether the list is one of Entra's templates, in which the first row may be an example.
    pub(super) template: bool,
}

impl Columns {
    /// Understands a header.
    pub(super) fn of(header: &Header<'_>, how: &How) -> Result<Self, RosterError> {
        let (key, fallback, fallback_is_upn) = if how.key.is_some() {
            (header.named(how)?, None, false)
        } else if let Some(by) = how.by {
            let key = header.first_of(names::of_property(by))?.ok_or_else(|| header.no_key(how.by))?;
            (key, None, false)
        } else {
            account_columns(header)?
        };
        let enabled = header.first_of(&["accountenabled"])?;
        Ok(Self {
            handoff: header.first_of(&["handoff"])?,
            priority: header.first_of(&["priority"])?,
            note: header.first_of(&["note"])?,
            user_type: header.first_of(&["usertype"])?,
            synced: header.first_of(&["onpremisessyncenabled", "dirsyncenabled"])?,
            // "Block sign in [accountEnabled]" says the opposite of its property.
            enabled: enabled.filter(|column| !names::fold_whole(&column.name).contains("block")),
            has_passwords: header.has_passwords(),
            template: header.names.iter().any(|name| names::is_of_a_template(name)),
            ..Self::keyed(header.names.len(), how.by, key, fallback, fallback_is_upn)
        })
    }

    /// Nothing but a key is known.
    pub(super) const fn keyed(
        expected: usize,
        by: Option<By>,
        key: Column,
        fallback: Option<Column>,
        fallback_is_upn: bool,
    ) -> Self {
        Self {
            expected,
            by,
            key,
            fallback,
            fallback_is_upn,
            handoff: None,
            priority: None,
            note: None,
            user_type: None,
            synced: None,
            enabled: None,
            has_passwords: false,
            template: false,
        }
    }

    /// The key columns as messages name them.
    pub(super) fn key_names(&self) -> String {
        match &self.fallback {
            Some(fallback) => format!("{}, {}", self.key.name, fallback.name),
            None => self.key.name.clone(),
        }
    }
}

/// The columns by which accounts are named: the surest, the one that stands in for it, and whether that one has to agree.
fn account_columns(header: &Header<'_>) -> Result<(Column, Option<Column>, bool), RosterError> {
    let object_id = header.first_of(names::OBJECT_ID)?;
    let object_id = object_id.filter(|column| names::fold(&column.name) != names::ID || !header.is_of_a_log());
    let upn = header.first_of(names::UPN)?;
    let likely = header.first_of(names::LIKELY)?;
    let fallback_is_upn = object_id.is_some() && upn.is_some();
    match (object_id, upn, likely) {
        (Some(id), upn, likely) => Ok((id, upn.or(likely), fallback_is_upn)),
        (None, Some(upn), _) => Ok((upn, None, false)),
        (None, None, Some(likely)) => Ok((likely, None, false)),
        (None, None, None) => Err(header.no_key(None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::source::Source;

    fn columns_as(header: &str, how: &How) -> Result<Columns, RosterError> {
        let names: Vec<String> = header.split(',').map(|name| name.trim().to_owned()).collect();
        let from = Source::bytes("a test", Vec::new());
        Columns::of(&Header::for_tests(&names, header, &from), how)
    }

    fn columns(header: &str) -> Result<Columns, RosterError> {
        columns_as(header, &How::default())
    }

    fn key(header: &str) -> (String, Option<String>, bool) {
        let columns = columns(header).unwrap();
        (columns.key.name, columns.fallback.map(|column| column.name), columns.fallback_is_upn)
    }

    #[test]
    fn every_usual_spelling_of_a_key_is_found() {
        for name in [
            "user",
            "User",
            "userPrincipalName",
            "User principal name",
            "USER_PRINCIPAL_NAME",
            "User name [userPrincipalName] Required",
            "Member object ID or user principal name [memberObjectIdOrUpn] Required",
            "Member object ID or user principal name",
            "UPN",
            "upn",
            "AccountUpn",
            "AccountUPN",
            "objectId",
            "Object Id",
            "object-id",
            "id",
            "Id",
            "ID",
            "User ID",
            "UserId",
            "UserIds",
            "Username",
            "mail",
            "Mail",
            "email",
            "E-mail",
            "Email Address",
            "AccountObjectId",
            "RecipientObjectId",
            "RecipientEmailAddress",
        ] {
            let columns = columns(&format!("displayName,{name},city")).unwrap();
            assert_eq!((columns.key.index, columns.fallback), (1, None), "{name}");
        }
    }

    #[test]
    fn an_object_id_is_surer_than_a_name_and_a_name_than_an_address() {
        assert_eq!(key("UPN,Object Id"), ("Object Id".into(), Some("UPN".into()), true));
        assert_eq!(key("User ID,User,Username"), ("User ID".into(), Some("Username".into()), true));
        assert_eq!(key("mail,id"), ("id".into(), Some("mail".into()), false));
        assert_eq!(key("mail,user,UserPrincipalName"), ("UserPrincipalName".into(), None, false));
        assert_eq!(key("mail,user"), ("user".into(), None, false));
    }

    #[test]
    fn the_ids_of_other_things_are_never_the_key() {
        let sign_ins = "Date (UTC),Request ID,User agent,Correlation ID,User ID,User,Username,Application,Application ID ,Resource ID,Device ID";
        assert_eq!(key(sign_ins), ("User ID".into(), Some("Username".into()), true));
        assert_eq!(key("Id,AppDisplayName,UserPrincipalName,IPAddress").0, "UserPrincipalName");
        assert_eq!(key("Id,UserId,UserPrincipalName,CorrelationId").0, "UserId");
        for header in
            ["Request ID,Correlation ID,Application ID", "RecordId,Operation", "DeviceId,TenantId", "Id,CorrelationId"]
        {
            assert!(matches!(columns(header), Err(RosterError::NoKeyColumn { .. })), "{header}");
        }
    }

    #[test]
    fn the_operator_may_name_the_column() {
        let how = |key: &str| How { key: Some(key.to_owned()), by: None };
        let header = "Id,Manager UPN,User name [userPrincipalName] Required";
        for (key, index) in [
            ("manager_upn", 1),
            ("ID", 0),
            ("#2", 1),
            ("userprincipalname", 2),
            (" User Name [userPrincipalName] required", 2),
        ] {
            let columns = columns_as(header, &how(key)).unwrap();
            assert_eq!((columns.key.index, columns.fallback), (index, None), "{key}");
        }
        let error = columns_as(header, &how("Managr UPN")).unwrap_err();
        assert!(error.to_string().contains("did you mean \"Manager UPN\"?"), "{error}");
        assert!(error.to_string().contains("\"Id\""), "{error}");
        assert!(columns_as(header, &how("#4")).unwrap_err().to_string().contains("3 columns"));
        assert!(matches!(columns_as("a b,A_B", &how("ab")), Err(RosterError::TwoColumns { .. })));
        assert_eq!(columns_as("a b,A_B", &how("A_B")).unwrap().key.index, 1, "an exact spelling is no question");
    }

    #[test]
    fn a_property_has_columns_of_its_own() {
        for (by, name) in [
            (By::Mail, "Mail"),
            (By::ProxyAddress, "Proxy addresses"),
            (By::EmployeeId, "Employee ID"),
            (By::Sid, "AccountSid"),
            (By::Sid, "onPremisesSecurityIdentifier"),
            (By::SamAccountName, "SamAccountName"),
        ] {
            let how = How { key: None, by: Some(by) };
            let columns = columns_as(&format!("Id,UserPrincipalName,{name}"), &how).unwrap();
            assert_eq!((columns.key.index, columns.by, columns.fallback), (2, Some(by), None), "{name}");
            let error = columns_as("Id,UserPrincipalName", &how).unwrap_err().to_string();
            assert!(error.contains("--key") && error.contains(&by.to_string()), "{error}");
        }
    }

    #[test]
    fn what_the_template_asks_is_not_what_its_property_says() {
        let columns = columns("Block sign in (Yes/No) [accountEnabled] Required,User name [userPrincipalName] Required,Initial password [passwordProfile] Required").unwrap();
        assert_eq!((columns.key.index, columns.enabled), (1, None));
        assert!(columns.has_passwords && columns.template);
    }

    #[test]
    fn what_cannot_be_understood_is_shown() {
        let error = columns("name,city").unwrap_err().to_string();
        assert!(error.contains(r#""name", "city""#) && error.contains("userPrincipalName"), "{error}");
        let error = columns("Object Id,x,objectId").unwrap_err();
        assert!(error.to_string().contains("Object Id") && error.to_string().contains("objectId"), "{error}");
        let spot = error.spot().unwrap();
        assert_eq!((spot.line, spot.column), (1, Some(13)));
    }
}
