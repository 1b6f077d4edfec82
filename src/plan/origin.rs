//! A plan that is made from the plan of a run: how that is read as a list.

use super::row::HEADER;
use crate::roster::{Delimiter, Encoding, ListFormat, RosterShape};

/// How `plan.csv` would be read as a roster.
pub(super) fn shape_of_plan_csv() -> RosterShape {
    RosterShape {
        format: ListFormat::Csv,
        encoding: Encoding::Utf8,
        byte_order_mark: false,
        delimiter: Delimiter::Comma,
        preamble: Vec::new(),
        header: true,
        key: "object_id".to_owned(),
        fallback: None,
        property: None,
        columns: HEADER.map(str::to_owned).to_vec(),
    }
}
