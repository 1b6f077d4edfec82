//! A tenant beside Contoso: the same kinds of people under other ids, in other domains.

use std::collections::HashMap;
use std::io;

use serde_json::Value;
use uuid::Uuid;

use super::snapshot::SnapshotError;
use super::store::Directory;
use super::tenant::{DEFAULT_DOMAIN, FEDERATED_DOMAIN, INITIAL_DOMAIN, TenantNames};

/// The users and the domains of Contoso, by how the tenant beside it has them.
struct Renamed {
    ids: HashMap<Uuid, Uuid>,
    domains: [(&'static str, String); 3],
}

impl Directory {
    /// The directory of that tenant of a simulator. The first one is Contoso. In all others no one has an id or a name that
    /// anyone has elsewhere, so that what went to the wrong tenant is found out.
    ///
    /// # Errors
    ///
    /// None is expected: what was just written is read back.
    pub(crate) fn of_tenant(number: u16, users: usize, seed: u64) -> Result<Self, SnapshotError> {
        if number <= 1 {
            return Ok(Self::seeded(users, seed));
        }
        let names = TenantNames::numbered(number);
        let contoso = Self::seeded(users, seed.wrapping_add(u64::from(number) << 32));
        let renamed = Renamed {
            ids: contoso.users.iter().map(|user| (user.id, beside(user.id, number))).collect(),
            domains: [INITIAL_DOMAIN, DEFAULT_DOMAIN, FEDERATED_DOMAIN].map(|domain| (domain, names.domain(domain))),
        };
        let mut written = Vec::new();
        contoso.write_snapshot(&mut written)?;
        let mut anew = Vec::with_capacity(written.len());
        for line in written.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let mut value: Value = serde_json::from_slice(line).map_err(io::Error::from)?;
            renamed.rewrite(&mut value);
            serde_json::to_writer(&mut anew, &value).map_err(io::Error::from)?;
            anew.push(b'\n');
        }
        Ok(Self { names, ..Self::read_snapshot(anew.as_slice())? })
    }
}

/// An id that is another one in each tenant; its version stays.
fn beside(id: Uuid, number: u16) -> Uuid {
    Uuid::from_u128(id.as_u128() ^ (u128::from(number) << 16))
}

impl Renamed {
    fn rewrite(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(id) = text.parse::<Uuid>().ok().and_then(|id| self.ids.get(&id)) {
                    *text = id.to_string();
                    return;
                }
                for (domain, instead) in &self.domains {
                    if text.contains(domain) {
                        *text = text.replace(domain, instead);
                    }
                }
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.rewrite(value)),
            Value::Object(values) => values.values_mut().for_each(|value| self.rewrite(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tenants_have_an_id_a_name_or_a_domain_in_common() {
        let [one, two, three] = [1, 2, 3].map(|number| Directory::of_tenant(number, 300, 7).unwrap());
        assert_eq!([one.len(), two.len(), three.len()], [300; 3]);
        for (these, those) in [(&one, &two), (&two, &three), (&one, &three)] {
            assert!(these.users().all(|user| !those.by_id.contains_key(&user.id)));
            let name = |name: &str| name.to_lowercase();
            assert!(these.users().all(|user| !those.by_upn.contains_key(name(&user.user_principal_name).as_str())));
            assert!(these.domains().iter().all(|domain| those.domain(&domain.name).is_none()));
            assert_ne!(these.names, those.names);
        }
        assert_eq!(two.domains().iter().filter(|domain| domain.is_default()).count(), 1);
        assert_eq!(two.domains().iter().filter(|domain| domain.is_initial()).count(), 1);
        assert_eq!(one.role_assignments.len(), two.role_assignments.len());
    }
}
