//! What a report says, as HTML: everything but the rows.

use std::borrow::Cow;

use maud::{Markup, html};

use super::app_role_section;
use super::causes::MAX_NAMED;
use super::chart::{self, Axes};
use super::consent_section;
use super::containment::containment;
use super::frame::{AboutSlot, Masthead, person, place, signature};
use super::page_text::{PageText, page_text};
use super::run_facts::{AccountSample, MAX_PLAIN_ROWS, RunReport};
use super::timeline::Timeline;
use crate::graph::named_caller::NamedCaller;
use crate::ids::RowNumber;
use crate::run::outcome::{Outcome, StepOutcome};
use crate::run::proof::Proof;
use crate::run::result_row::ResultRow;
use crate::step::Step;
use crate::wording;
use crate::wording::causes;
use crate::wording::next_steps::first_of;
use crate::wording::proof;
use crate::wording::risk::closed;
use crate::wording::standing::{changed_back, headline};
use crate::wording::worded_step::WordedStep;
use crate::words::{count, counted, moment, roster_name, sentence_case};

fn tenant_name(report: &RunReport<'_>) -> String {
    let tenant = &report.plan.manifest().tenant;
    if tenant.name.is_empty() { tenant.id.to_string() } else { tenant.name.clone() }
}

fn accounts(number: u64) -> String {
    counted(number, "account", "accounts")
}

/// The words that a browser shows on the tab.
pub(super) fn title(report: &RunReport<'_>) -> String {
    format!("{} report for {}", report.plan.manifest().playbook, page_text(&tenant_name(report)))
}

/// What this is, in three lines.
pub(super) fn masthead(report: &RunReport<'_>) -> Masthead {
    let (manifest, timeline, outcomes) = (report.plan.manifest(), &report.timeline, &report.outcomes);
    let is_well = !timeline.processes.is_empty() && outcomes.is_all_dealt_with();
    let (contradicted, not_touched) = (outcomes.contradicted().count, outcomes.not_touched().count);
    let badge = if timeline.processes.is_empty() {
        "Not begun".to_owned()
    } else if contradicted > 0 {
        changed_back(contradicted, manifest.playbook)
    } else if outcomes.of(Outcome::Pending) > 0 {
        "Not finished".to_owned()
    } else if outcomes.not_done() > 0 {
        "Finished: some are not done".to_owned()
    } else if outcomes.risk_to_mark() > 0 {
        "Finished: the risk of some is not marked".to_owned()
    } else if outcomes.risk_closed() > 0 {
        format!("Finished: {}", closed(outcomes.risk_closed()))
    } else if not_touched > 0 {
        format!("Finished: {} not touched", counted(not_touched, "person was", "people were"))
    } else {
        "Finished: everyone on the list is dealt with".to_owned()
    };
    let named = [outcomes.contradicted(), outcomes.not_touched()].into_iter().filter(|people| people.count > 0);
    let mut leads: Vec<Markup> = named.map(|people| html! { strong { (page_text(&first_of(people))) } }).collect();
    leads.push(html! {
        "Playbook " strong { (manifest.playbook) } ": " (manifest.playbook.summary()) ". "
        @if let (Some(first), Some(last)) = (timeline.processes.first(), timeline.processes.last()) {
            "Run from " strong { (moment(first.began)) } " to " (moment(last.last))
            @match (&last.who, &last.by) {
                (Some(who), _) => { ", as " (PageText(&who.applied_by.to_string())) }
                (None, Some(by)) => { ", as " (PageText(by)) }
                (None, None) => {}
            }
            ", from the list " bdi { (roster_name(&manifest.roster.name)) } "."
        } @else { "No account has been changed: the run has not begun." }
    });
    let headline = html! { (PageText(&tenant_name(report))) ": " (headline(outcomes, manifest.playbook)) };
    Masthead { badge, is_well, headline, leads }
}

