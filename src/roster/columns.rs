//! What each column of a list holds.

use super::choice::Keys;
use super::column::NamedColumn;
use super::entry::Key;
use super::error::RosterError;
use super::header::Header;
use super::key;
use super::key_property::KeyProperty;
use super::names;
use super::read_options::ReadOptions;

/// The columns that are read. All others are skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    /// How many cells a row must have, and how many it may have: a header may end in empty cells.
    pub(super) expected: usize,
    pub(super) most: usize,
    /// The property that the key is.
    pub(super) by: Option<KeyProperty>,
    /// The column of the key, and the column that is read where the key cell is empty.
    pub(super) key: NamedColumn,
    pub(super) fallback: Option<NamedColumn>,
    /// The column of user principal names that must agree with an object id.
    pub(super) upn_beside: Option<NamedColumn>,
    /// The column of object ids that must agree with a user principal name.
    pub(super) id_beside: Option<NamedColumn>,
    /// The column of mail addresses beside the key.
    pub(super) address_beside: Option<NamedColumn>,
    /// The column and the value of the rows that are meant; all others are left out.
    pub(super) only: Option<(NamedColumn, String)>,
    /// Whose the row is, where a list is for many tenants.
    pub(super) tenant: Option<NamedColumn>,
    /// The Active Directory domain of a short name.
    pub(super) domain: Option<NamedColumn>,
    pub(super) handoff: Option<NamedColumn>,
    pub(super) wave: Option<NamedColumn>,
    /// From when on the pass of the person is good.
    pub(super) pass_from: Option<NamedColumn>,
    pub(super) priority: Option<NamedColumn>,
    pub(super) note: Option<NamedColumn>,
    pub(super) user_type: Option<NamedColumn>,
    pub(super) synced: Option<NamedColumn>,
    pub(super) enabled: Option<NamedColumn>,
    /// The column that says the opposite: whether sign-in is blocked.
    pub(super) blocked: Option<NamedColumn>,
    pub(super) display_name: Option<NamedColumn>,
    pub(super) department: Option<NamedColumn>,
    /// What the list calls the person: a name in one column or in two, and a number.
    pub(super) names: NameColumns,
    pub(super) employee_id: Option<NamedColumn>,
    /// Whether the list has passwords. In a broken row, a missing cell may shift a password into another column, so nothing of
    /// such rows is shown.
    pub(super) has_passwords: bool,
    /// Whether a row that begins with `#` is commented out. Where all rows begin so, it belongs to their numbers.
    pub(super) has_comments: bool,
    /// Whether the list is one of Entra's templates, in which the first row may be an example.
    pub(super) template: bool,
}

/// The columns that say what people call the person of a row. They decide nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct NameColumns {
    pub(super) whole: Option<NamedColumn>,
    pub(super) first: Option<NamedColumn>,
    pub(super) last: Option<NamedColumn>,
    pub(super) number: Option<NamedColumn>,
}

impl Columns {
    /// Reads a header and the first people below it.
    pub(super) fn of(header: &Header<'_>, people: &[Vec<String>], options: &ReadOptions) -> Result<Self, RosterError> {
        let mut by = options.by;
        let keys = match (&options.key, options.by) {
            (Some(_), None) => Keys::named(header, header.named(options)?),
            (Some(_), Some(_)) => Keys::only(header.named(options)?),
            (None, Some(by)) => {
                Keys::only(header.first_of(names::of_property(by))?.ok_or_else(|| header.no_key(options.by))?)
            }
            (None, None) => match of_active_directory(header, people) {
                Some(key) => {
                    by = Some(KeyProperty::ImmutableId);
                    Keys::only(header.alone(key)?)
                }
                None => Keys::chosen(header, people)?,
            },
        };
        let domain =
            if options.by == Some(KeyProperty::SamAccountName) { header.first_of(names::DOMAIN)? } else { None };
        // "Block sign in [accountEnabled]" says the opposite of its property.
        let says_blocked = |column: &NamedColumn| names::fold_whole(&column.name).contains("block");
        let (blocked, enabled): (Vec<_>, Vec<_>) =
            header.first_of(&["accountenabled"])?.into_iter().partition(says_blocked);
        // A column that decides nothing may be there twice.
        let any_of = |known: &[&str]| header.all_of(known).into_iter().next();
        let not_the_key = |column: &NamedColumn| *column != keys.key;
        Ok(Self {
            handoff: match &options.handoff {
                Some(column) => match header.named(&ReadOptions::of_column(column)) {
                    Err(RosterError::UnknownColumn(_)) if options.handoff_may_be_missing => None,
                    named => Some(named?),
                },
                None => header.first_of(&["handoff"])?,
            },
            wave: options.wave.as_ref().map(|column| header.named(&ReadOptions::of_column(column))).transpose()?,
            pass_from: (options.pass_from.as_ref())
                .map(|column| header.named(&ReadOptions::of_column(column)))
                .transpose()?,
            priority: header.first_of(&["priority"])?,
            note: header.first_of(&["note"])?,
            user_type: header.first_of(&["usertype"])?,
            synced: header.first_of(&["onpremisessyncenabled", "dirsyncenabled"])?,
            enabled: enabled.into_iter().next(),
            // What the Microsoft 365 admin center exports ("Export users").
            blocked: blocked.into_iter().next().or_else(|| any_of(&["blockcredential"])),
            names: NameColumns {
                whole: any_of(&["displayname", "fullname", "name"]).filter(not_the_key),
                first: any_of(&["givenname", "firstname", "forename"]).filter(not_the_key),
                last: any_of(&["surname", "lastname", "familyname"]).filter(not_the_key),
                number: any_of(&["employeeid"]).filter(not_the_key),
            },
            display_name: any_of(&["displayname", "userdisplayname", "fullname", "name"]).filter(not_the_key),
            department: any_of(&["department"]).filter(not_the_key),
            employee_id: any_of(&["employeeid"]).filter(not_the_key),
            address_beside: match by {
                // The sign-in name in Active Directory need not be that of the tenant.
                Some(KeyProperty::ImmutableId) => header.all_of(names::UPN).into_iter().next(),
                _ => None,
            }
            .or_else(|| address_beside(header, &keys)),
            only: options.only.as_ref().map(|only| header.only_where(only)).transpose()?,
            tenant: header.first_of(&["tenant"])?.filter(not_the_key),
            has_passwords: header.has_passwords(),
            template: header.names.iter().any(|name| names::is_of_a_template(name)),
            domain: domain.filter(|domain| *domain != keys.key),
            ..Self::keyed(header.names.len(), header.cells(), by, keys)
        })
    }

