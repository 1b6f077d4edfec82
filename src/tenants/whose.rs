//! Whose a row of the list is: of the tenant that its column `tenant` names, or of the one that has the domain of its key.

use std::collections::HashMap;

use super::name::TenantName;
use crate::ids::TenantId;
use crate::roster::{Entry, Key};

/// A tenant, as far as rows are brought to it.
#[derive(Debug, Clone)]
pub struct KnownTenant {
    /// What it is called in the file.
    pub name: TenantName,
    /// What the file calls it by: its id or a domain.
    pub written: String,
    /// Its id, where it could be asked.
    pub id: Option<TenantId>,
    /// Its verified domains, where it could be asked.
    pub domains: Vec<String>,
}

/// Where a row belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// To the tenant with this number.
    In(usize),
    /// Its column names no tenant of the file.
    UnknownTenant,
    /// Its column has an id that no tenant has whose id is known, and there are others.
    UnknownId,
    /// No tenant is known to have the domain that its column names, or else that of its key.
    UnknownDomain,
    /// It names neither a tenant nor a domain.
    NoDomain,
}

/// Brings rows to tenants. A name, an id and a domain lead to one tenant at the most, so no row is brought to two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whose {
    /// In small letters: what the column may say.
    by_word: HashMap<String, usize>,
    by_domain: HashMap<String, usize>,
    /// Is the id of each tenant known: from itself, or as the file has it?
    knows_each_id: bool,
}

impl Whose {
    /// Of these tenants, by their numbers.
    ///
    /// # Errors
    ///
    /// Two of them are one tenant, or both have a domain.
    pub fn of(tenants: &[KnownTenant]) -> Result<Self, [TenantName; 2]> {
        let knows_each_id = tenants.iter().all(|tenant| tenant.id.is_some() || is_id(&tenant.written));
        let mut whose = Self { by_word: HashMap::new(), by_domain: HashMap::new(), knows_each_id };
        let twice = |one: usize, other: usize| [tenants[one].name.clone(), tenants[other].name.clone()];
        for (number, tenant) in tenants.iter().enumerate() {
            // Of a tenant that could not be asked, this one domain is known: the operator wrote it for the tenant.
            let written = (tenant.id.is_none() && tenant.written.contains('.')).then_some(&tenant.written);
            for domain in tenant.domains.iter().chain(written) {
                let before = whose.by_domain.insert(domain.to_lowercase(), number);
                if let Some(before) = before.filter(|before| *before != number) {
                    return Err(twice(before, number));
                }
            }
            let id = tenant.id.map(|id| id.to_string());
            for word in [Some(tenant.written.clone()), id].into_iter().flatten() {
                let before = whose.by_word.insert(word.to_lowercase(), number);
                if let Some(before) = before.filter(|before| *before != number) {
                    return Err(twice(before, number));
                }
            }
        }
        // A name is the operator's own word: it stands back behind what Microsoft says.
        for (number, tenant) in tenants.iter().enumerate() {
            whose.by_word.entry(tenant.name.as_str().to_lowercase()).or_insert(number);
        }
        Ok(whose)
    }

    /// Where a row belongs.
    pub fn place(&self, entry: &Entry) -> Placed {
        if let Some(word) = entry.tenant.as_deref().map(str::to_lowercase) {
            let known = self.by_word.get(&word).or_else(|| self.by_domain.get(&word));
            // A domain or an id may be one of a tenant that could not be asked for them.
            let unknown = if word.contains('.') {
                Placed::UnknownDomain
            } else if is_id(&word) && !self.knows_each_id {
                Placed::UnknownId
            } else {
                Placed::UnknownTenant
            };
            return known.map_or(unknown, |number| Placed::In(*number));
        }
        let domain = match entry.content.as_ref().map(|person| (&person.key, &person.also)) {
            Ok((Key::UserPrincipalName(name), _) | (_, Some(name))) => Some(name.domain().to_lowercase()),
            Ok((Key::Property(_, text), None)) => text.rsplit_once('@').map(|(_, domain)| domain.to_lowercase()),
            Ok((Key::ObjectId(_), None)) | Err(_) => None,
        };
        match domain {
            Some(domain) => self.by_domain.get(&domain).map_or(Placed::UnknownDomain, |number| Placed::In(*number)),
            None => Placed::NoDomain,
        }
    }
}

