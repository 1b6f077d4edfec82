//! A method that a plan lists, as its line of `ways-in.csv` says it.

use std::io::Read;

use serde::Deserialize;
use time::OffsetDateTime;

use super::method_fate::MethodFate;
use crate::directory::MethodKind;
use crate::ids::RowNumber;
use crate::spreadsheet::Guarded;

/// A method that a plan lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedWayIn {
    /// The row of the person who has it.
    pub row: RowNumber,
    /// The person.
    pub user_principal_name: String,
    /// What it is.
    pub kind: MethodKind,
    /// When it was registered; nothing where Graph does not say.
    pub registered: Option<OffsetDateTime>,
    /// Its id.
    pub id: String,
    /// What the plan does about it.
    pub fate: MethodFate,
}

/// As much of a line as is needed.
#[derive(Deserialize)]
struct ListedCells<'a> {
    row: RowNumber,
    user_principal_name: Guarded<'a>,
    method: Option<MethodKind>,
    #[serde(with = "time::serde::rfc3339::option")]
    registered: Option<OffsetDateTime>,
    id: Guarded<'a>,
    plan: Option<MethodFate>,
}

impl ListedWayIn {
    /// Gives each method of a list, person by person. Lines about people whose methods are not known are left out.
    pub(super) fn each(list: impl Read, mut take: impl FnMut(Self)) -> csv::Result<()> {
        let mut csv = csv::Reader::from_reader(list);
        let header = csv.headers()?.clone();
        let mut record = csv::StringRecord::new();
        while csv.read_record(&mut record)? {
            let ListedCells { row, user_principal_name, method, registered, id, plan } =
                record.deserialize(Some(&header))?;
            if let (Some(kind), Some(fate)) = (method, plan) {
                let (user_principal_name, id) = (user_principal_name.into(), id.into());
                take(Self { row, user_principal_name, kind, registered, id, fate });
            }
        }
        Ok(())
    }
}