    /// Nothing but a key is known.
    pub(super) fn keyed(expected: usize, most: usize, by: Option<KeyProperty>, keys: Keys) -> Self {
        let Keys { key, fallback, upn_beside, id_beside } = keys;
        Self {
            expected,
            most: most.max(expected),
            by,
            key,
            fallback,
            upn_beside,
            id_beside,
            address_beside: None,
            only: None,
            tenant: None,
            domain: None,
            handoff: None,
            wave: None,
            pass_from: None,
            priority: None,
            note: None,
            user_type: None,
            synced: None,
            enabled: None,
            blocked: None,
            display_name: None,
            department: None,
            names: NameColumns::default(),
            employee_id: None,
            has_passwords: false,
            has_comments: true,
            template: false,
        }
    }

    /// Whether the list has one column, so that a line is a cell, whatever delimiters are in it.
    pub(super) const fn is_one_cell_a_line(&self) -> bool {
        self.most == 1
    }

    /// Whether anything of a column is read: a remark is not.
    pub(super) fn is_read(&self, index: usize) -> bool {
        let Self { fallback, upn_beside, id_beside, address_beside, tenant, domain, handoff, wave, pass_from, .. } =
            self;
        let Self { priority, user_type, synced, enabled, blocked, display_name, department, employee_id, .. } = self;
        let NameColumns { whole, first, last, number } = &self.names;
        let persons = [fallback, upn_beside, id_beside, address_beside, whole, first, last, number, display_name];
        let others = [tenant, domain, handoff, wave, pass_from, priority];
        let hints = [user_type, synced, enabled, blocked, department, employee_id];
        let read = persons.into_iter().chain(others).chain(hints).flatten();
        read.chain([&self.key]).any(|column| column.index == index)
    }

    /// Whether the header says that the keys are sign-in names or object ids, and nothing else.
    pub(super) fn say_sign_in_names(&self) -> bool {
        let is_of_names = |column: &NamedColumn| {
            let folded = names::meaning(&column.name);
            folded == "user" || names::UPN.contains(&folded.as_str()) || names::OBJECT_ID.contains(&folded.as_str())
        };
        self.by.is_none() && [Some(&self.key), self.fallback.as_ref()].into_iter().flatten().all(is_of_names)
    }

    /// The key columns as messages name them.
    pub(super) fn key_names(&self) -> String {
        match &self.fallback {
            Some(fallback) => format!("{}, {}", self.key.name, fallback.name),
            None => self.key.name.clone(),
        }
    }
}

/// The column `ObjectGUID` of an export of Active Directory, where no column has sign-in names that a tenant can have.
fn of_active_directory(header: &Header<'_>, people: &[Vec<String>]) -> Option<NamedColumn> {
    let key = header.all_of(&[names::OBJECT_GUID]).into_iter().next()?;
    let is_an_export = !header.all_of(names::OF_ACTIVE_DIRECTORY).is_empty();
    let cells = |index: usize| {
        people.iter().filter_map(move |row| row.get(index)).map(String::as_str).filter(|cell| !cell.is_empty())
    };
    let mut ids = cells(key.index).peekable();
    let has_ids = ids.peek().is_some() && ids.all(|cell| key::parse(cell, Some(KeyProperty::ImmutableId)).is_ok());
    let mut others = [names::OBJECT_ID, names::UPN, names::LIKELY].into_iter().flat_map(|known| header.all_of(known));
    let has_others = others.any(|other| cells(other.index).any(may_be_of_a_tenant));
    (is_an_export && has_ids && !has_others).then_some(key)
}

