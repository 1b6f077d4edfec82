//! The proof at the end of a drill: a sealed credential opens to the password that the directory holds.

use std::path::{Path, PathBuf};

use super::drill_output::print;
use super::exit::Failure;
use super::words::{harmless, quoted};
use crate::digest::Digest;
use crate::plan::folder::PlanFolder;
use crate::seal::{ExpectedAccount, Identities, Identity, SealedRows, UnsealError, unseal};
use crate::simulator::Simulator;

/// Opens the first sealed credential of the busiest name, compares it with the password in the simulated directory, and
/// checks that the other key does not open it. `None` where no credential was sealed to that name.
pub(super) fn prove(
    simulator: &Simulator,
    plan: &PlanFolder,
    [(key, busiest), (_, others)]: [(PathBuf, Identity); 2],
    json: bool,
) -> Result<Option<bool>, Failure> {
    let (results, key) = (&plan.results_path(), &key);
    let (identities, others) = (Identities::from(busiest), Identities::from(others));
    for row in SealedRows::open(results).map_err(Failure::usage)? {
        let row = row.map_err(Failure::usage)?;
        let (Ok(object_id), [Ok(sealed)]) = (&row.object_id, row.candidates.as_slice()) else { continue };
        let expected =
            ExpectedAccount { tenant: None, object_id: *object_id, user_principal_name: &row.user_principal_name };
        let password = match unseal(&identities, sealed, &expected) {
            Ok(password) => password,
            Err(UnsealError::NotForThisIdentity) => continue,
            Err(error) => return Err(Failure::usage(error)),
        };
        let is_theirs_alone = matches!(unseal(&others, sealed, &expected), Err(UnsealError::NotForThisIdentity));
        let user = simulator.user(&object_id.to_string());
        let holds = user.is_some_and(|user| user.password == Some(Digest::of(password.expose().as_bytes())));
        let user = quoted(Path::new(&row.user_principal_name));
        print(json, |out| {
            let name = harmless(&row.user_principal_name);
            let verdict =
                if holds { "is the password that the directory now holds" } else { "is NOT the directory's password" };
            out.labelled("Proof", format_args!("the sealed credential of {name} opens, and it {verdict}."));
            let other = if is_theirs_alone { "do not open it" } else { "OPEN IT, TOO" };
            out.labelled("", format_args!("The other recipients' keys {other}. See it yourself:"));
            out.command(11, format_args!("sealoff unseal {} -i {} --user {user} --show", quoted(results), quoted(key)));
            out.blank()
        });
        return Ok(Some(holds && is_theirs_alone));
    }
    Ok(None)
}
