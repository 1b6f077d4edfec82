//! Which methods a plan removes, person by person: what `ways-in.csv` says of it, read back.

use std::collections::HashMap;
use std::io::Read;

use serde::Deserialize;

use super::method_fate::MethodFate;
use crate::directory::{HeldMethod, MethodKind};
use crate::ids::RowNumber;
use crate::spreadsheet::Guarded;
use crate::step::target::WriteTarget;

/// The methods that a plan removes, in the order in which they are removed: that of [`MethodKind`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MethodTargets {
    rows: HashMap<RowNumber, ListedMethods>,
}

/// What the plan lists of one person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct ListedMethods {
    removed: Vec<WriteTarget>,
    staying: Vec<StayingMethod>,
}

/// A method that stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StayingMethod {
    /// What it is.
    pub kind: MethodKind,
    /// Its type as Graph names it.
    pub type_name: String,
    /// Its id.
    pub id: String,
    /// Was it meant, and there is no way to remove it here?
    pub cannot_be_removed: bool,
}

/// As much of a line of `ways-in.csv` as is needed.
#[derive(Deserialize)]
struct TargetLine<'a> {
    row: RowNumber,
    method: Option<MethodKind>,
    #[serde(rename = "type")]
    type_name: Guarded<'a>,
    id: Guarded<'a>,
    plan: Option<MethodFate>,
}

impl MethodTargets {
    /// Reads the list of a plan.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is none that sealoff writes.
    pub fn read(list: impl Read) -> csv::Result<Self> {
        let mut rows: HashMap<RowNumber, ListedMethods> = HashMap::new();
        let mut csv = csv::Reader::from_reader(list);
        let header = csv.headers()?.clone();
        let mut record = csv::StringRecord::new();
        while csv.read_record(&mut record)? {
            let line: TargetLine<'_> = record.deserialize(Some(&header))?;
            let Some(kind) = line.method else { continue };
            let listed = rows.entry(line.row).or_default();
            if line.plan == Some(MethodFate::Remove) {
                listed.removed.push(WriteTarget::Method { kind, id: line.id.into() });
            } else {
                let cannot_be_removed = line.plan == Some(MethodFate::CannotRemove);
                let (type_name, id) = (line.type_name.into(), line.id.into());
                listed.staying.push(StayingMethod { kind, type_name, id, cannot_be_removed });
            }
        }
        rows.retain(|_, listed| {
            !listed.removed.is_empty() || listed.staying.iter().any(|method| method.cannot_be_removed)
        });
        for listed in rows.values_mut() {
            listed.removed.sort_by_key(|WriteTarget::Method { kind, .. }| *kind);
        }
        Ok(Self { rows })
    }

    /// What is removed from the person of a row.
    #[must_use]
    pub fn of(&self, row: RowNumber) -> &[WriteTarget] {
        self.rows.get(&row).map_or(&[], |listed| listed.removed.as_slice())
    }

    /// Is this a method that the plan names and leaves to the person of a row?
    #[must_use]
    pub fn leaves(&self, row: RowNumber, method: &HeldMethod) -> bool {
        self.staying(row).iter().any(|stays| stays.type_name == method.type_name && stays.id == method.id)
    }

    /// What stays with the person of a row, from whom something else is removed.
    #[must_use]
    pub fn staying(&self, row: RowNumber) -> &[StayingMethod] {
        self.rows.get(&row).map_or(&[], |listed| listed.staying.as_slice())
    }

    /// How many that are.
    #[must_use]
    pub fn number_of(&self, row: RowNumber) -> u8 {
        u8::try_from(self.of(row).len()).unwrap_or(u8::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_removed_is_read_in_the_order_in_which_it_can_be() {
        let list = "row,method,type,id,plan\n7,mobile-phone,phone,3,remove\n7,passkey,fido2,'=k,remove\n\
                    7,alternate-mobile,phone,2,remove\n7,hardware-oath,token,9,cannot-remove\n8,passkey,fido2,1,stays\n9,,,,\n";
        let targets = MethodTargets::read(list.as_bytes()).unwrap();
        let named: Vec<String> = targets.of(RowNumber::new(7)).iter().map(ToString::to_string).collect();
        assert_eq!(named, ["passkey =k", "alternate-mobile 2", "mobile-phone 3"]);
        assert_eq!([8, 9, 10].map(|row| targets.number_of(RowNumber::new(row))), [0; 3]);
        let method = |id: &str| HeldMethod {
            kind: MethodKind::HardwareOath,
            type_name: "token".to_owned(),
            id: id.to_owned(),
            registered: None,
            label: String::new(),
        };
        let leaves = |row, id| targets.leaves(RowNumber::new(row), &method(id));
        assert!(leaves(7, "9") && !leaves(7, "8") && !leaves(8, "1"));
        assert!(MethodTargets::read("row,method,type,id,plan\n7,charm,x,1,remove\n".as_bytes()).is_err());
    }
}
