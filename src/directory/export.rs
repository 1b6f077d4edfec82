//! People of the tenant become a roster: a list that a person reviews and `sealoff plan` reads.

use std::collections::HashSet;
use std::io;

use time::format_description::well_known::Rfc3339;

use super::error::LookupError;
use super::listing::{Listed, Listing};
use crate::graph::transport::Transport;
use crate::ids::ObjectId;
use crate::spreadsheet::guard;

/// The columns; the roster reader knows the first two as keys.
pub const HEADER: [&str; 8] = [
    "objectId", "userPrincipalName", "displayName", "department", "jobTitle", "userType", "accountEnabled",
    "onPremisesSyncEnabled",
];
const LAST_SIGN_IN: &str = "lastSignIn";

/// The column by which a roster says that it names everybody in the tenant: the mark stays with the list however it is edited.
pub const WHOLE_TENANT: &str = "wholeTenant";

/// Why there is no roster.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The list could not be read whole.
    #[error(transparent)]
    Read(#[from] LookupError),
    /// The roster could not be written.
    #[error("the roster could not be written: {0}")]
    Write(#[from] io::Error),
}

impl From<csv::Error> for ExportError {
    fn from(error: csv::Error) -> Self {
        Self::Write(error.into())
    }
}

/// The columns that not every roster has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExportColumns {
    /// The latest sign-in.
    pub sign_ins: bool,
    /// The mark of a roster of everybody.
    pub whole_tenant: bool,
}

/// What became of the people on a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exported {
    /// Written.
    pub people: u64,
    /// Left out because the operator said so.
    pub excluded: u64,
}

/// Writes all people on the list but those in `excluded`. `progress` gets the number of rows written, page by page. What
/// was written is a roster only when this returns without an error.
///
/// # Errors
///
/// The list breaks off, or writing fails.
pub async fn export<T: Transport>(
    listing: &mut Listing<'_, T>,
    columns: ExportColumns,
    excluded: &HashSet<ObjectId>,
    out: impl io::Write,
    mut progress: impl FnMut(u64),
) -> Result<Exported, ExportError> {
    let mut csv = csv::Writer::from_writer(out);
    let more = [columns.sign_ins.then_some(LAST_SIGN_IN), columns.whole_tenant.then_some(WHOLE_TENANT)];
    csv.write_record(HEADER.into_iter().chain(more.into_iter().flatten()))?;
    let mut exported = Exported::default();
    while let Some(people) = listing.next().await? {
        for person in people {
            if excluded.contains(&person.object_id) {
                exported.excluded += 1;
                continue;
            }
            write_row(&mut csv, &person, columns)?;
            exported.people += 1;
        }
        progress(exported.people);
    }
    csv.flush()?;
    Ok(exported)
}

fn write_row(
    csv: &mut csv::Writer<impl io::Write>,
    person: &Listed,
    columns: ExportColumns,
) -> Result<(), ExportError> {
    let known = |flag: Option<bool>| match flag {
        Some(true) => "true",
        Some(false) => "false",
        None => "",
    };
    csv.write_field(person.object_id.to_string())?;
    let texts =
        [&person.user_principal_name, &person.display_name, &person.department, &person.job_title, &person.user_type];
    for text in texts {
        csv.write_field(guard(text).as_bytes())?;
    }
    csv.write_field(known(person.enabled))?;
    csv.write_field(known(person.synced))?;
    if columns.sign_ins {
        let moment = person.last_sign_in.and_then(|moment| moment.format(&Rfc3339).ok());
        csv.write_field(moment.unwrap_or_default())?;
    }
    if columns.whole_tenant {
        csv.write_field("yes")?;
    }
    csv.write_record(None::<&[u8]>)?;
    Ok(())
}