/// All that the page says before it names the people.
pub(super) fn all(report: &RunReport<'_>, steps: &[WordedStep]) -> Markup {
    html! {
        (next(steps)) (waves(report)) (risk(report)) (signed(report)) (containment(report)) (trouble(report)) (causes(report)) @if let Some(targets) = &report.targets { (targets.section()) } @if let Some(listed) = &report.plan.manifest().consents { (consent_section::section(listed)) } @if let Some(listed) = &report.plan.manifest().app_roles { (app_role_section::section(listed)) } (verification(report)) (left(report))
        (limits(report))
    }
}

/// What the operator should do next, in order.
fn next(steps: &[WordedStep]) -> Markup {
    html! {
        section aria-labelledby="next-title" {
            h2 #next-title { "What is left to do, in order" }
            @if steps.is_empty() { p { "Nothing." } } @else {
                ol.next {
                    @for step in steps {
                        li {
                            @match &step.command {
                                Some(command) => { (page_text(&step.what)) ":" pre { code { (page_text(command)) } } }
                                None => (page_text(&step.what)),
                            }
                        }
                    }
                }
            }
        }
    }
}

/// How far each wave is.
fn waves(report: &RunReport<'_>) -> Markup {
    html! {
        @if let Some(waves) = &report.plan.manifest().waves {
            section aria-labelledby="waves-title" {
                h2 #waves-title { "Waves" }
                ul {
                    @for wave in &waves.waves {
                        li {
                            strong { (PageText(&wave.name)) } ": "
                            (wording::waves::progress(wave, report.outcomes.left_in_wave(&wave.name)))
                        }
                    }
                }
            }
        }
    }
}

/// How far the risk of people is marked.
fn risk(report: &RunReport<'_>) -> Markup {
    html! {
        @if let Some(risk) = report.outcomes.risk() {
            section aria-labelledby="risk-title" {
                h2 #risk-title { "Risk in Entra ID Protection" }
                p { (page_text(&sentence_case(&wording::risk::how_far(risk)))) "." }
            }
        }
    }
}

fn signed(report: &RunReport<'_>) -> Markup {
    html! {
        @if !report.timeline.processes.is_empty() {
            (signature(&format!(
                "I have read this report of the run of plan {}. What is not printed here stands in results.csv.",
                report.plan.manifest().phrase()
            )))
        }
    }
}

/// Throttling and faults over time.
fn trouble(report: &RunReport<'_>) -> Markup {
    const PIECES: usize = 40;
    let timeline = &report.timeline;
    if timeline.processes.is_empty() {
        return html! {};
    }
    let kinds = [
        ("throttled", "bar-throttled", &timeline.throttled),
        ("lost or faulty", "bar-fault", &timeline.faults),
        ("refused or given up", "bar-refused", &timeline.refused),
    ];
    let longest = timeline.lasted.max(1.0);
    let stacks: Vec<_> =
        kinds.iter().map(|(name, class, times)| (*name, *class, chart::binned(times, longest, PIECES))).collect();
    let most = (0..PIECES).map(|piece| stacks.iter().map(|(_, _, counts)| counts[piece]).sum::<u32>()).max();
    let most = most.unwrap_or_default();
    let said: Vec<String> =
        kinds.iter().map(|(name, _, times)| format!("{} {name}", count(times.len() as u64))).collect();
    let description = format!(
        "Of {}: {}.",
        counted(
            timeline.writes_accepted + kinds.iter().map(|(_, _, times)| times.len() as u64).sum::<u64>(),
            "answer to a write",
            "answers to writes"
        ),
        said.join(", ")
    );
    html! {
        section aria-labelledby="trouble-title" {
            h2 #trouble-title { "Throttling and faults" }
            @if most == 0 { p { "None: Graph accepted every one of " (counted(timeline.writes_accepted, "write", "writes")) " at once." } }
            @else {
                p { (description) }
                (chart::bars("trouble", "Writes that were not accepted, over time", &description, &Axes { longest, most: most as f32 }, &stacks))
                details {
                    summary { "The same as a table" }
                    div.scroll { table role="table" {
                        thead { tr {
                            th scope="col" { "From" }
                            @for (name, ..) in &stacks { th.number scope="col" { (name) } }
                        } }
                        tbody {
                            @for piece in (0..PIECES).filter(|piece| stacks.iter().any(|(_, _, counts)| counts[*piece] > 0)) {
                                tr {
                                    td { (chart::time(longest * piece as f32 / PIECES as f32)) }
                                    @for (_, _, counts) in &stacks { td.number { (count(counts[piece].into())) } }
                                }
                            }
                        }
                    } }
                }
            }
        }
    }
}

