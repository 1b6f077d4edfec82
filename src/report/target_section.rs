//! What became of the targets of a plan's steps, as of the methods that it removes: counted by kind, and for people at whom
//! methods appeared after the moment that `--methods since` names, one after the other.

use std::collections::BTreeMap;

use maud::{Markup, html};
use strum::{EnumCount as _, VariantArray as _};
use time::OffsetDateTime;

use super::limits::MAX_PLAIN_ROWS;
use super::page_text::PageText;
use crate::directory::MethodKind;
use crate::ids::RowNumber;
use crate::plan::folder::{FolderError, PlanFolder};
use crate::plan::listed_way_in::ListedWayIn;
use crate::plan::method_fate::MethodFate;
use crate::plan::methods_option::MethodsOption;
use crate::run::target_result::{TargetFault, TargetOutcome, TargetResult};
use crate::step::Steps;
use crate::step::target::TargetKind;
use crate::wording::ways_in;
use crate::words::{count, counted, moment};

/// So many different answers are named; more are counted alone.
const MAX_ANSWERS: usize = 20;

/// What became of the targets of a plan.
#[derive(Default)]
pub(super) struct TargetsOfPlan {
    kinds: BTreeMap<TargetKind, KindCounts>,
    /// Why those are not done that are not.
    answers: BTreeMap<(TargetKind, TargetFault), u64>,
    /// Answers that are counted alone.
    more_answers: u64,
    /// After which moment methods are looked for; nothing where all are removed.
    since: Option<OffsetDateTime>,
    /// The first people at whom some appeared after it.
    people: BTreeMap<RowNumber, PersonsTimeline>,
    /// How many these are.
    all_people: u64,
}

/// The targets of one kind.
#[derive(Default)]
struct KindCounts {
    /// By outcome, in the order of [`TargetOutcome::VARIANTS`].
    outcomes: [u64; TargetOutcome::COUNT],
    /// Registered before the moment that was named.
    earlier: u64,
}

/// What may have appeared at one person after the moment.
struct PersonsTimeline {
    name: String,
    methods: Vec<TimelineMethod>,
}

struct TimelineMethod {
    kind: MethodKind,
    registered: Option<OffsetDateTime>,
    id: String,
    outcome: Option<TargetOutcome>,
}

impl TargetsOfPlan {
    /// Begins with what the plan lists; nothing where no step has targets.
    pub(super) fn of_plan(plan: &PlanFolder) -> Result<Option<Self>, FolderError> {
        let manifest = plan.manifest();
        if !manifest.names_targets() {
            return Ok(None);
        }
        let since = match manifest.options.methods {
            Some(MethodsOption::Since(since)) => Some(since),
            _ => None,
        };
        let mut all = Self { since, ..Self::default() };
        let mut person: Vec<ListedWayIn> = Vec::new();
        plan.each_way_in(|listed| {
            if plan.steps().get(listed.row.index()).is_none_or(|steps| *steps == Steps::NONE) {
                return;
            }
            if person.first().is_some_and(|first| first.row != listed.row) {
                all.add_person(std::mem::take(&mut person));
            }
            if listed.fate == MethodFate::Stays {
                all.kinds.entry(TargetKind::Method(listed.kind)).or_default().earlier += 1;
            } else {
                person.push(listed);
            }
        })?;
        all.add_person(person);
        Ok(Some(all))
    }

    /// Takes in what is meant of one person's methods.
    fn add_person(&mut self, mut meant: Vec<ListedWayIn>) {
        let has_any = self.since.is_some() && meant.iter().any(|listed| listed.registered.is_some());
        let Some(first) = meant.first().filter(|_| has_any) else { return };
        self.all_people += 1;
        if self.people.len() < MAX_PLAIN_ROWS as usize {
            let (row, name) = (first.row, first.user_principal_name.clone());
            meant.sort_by_key(|listed| (listed.registered.is_none(), listed.registered));
            let methods = meant.into_iter().map(|ListedWayIn { kind, registered, id, .. }| TimelineMethod {
                kind,
                registered,
                id,
                outcome: None,
            });
            self.people.insert(row, PersonsTimeline { name, methods: methods.collect() });
        }
    }