/// Whether it is a key that an account of a tenant can have. Domains that no registry gives out cannot be a tenant's.
fn may_be_of_a_tenant(cell: &str) -> bool {
    const OF_NO_TENANT: &[&str] = &["local", "lan", "internal", "intra", "intranet", "corp", "home", "private", "ad"];
    match key::parse(cell, None) {
        Ok(Key::UserPrincipalName(name)) => {
            let top = name.domain().rsplit_once('.').map_or("", |(_, top)| top).to_lowercase();
            !top.is_empty() && !OF_NO_TENANT.contains(&top.as_str())
        }
        Ok(_) => true,
        Err(_) => false,
    }
}

/// The column of mail addresses that is neither key nor read in its place.
fn address_beside(header: &Header<'_>, keys: &Keys) -> Option<NamedColumn> {
    let columns = header.all_of(names::of_property(KeyProperty::Mail));
    let used = [Some(&keys.key), keys.fallback.as_ref(), keys.upn_beside.as_ref()];
    columns.into_iter().find(|column| !used.contains(&Some(column)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::source::Source;

    fn columns_as(header: &str, options: &ReadOptions) -> Result<Columns, RosterError> {
        let names: Vec<String> = header.split(',').map(|name| name.trim().to_owned()).collect();
        let from = Source::bytes("a test", Vec::new());
        Columns::of(&Header::for_tests(&names, header, &from), &[], options)
    }

    fn columns(header: &str) -> Result<Columns, RosterError> {
        columns_as(header, &ReadOptions::default())
    }

    fn key(header: &str) -> (String, Option<String>, bool) {
        let columns = columns(header).unwrap();
        (columns.key.name, columns.fallback.map(|column| column.name), columns.upn_beside.is_some())
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
        let options = |key: &str| ReadOptions { key: Some(key.to_owned()), by: None, ..ReadOptions::default() };
        let header = "Id,Manager UPN,User name [userPrincipalName] Required";
        for (key, index) in [
            ("manager_upn", 1),
            ("ID", 0),
            ("#2", 1),
            ("userprincipalname", 2),
            (" User Name [userPrincipalName] required", 2),
        ] {
            let columns = columns_as(header, &options(key)).unwrap();
            assert_eq!((columns.key.index, columns.fallback), (index, None), "{key}");
        }
        let error = columns_as(header, &options("Managr UPN")).unwrap_err();
        assert!(error.to_string().contains("did you mean \"Manager UPN\"?"), "{error}");
        assert!(error.to_string().contains("\"Id\""), "{error}");
        assert!(columns_as(header, &options("#4")).unwrap_err().to_string().contains("3 columns"));
        assert!(matches!(columns_as("a b,A_B", &options("ab")), Err(RosterError::TwoColumns { .. })));
        assert_eq!(columns_as("a b,A_B", &options("A_B")).unwrap().key.index, 1, "an exact spelling is no question");
    }

    #[test]
    fn a_property_has_columns_of_its_own() {
        for (by, name) in [
            (KeyProperty::Mail, "Mail"),
            (KeyProperty::ProxyAddress, "Proxy addresses"),
            (KeyProperty::EmployeeId, "Employee ID"),
            (KeyProperty::Sid, "AccountSid"),
            (KeyProperty::Sid, "onPremisesSecurityIdentifier"),
            (KeyProperty::SamAccountName, "SamAccountName"),
        ] {
            let options = ReadOptions { key: None, by: Some(by), ..ReadOptions::default() };
            let columns = columns_as(&format!("Id,UserPrincipalName,{name}"), &options).unwrap();
            assert_eq!((columns.key.index, columns.by, columns.fallback), (2, Some(by), None), "{name}");
            let error = columns_as("Id,UserPrincipalName", &options).unwrap_err().to_string();
            assert!(error.contains("--key") && error.contains(&by.to_string()), "{error}");
        }
    }

    #[test]
    fn what_the_template_asks_is_not_what_its_property_says() {
        let columns = columns("Block sign in (Yes/No) [accountEnabled] Required,User name [userPrincipalName] Required,Initial password [passwordProfile] Required").unwrap();
        let blocked = columns.blocked.map(|column| column.index);
        assert_eq!((columns.key.index, columns.enabled, blocked), (1, None, Some(0)));
        assert!(columns.has_passwords && columns.template);
    }

    #[test]
    fn what_cannot_be_understood_is_shown() {
        let error = columns("name,city").unwrap_err().to_string();
        assert!(error.contains(r#""name", "city""#) && error.contains("userPrincipalName"), "{error}");
        let error = columns("Object Id,x,objectId").unwrap_err();
        assert!(error.to_string().contains("Object Id") && error.to_string().contains("objectId"), "{error}");
        let span = error.span().unwrap();
        assert_eq!((span.line, span.column), (1, Some(13)));
    }
}