/// Why some are not done, by cause, with the remedy for each.
fn causes(report: &RunReport<'_>) -> Markup {
    html! {
        // Of a run that has not begun there is nothing to explain.
        @if !report.causes.0.is_empty() && !report.timeline.processes.is_empty() {
            section aria-labelledby="causes-title" {
                h2 #causes-title { "Why some are not done, and how to fix it" }
                @for (cause, group) in &report.causes.0 {
                    div.cause {
                        h3 { (page_text(&causes::title(cause))) " " span.count { (accounts(group.accounts)) } }
                        p { strong { "Fix: " } (causes::remedy(cause)) }
                        @if !group.words.is_empty() { p.note { "Last answer: " (PageText(&group.words)) } }
                        ul.names { @for name in &group.first { li { (PageText(name)) } } }
                        @if group.accounts > MAX_NAMED as u64 {
                            p.note { "and " (count(group.accounts - MAX_NAMED as u64)) " more: in the list below, and in results.csv" }
                        }
                    }
                }
            }
        }
    }
}

/// What the last reading of the directory showed.
fn verification(report: &RunReport<'_>) -> Markup {
    let timeline = &report.timeline;
    let not_proved = timeline.not_proved.len();
    html! {
        section aria-labelledby="verification-title" {
            h2 #verification-title { "Is every one of them really out?" }
            @match timeline.verification {
                None => p { "Not verified since the last write. Graph's answers say that they are; sealoff verify reads every account again." },
                Some((at, verdicts)) => {
                    p {
                        "Every account of the plan was read again on " strong { (moment(at)) } ". Of "
                        (counted(verdicts.all(), "step", "steps")) ": "
                        @for (index, verdict) in Proof::all().filter(|v| verdicts.of(*v) > 0).enumerate() {
                            @if index > 0 { ", " }
                            strong class={ "verdict-" (verdict.name().replace(' ', "-")) } { (count(verdicts.of(verdict))) " " (verdict) }
                        }
                        "."
                    }
                    @if not_proved > 0 {
                        @if verdicts.of(Proof::NotYet) > 0 {
                            p.paper { "Those that are not yet proved are named in the list below, and in verification.csv." }
                        }
                        table.cards.not-yet[verdicts.of(Proof::NotYet) == not_proved as u64] role="table" {
                            thead role="rowgroup" { tr role="row" {
                                th.number.place scope="col" role="columnheader" { "Row" }
                                th scope="col" role="columnheader" { "Person" }
                                th scope="col" role="columnheader" { "Step" }
                                th scope="col" role="columnheader" { "Proof" }
                                th scope="col" role="columnheader" { "Found" }
                            } }
                            tbody role="rowgroup" {
                                @for ((row, step), (verdict, found)) in timeline.not_proved.iter().take(MAX_PLAIN_ROWS) {
                                    tr.not-yet[*verdict == Proof::NotYet] role="row" {
                                        @match report.not_proved.get(row) {
                                            Some(planned) => {
                                                td.number role="cell" data-label="Row" { (place(planned)) }
                                                td role="cell" { (person(planned)) }
                                            }
                                            None => { td.number role="cell" data-label="Row" { (row) } td role="cell" {} }
                                        }
                                        td.word role="cell" { (step.name()) }
                                        td.word role="cell" { (verdict) }
                                        td role="cell" { (PageText(&proof::found(*step, found))) }
                                    }
                                }
                            }
                        }
                        @if not_proved > MAX_PLAIN_ROWS {
                            p.limit { "The first " (count(MAX_PLAIN_ROWS as u64)) " of " (count(not_proved as u64)) "; verification.csv has them all." }
                        }
                    }
                }
            }
        }
    }
}