    /// Takes in what became of the targets of a row.
    pub(super) fn add(&mut self, row: RowNumber, results: &[TargetResult]) {
        for TargetResult { target, outcome, fault } in results {
            let kind = target.kind();
            self.kinds.entry(kind).or_default().outcomes[*outcome as usize] += 1;
            if let Some(fault) = fault {
                let key = (kind, fault.lasting());
                if self.answers.len() < MAX_ANSWERS || self.answers.contains_key(&key) {
                    *self.answers.entry(key).or_default() += 1;
                } else {
                    self.more_answers += 1;
                }
            }
            let person = self.people.get_mut(&row).into_iter().flat_map(|person| &mut person.methods);
            for method in person.filter(|method| TargetKind::Method(method.kind) == kind && target.id() == method.id) {
                method.outcome = Some(*outcome);
            }
        }
    }

    pub(super) fn section(&self) -> Markup {
        html! {
            section aria-labelledby="removed-title" {
                h2 #removed-title { "The other ways in" }
                @if self.kinds.is_empty() { p { "There was none to remove." } } @else { (self.table()) }
                @if !self.answers.is_empty() {
                    h3 { "Why some stay" }
                    ul {
                        @for ((kind, fault), number) in &self.answers {
                            li { (count(*number)) " × " (ways_in::target(*kind)) ": " (PageText(&fault.to_string())) }
                        }
                    }
                    @if self.more_answers > 0 {
                        p.limit { "There are " (counted(self.more_answers, "other answer", "other answers")) "; ways-in-results.csv has them all." }
                    }
                }
                @if let Some(since) = self.since { (self.timeline(since)) }
            }
        }
    }

    fn table(&self) -> Markup {
        let earlier = ways_in::EARLIER;
        html! {
            table.cards role="table" {
                thead role="rowgroup" { tr role="row" {
                    th scope="col" role="columnheader" { "Kind" }
                    @for outcome in TargetOutcome::VARIANTS {
                        th.number scope="col" role="columnheader" { (ways_in::outcome(*outcome)) }
                    }
                    @if self.since.is_some() { th.number scope="col" role="columnheader" { (earlier) } }
                } }
                tbody role="rowgroup" {
                    @for (kind, counts) in &self.kinds {
                        tr role="row" {
                            td.word role="cell" { (ways_in::target(*kind)) }
                            @for outcome in TargetOutcome::VARIANTS {
                                td.number role="cell" data-label=(ways_in::outcome(*outcome)) { (count(counts.outcomes[*outcome as usize])) }
                            }
                            @if self.since.is_some() {
                                td.number role="cell" data-label=(earlier) { (count(counts.earlier)) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn timeline(&self, since: OffsetDateTime) -> Markup {
        let shown = self.people.len() as u64;
        html! {
            h3 { "What appeared since " (moment(since)) " " span.count { (counted(self.all_people, "person", "people")) } }
            @if self.people.is_empty() { p { "Of no method it is known that it was registered since." } } @else {
                p.note { "A method of unknown age may have appeared at any time." }
                ul {
                    @for (row, person) in &self.people {
                        li {
                            (row) " " strong { (PageText(&person.name)) }
                            ol {
                                @for method in &person.methods {
                                    li {
                                        (method.registered.map_or_else(|| "unknown age".to_owned(), moment)) ": "
                                        (ways_in::kind(method.kind))
                                        @if let Some(outcome) = method.outcome { ", " (ways_in::outcome(outcome)) }
                                    }
                                }
                            }
                        }
                    }
                }
                @if self.all_people > shown {
                    p.limit { "The first " (count(shown)) " of " (count(self.all_people)) "; ways-in.csv has them all." }
                }
            }
        }
    }
}
