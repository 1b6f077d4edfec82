//! The rows that may be of a tenant that could not be asked for its domains.

use super::set::SetManifest;
use crate::words::{counted, first_of};

/// So many tenants are named.
const MAX_NAMED: usize = 3;

/// What is said of these rows; nothing where there are none.
pub fn sentence(set: &SetManifest) -> Option<String> {
    let rows = set.perhaps_of_not_asked();
    if rows == 0 {
        return None;
    }
    let rows = counted(rows, "row has", "rows have");
    let names: Vec<&str> = set.not_asked().map(|member| member.name.as_str()).collect();
    let named = first_of(&names[..names.len().min(MAX_NAMED)], names.len() as u64);
    Some(format!(
        "{rows} a domain, or an id in the column tenant, of no tenant that could be asked, and may be of {named}: when what is wrong there is put right, make the \
         plans again with --replace"
    ))
}
