//! `ways-in.csv`: the methods that the people of a plan sign in with beside their password, one line each.

use std::path::Path;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::counted_list::CountedList;
use super::error::PlanError;
use super::held_so_far::PersonsHeld;
use super::list_file::ListFile;
use super::method_counts::MethodCounts;
use super::method_fate::MethodFate;
use super::methods_option::MethodsOption;
use super::people_read::PeopleRead;
use super::plan_files::WAYS_IN;
use super::plan_lists::PlanLists;
use super::plan_targets::{ListedTarget, StayingTarget, TargetLine};
use super::reason::Reason;
use super::row::{Decision, PlanRow};
use super::target_listing::{ListAbout, PlanList};
use crate::directory::{HeldMethod, MethodKind, MethodsOfPerson, NotListed};
use crate::ids::RowNumber;
use crate::spreadsheet::Guarded;
use crate::step::Step;
use crate::step::target::{NoWay, WriteTarget};

/// The columns of `ways-in.csv` behind those about the person.
const COLUMNS: [&str; 8] = ["method", "registered", "label", "only_one", "type", "id", "not_read", "plan"];

/// The list while it is being written.
pub(super) struct WaysIn {
    asked: MethodsOption,
    counts: MethodCounts,
    file: ListFile,
}

/// The rest of a line: a method, or why those of the person are not known.
#[derive(Serialize)]
struct WayInLine<'a> {
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
        let file = ListFile::begin(folder, WAYS_IN, &COLUMNS)?;
        Ok(Self { asked, counts: MethodCounts::begin(OffsetDateTime::now_utc()), file })
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
        let cells = WayInLine {
            method: method.map_or("", |method| method.kind.name()),
            registered: method.and_then(|method| method.registered),
            label: text(|method| &method.label),
            only_one,
            type_name: text(|method| &method.type_name),
            id: text(|method| &method.id),
            not_read: not_read.into(),
            plan: listed.map(|(_, fate)| fate),
        };
        self.file.add(row, cells)
    }
}

impl PlanList for WaysIn {
    type Of = MethodsOfPerson;
    type Held = HeldMethod;

    const ABOUT: ListAbout = ListAbout::TargetsOf(Step::Methods, Reason::MethodsUnknown);
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

    fn add_not_listed(&mut self, row: &PlanRow, why: &NotListed) -> Result<(), PlanError> {
        self.counts.read.not_read += 1;
        self.write(row, None, "", &why.to_string())
    }

    fn people_read(&self) -> &PeopleRead {
        &self.counts.read
    }

    fn put_with(self, lists: &mut PlanLists) -> Result<(), PlanError> {
        let Self { counts, file, .. } = self;
        let sha256 = file.put_with(lists)?;
        lists.methods = Some(CountedList { counts, sha256 });
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