/// The accounts that are left to others.
fn left(report: &RunReport<'_>) -> Markup {
    let left = &report.left;
    html! {
        @if left.on_premises.count + left.guests.count + left.uncertain.count > 0 || !left.refused.is_empty() {
            section aria-labelledby="left-title" {
                h2 #left-title { "What others have to do" }
                (sample_of("Mastered on-premises or at another identity provider", &on_premises(report), &left.on_premises))
                (sample_of("Guests", "They sign in at home: blocking them here is all that works, and their passwords are their own organization's.", &left.guests))
                (sample_of("Uncertain", "A write was sent and never answered. Treat them as not done.", &left.uncertain))
                @for (reason, rows) in &left.refused {
                    (sample_of(reason.name(), &format!("Refused by the plan: {}.", wording::reason::sentence(*reason)), rows))
                }
            }
        }
    }
}

/// What has to be done there, by the work list that the plan made: it leaves out those with whom nothing is left to do.
fn on_premises(report: &RunReport<'_>) -> String {
    let number = report.plan.manifest().written_back;
    let written_back = (number > 0).then(|| {
        format!(
            "{} written back there by a person (sealoff onprem with --writeback).",
            counted(number.into(), "new password is", "new passwords are")
        )
    });
    let by_list = match &report.plan.manifest().on_premises {
        Some(work) => Some(format!(
            "What is done here has to be done there, too. onprem.csv is the list of the {} with whom anything is left to do: {} by \
             onprem.ps1, {} by hand (by-hand.csv).",
            accounts(work.accounts.into()),
            count(work.by_script().into()),
            count(work.by_hand.into())
        )),
        None => (number == 0).then(|| "Nothing is left to do there.".to_owned()),
    };
    written_back.into_iter().chain(by_list).collect::<Vec<_>>().join(" ")
}

fn sample_of(title: &str, what: &str, sample: &AccountSample) -> Markup {
    html! {
        @if sample.count > 0 {
            h3 { (title) " " span.count { (accounts(sample.count)) } }
            p { (what) }
            details {
                summary { "Who they are" }
                ul.names {
                    @for (row, name, why) in &sample.first {
                        li { (row) " " (PageText(name)) @if !why.is_empty() { span.detail { (PageText(why)) } } }
                    }
                }
                @if sample.count > sample.first.len() as u64 {
                    p.limit { "The first " (count(sample.first.len() as u64)) " of " (count(sample.count)) "; results.csv has them all." }
                }
            }
        }
    }
}

/// What no run can do. Sources: "Revoke user access in Microsoft Entra ID", "Continuous access
/// evaluation", "Respond to a compromised cloud email account".
fn limits(report: &RunReport<'_>) -> Markup {
    let playbook = report.plan.manifest().playbook;
    let steps = playbook.steps();
    html! {
        section aria-labelledby="limits-title" {
            h2 #limits-title { "What this run could not do" }
            ul {
                li {
                    "Access tokens that were issued before live on for about an hour, or until continuous access evaluation acts: "
                    "Exchange, SharePoint and Teams then take up to 15 minutes. It does not cover guests."
                }
                li { "Sessions that an application keeps by a cookie of its own end when that application ends them." }
                @if steps.contains(Step::Reset) {
                    li { "App passwords are not revoked by a new password." }
                } @else {
                    li { "Passwords are as they were." }
                }
                @if !playbook.removes_methods() {
                    li { "What people sign in with beside the password (passkeys, phones, apps) is as it was." }
                }
                @if report.plan.manifest().deletes_consents() {
                    li { "An app whose consent was deleted keeps the access token that it holds until that ends, about an hour later." }
                    li { "Mail forwarders and inbox rules are as they were." }
                } @else {
                    li { "Consented apps, mail forwarders and inbox rules are as they were." }
                }
                li { "Devices are as they were: registered ones are disabled in Entra, and managed ones are wiped by their management." }
                li { "The next sync undoes what is mastered on-premises, unless Active Directory is changed too." }
            }
        }
    }
}

