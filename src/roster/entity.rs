//! The entities of an incident, as Sentinel exports them: JSON in a cell.
//!
//! The cell names the one entity of type `account` in it, by its `AadUserId`, else by `Name@UPNSuffix`. No such entity, or more
//! than one, is a defect.
//!
//! Other programs write the user into the cell of a row: `{"id": "…", "userPrincipalName": "ada@contoso.com"}`.

use serde::Deserialize;

use super::upn::Upn;
use crate::ids::ObjectId;

/// The fields that name an account. All others are skipped.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Entity {
    r#type: Option<String>,
    name: Option<String>,
    #[serde(rename = "UPNSuffix")]
    upn_suffix: Option<String>,
    aad_user_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Entities {
    Many(Vec<Entity>),
    One(Entity),
}

/// The accounts in a cell of entities.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum EntityAccounts {
    /// The one account, by what names it.
    One(String),
    /// No account is among the entities.
    None,
    /// There are this many accounts, or one that has neither id nor full name.
    Unclear(usize),
}

/// What Graph and others call the sign-in name and the id of a user.
#[derive(Deserialize)]
struct UserWithoutType {
    #[serde(alias = "UserPrincipalName", alias = "upn", alias = "UPN")]
    #[serde(rename = "userPrincipalName")]
    name: Option<String>,
    #[serde(alias = "Id", alias = "objectId", alias = "ObjectId")]
    id: Option<String>,
}

/// Reads a cell; `None` if it holds no entities.
pub(super) fn accounts(text: &str) -> Option<EntityAccounts> {
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let entities = match serde_json::from_str(text).ok()? {
        Entities::Many(entities) => entities,
        Entities::One(entity) => vec![entity],
    };
    let is_account =
        |entity: &&Entity| entity.r#type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("account"));
    if !entities.is_empty() && entities.iter().all(|entity| entity.r#type.is_none()) {
        let UserWithoutType { name, id } = serde_json::from_str(text).ok()?;
        let name = name.filter(|name| name.parse::<Upn>().is_ok());
        return name.or(id.filter(|id| id.parse::<ObjectId>().is_ok())).map(EntityAccounts::One);
    }
    let accounts: Vec<&Entity> = entities.iter().filter(is_account).collect();
    Some(match accounts.as_slice() {
        [] => EntityAccounts::None,
        [account] => account.key().map_or(EntityAccounts::Unclear(1), EntityAccounts::One),
        many => EntityAccounts::Unclear(many.len()),
    })
}

impl Entity {
    fn key(&self) -> Option<String> {
        let filled = |field: &Option<String>| field.clone().filter(|text| !text.trim().is_empty());
        filled(&self.aad_user_id).or_else(|| Some(format!("{}@{}", filled(&self.name)?, filled(&self.upn_suffix)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_account_is_named() {
        let id = r#"{"Type":"account","Name":"ada","UPNSuffix":"contoso.com","AadUserId":"0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11"}"#;
        assert_eq!(accounts(id), Some(EntityAccounts::One("0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11".into())));
        let listed = r#"[{"$id":"2","Address":"192.0.2.7","Type":"ip"},{"$id":"3","Name":"ada","UPNSuffix":"contoso.com","Type":"account"}]"#;
        assert_eq!(accounts(listed), Some(EntityAccounts::One("ada@contoso.com".into())));
    }

    #[test]
    fn a_user_in_a_cell_is_read_by_the_name_or_the_id() {
        let id = "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11";
        for (text, key) in [
            (r#"{"userPrincipalName":"ada@contoso.com","mail":"x"}"#.to_owned(), "ada@contoso.com"),
            (r#"{"displayName":"Ada","upn":"ada@contoso.com"}"#.to_owned(), "ada@contoso.com"),
            (format!(r#"{{"id":"{id}","displayName":"Ada"}}"#), id),
        ] {
            assert_eq!(accounts(&text), Some(EntityAccounts::One(key.into())), "{text}");
        }
        for text in [r#"{"displayName":"Ada"}"#, r#"{"id":"7"}"#, r#"[{"upn":"ada@contoso.com"}]"#, "{}"] {
            assert_eq!(accounts(text), None, "{text}: it is no row to skip");
        }
    }

    #[test]
    fn no_account_and_many_accounts_are_different() {
        assert_eq!(accounts(r#"[{"Type":"ip"},{"$ref":"2"}]"#), Some(EntityAccounts::None));
        assert_eq!(accounts("[]"), Some(EntityAccounts::None));
        assert_eq!(accounts(r#"[{"Type":"account","Name":"a"}]"#), Some(EntityAccounts::Unclear(1)));
        assert_eq!(accounts(r#"[{"Type":"account"},{"Type":"Account"}]"#), Some(EntityAccounts::Unclear(2)));
        for text in ["ada@contoso.com", "{", "[1]", "{not json}"] {
            assert_eq!(accounts(text), None, "{text}");
        }
    }
}
