//! `ways-in.csv`: the methods that the people of a plan sign in with beside their password, one line each.

use std::path::Path;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::error::PlanError;
use super::folder::WAYS_IN;
use super::held_so_far::PersonsHeld;
use super::method_counts::MethodCounts;
use super::method_fate::MethodFate;
use super::methods_option::MethodsOption;
use super::plan_lists::PlanLists;
use super::plan_targets::{ListedTarget, StayingTarget, TargetLine};
use super::reason::Reason;
use super::row::{Decision, PlanRow};
use super::target_listing::PlanList;
use crate::digest::Hashing;
use crate::directory::{HeldMethod, MethodKind, MethodsOfPerson};
use crate::graph::error::GraphError;
use crate::ids::{ObjectId, RowNumber};
use crate::private_files::Pending;
use crate::spreadsheet::Guarded;
use crate::step::Step;
use crate::step::target::{NoWay, WriteTarget};

/// The header of `ways-in.csv`.
const HEADER: [&str; 11] = [
    "row",
    "user_principal_name",
    "object_id",
    "method",
    "registered",
    "label",
    "only_one",
    "type",
    "id",
    "not_read",
    "plan",
];

/// The list while it is being written.
pub(super) struct WaysIn {
    asked: MethodsOption,
    counts: MethodCounts,
    csv: csv::Writer<Hashing<Pending>>,
}

/// One line: a method, or a person whose methods are not known.
#[derive(Serialize)]
struct WayInLine<'a> {
    row: RowNumber,
    user_principal_name: Guarded<'a>,
    object_id: Option<ObjectId>,
    method: &'static str,
    #[serde(with = "time::serde::rfc3339::option")]
    registered: Option<OffsetDateTime>,
    label: Guarded<'a>,
    only_one: &'static str,
    type_name: Guarded<'a>,
    id: Guarded<'a>,
    not_read: Guarded<'a>,
    plan: Option<MethodFate>,
}

impl WaysIn {
    /// Methods are removed as `asked` from those whose rows have that step.
    pub(super) fn begin(folder: &Path, asked: MethodsOption) -> Result<Self, PlanError> {
        let file = Hashing::new(Pending::new(&folder.join(WAYS_IN))?);
        let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(file);
        csv.write_record(HEADER)?;
        Ok(Self { asked, counts: MethodCounts::begin(OffsetDateTime::now_utc()), csv })
    }

    fn write(
        &mut self,
        row: &PlanRow,
        listed: Option<(&HeldMethod, MethodFate)>,
        only_one: &'static str,
        not_read: &str,
    ) -> Result<(), PlanError> {
        let method = listed.map(|(method, _)| method);
        let text = |of: fn(&HeldMethod) -> &String| method.map_or("", |method| of(method).as_str()).into();
        self.csv.serialize(WayInLine {
            row: row.row,
            user_principal_name: row.user_principal_name.as_str().into(),
            object_id: row.object_id,
            method: method.map_or("", |method| method.kind.name()),
            registered: method.and_then(|method| method.registered),
            label: text(|method| &method.label),
            only_one,
            type_name: text(|method| &method.type_name),
            id: text(|method| &method.id),
            not_read: not_read.into(),
            plan: listed.map(|(_, fate)| fate),
        })?;
        Ok(())
    }
}

impl PlanList for WaysIn {
    type Of = MethodsOfPerson;
    type Held = HeldMethod;

    const STEP: Step = Step::Methods;
    const NOT_LISTED: Reason = Reason::MethodsUnknown;
    const PART: &'static str = ".sealoff-ways-in.part";

    fn note(&self, row: &mut PlanRow, held: &[HeldMethod]) -> usize {
        row.methods = Some(u32::try_from(held.len()).unwrap_or(u32::MAX));
        MethodFate::removed(held, self.asked)
    }

    fn add(&mut self, row: &PlanRow, known: &PersonsHeld<HeldMethod>) -> Result<(), PlanError> {
        let methods = &known.held;
        self.counts.add(methods, known.read_at);
        let asked = if row.decision == Decision::Act { self.asked } else { MethodsOption::List };
        if asked.removes() {
            self.counts.add_removal(methods, asked);
        }
        let only_one = if methods.len() == 1 { "yes" } else { "" };
        methods
            .iter()
            .try_for_each(|method| self.write(row, Some((method, MethodFate::of(method, asked))), only_one, ""))
    }

    fn add_not_listed(&mut self, row: &PlanRow, error: &GraphError) -> Result<(), PlanError> {
        self.counts.not_read += 1;
        self.write(row, None, "", &error.to_string())
    }

    fn people(&self) -> (u32, u32) {
        (self.counts.people, self.counts.not_read)
    }

    fn put_with(self, lists: &mut PlanLists) -> Result<(), PlanError> {
        let Self { counts, csv, .. } = self;
        let (file, sha256) = csv.into_inner().map_err(csv::IntoInnerError::into_error)?.finish();
        lists.files.push(file);
        lists.methods = Some(MethodCounts { sha256, ..counts });
        Ok(())
    }
}

/// As much of a line as the step that removes methods needs.
#[derive(Deserialize)]
pub(super) struct MethodLine {
    row: RowNumber,
    method: Option<MethodKind>,
    #[serde(rename = "type")]
    type_name: Guarded<'static>,
    id: Guarded<'static>,
    plan: Option<MethodFate>,
}

impl TargetLine for MethodLine {
    fn listed(self) -> Option<(RowNumber, ListedTarget)> {
        let target = WriteTarget::Method { kind: self.method?, id: self.id.into() };
        let listed = match self.plan {
            Some(MethodFate::Remove) => ListedTarget::Meant(target),
            fate => ListedTarget::Stays(StayingTarget {
                target,
                type_name: self.type_name.into(),
                no_way: (fate == Some(MethodFate::CannotRemove)).then_some(NoWay::Kind),
            }),
        };
        Some((self.row, listed))
    }
}