fn is_id(text: &str) -> bool {
    text.parse::<TenantId>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::{Roster, Source};

    const OTHER: &str = "c0417050-51a1-4a70-8a11-5ea10ff10001";

    fn tenant(name: &str, written: &str, domains: &[&str]) -> KnownTenant {
        KnownTenant {
            name: name.parse().unwrap(),
            written: written.to_owned(),
            id: None,
            domains: domains.iter().map(|&domain| domain.to_owned()).collect(),
        }
    }

    fn placed(whose: &Whose, list: &str) -> Vec<Placed> {
        let roster = Roster::open(Source::bytes("list", list.as_bytes().to_vec())).unwrap();
        roster.map(|entry| whose.place(&entry.unwrap())).collect()
    }

    #[test]
    fn a_row_is_of_one_tenant_or_of_none() {
        let whose = Whose::of(&[
            tenant("contoso", "contoso.com", &["contoso.com", "contoso.onmicrosoft.com"]),
            tenant("fabrikam", "c0417050-51a1-4a70-8a11-5ea10ff10001", &["Fabrikam.com"]),
            tenant("dead", "dead.example", &[]),
        ])
        .unwrap();
        let list = "user,tenant\na@contoso.com,\nb@FABRIKAM.com,\nc@contoso.com,Fabrikam\nd@x.com,contoso.onmicrosoft.com\n\
                    e@x.com,C0417050-51a1-4a70-8a11-5ea10ff10001\nf@x.com,\ng@contoso.com,adatum\nh@x.com,dead.example\n\
                    11111111-2222-4333-8444-555555555555,\nnonsense,contoso\nnonsense,\ni@contoso.com,dead.onmicrosoft.com\n";
        use Placed::{In, NoDomain, UnknownDomain, UnknownTenant};
        assert_eq!(
            placed(&whose, list),
            [
                In(0),
                In(1),
                In(1),
                In(0),
                In(1),
                UnknownDomain,
                UnknownTenant,
                In(2),
                NoDomain,
                In(0),
                NoDomain,
                UnknownDomain
            ]
        );
        let by_written = "user\na@dead.example\nb@DEAD.example\nc@dead.onmicrosoft.com\n";
        assert_eq!(placed(&whose, by_written), [In(2), In(2), UnknownDomain], "the operator wrote that domain for it");
        let guests = "user\nada_adatum.com#EXT#@contoso.onmicrosoft.com\n";
        assert_eq!(placed(&whose, guests), [In(0)]);
    }

    #[test]
    fn an_id_may_be_of_a_tenant_of_which_only_a_domain_is_known() {
        let id = "11111111-2222-4333-8444-555555555555";
        let list = format!("user,tenant\na@x.com,{id}\nb@x.com,nowhere\n");
        let placed_with = |written: &str| {
            let known =
                KnownTenant { id: Some(OTHER.parse().unwrap()), ..tenant("alive", "alive.com", &["alive.com"]) };
            placed(&Whose::of(&[known, tenant("dead", written, &[])]).unwrap(), &list)
        };
        assert_eq!(placed_with("dead.example"), [Placed::UnknownId, Placed::UnknownTenant]);
        let of_another = "c0417050-51a1-4a70-8a11-5ea10ff10009";
        assert_eq!(placed_with(of_another), [Placed::UnknownTenant, Placed::UnknownTenant], "each id is known");
        assert_eq!(placed_with(id), [Placed::In(1), Placed::UnknownTenant]);
    }

    #[test]
    fn a_domain_that_was_written_for_a_silent_tenant_is_of_no_other() {
        let known = KnownTenant { id: Some(OTHER.parse().unwrap()), ..tenant("a", OTHER, &["a.com", "b.com"]) };
        let twice = Whose::of(&[known, tenant("silent", "B.com", &[])]);
        assert_eq!(twice.unwrap_err().map(|name| name.to_string()), ["a", "silent"]);
    }

    #[test]
    fn one_tenant_under_two_names_is_found_out() {
        let twice = Whose::of(&[tenant("a", "a.com", &["a.com", "b.com"]), tenant("b", "b.com", &["b.com", "a.com"])]);
        assert_eq!(twice.unwrap_err().map(|name| name.to_string()), ["a", "b"]);
    }
}