/// For those whose viewer runs no scripts.
pub(super) fn without_script() -> Markup {
    html! {
        noscript { section { p.note { "Scripts do not run here, so this page cannot list and search the people. results.csv can be opened with any spreadsheet." } } }
    }
}

/// Where the run comes from, for those who compare.
pub(super) fn about(report: &RunReport<'_>) -> AboutSlot {
    let plan = report.plan.manifest();
    let mut facts: Vec<(Cow<'static, str>, Markup)> = vec![
        ("Tenant".into(), html! { (PageText(&plan.tenant.name)) " " code { (plan.tenant.id) } }),
        (
            "Planned".into(),
            html! {
                (moment(plan.created_at)) ", by sealoff " (page_text(&plan.version))
                @if let Some(author) = &plan.planned_by { ", as " (PageText(&author.to_string())) }
            },
        ),
    ];
    for process in &report.timeline.processes {
        let worked = html! {
            (moment(process.began)) " to " (moment(process.last)) ", sealoff " (page_text(&process.version))
            @match (&process.who, &process.by) {
                (Some(who), _) => {
                    ", as " (PageText(&who.applied_by.to_string()))
                    @if who.apps.len() > 1 {
                        ", through " (counted(who.apps.len() as u64, "app", "apps")) ": "
                        (PageText(&named(&who.apps)))
                    }
                    ", " (PageText(&who.approval.to_string()))
                }
                (None, Some(by)) => { ", as " (PageText(by)) }
                (None, None) => {}
            }
            ": " (process.ended.map_or_else(|| "killed, or still at work".to_owned(), |end| end.to_string()))
        };
        facts.push(("Worked on".into(), worked));
    }
    facts.push((
        "Roster".into(),
        html! { bdi { (roster_name(&plan.roster.name)) } ", " (counted(plan.roster.rows.into(), "row", "rows")) },
    ));
    if !plan.recipients.is_empty() {
        let keys = html! { ul.keys { @for recipient in &plan.recipients { li { code { (page_text(recipient)) } } } } };
        facts.push(("Passwords sealed to".into(), keys));
    }
    facts.extend([
        ("SHA-256 of the roster".into(), html! { code { (plan.roster.sha256) } }),
        ("SHA-256 of plan.csv".into(), html! { code { (plan.plan_csv_sha256) } }),
        ("Fingerprint of the plan".into(), html! { code { (plan.fingerprint()) } }),
    ]);
    let end = "This page is made from plan.csv, journal.jsonl and results.csv, and can be made again. It holds no password, sealed or not.";
    AboutSlot { title: "About this run", facts, end }
}

fn named(apps: &[NamedCaller]) -> String {
    apps.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The steps of the row and where each stands, in words.
pub(super) fn steps(row: &ResultRow) -> String {
    let steps = row.planned.steps.iter().filter(|step| step.facts().column.is_some());
    let words = steps.filter_map(|step| {
        let (effect, state) = (step.facts().effect, row.step(step)?);
        // Where all of it is done, the outcome says so.
        Some(if row.outcome == Outcome::Done {
            effect.to_owned()
        } else {
            format!("{effect}: {}", StepOutcome::word(state))
        })
    });
    words.collect::<Vec<_>>().join(", ")
}

/// What the last reading of the directory did not prove of a row.
pub(super) fn not_proved(row: RowNumber, timeline: &Timeline) -> String {
    let last = Step::all().next_back().unwrap_or(Step::LAST);
    let all = timeline.not_proved.range((row, Step::FIRST)..=(row, last));
    let words: Vec<String> = all
        .map(|((_, step), (verdict, found))| format!("{} {verdict}: {}", step.name(), proof::found(*step, found)))
        .collect();
    words.join("; ")
}
