//! What a plan's page says, as HTML: everything but the rows.

use std::borrow::Cow;
use std::path::Path;

use maud::{Markup, PreEscaped, html};
use serde_json::Value;
use strum::IntoEnumIterator as _;

use super::app_role_section;
use super::consent_section;
use super::frame::{AboutSlot, Masthead, person, place, signature};
use super::limits::MAX_PLAIN_ROWS;
use super::page_text::{PageText, page_text};
use crate::plan::approvers::RecordedSignature;
use crate::plan::counts::Counts;
use crate::plan::manifest::Manifest;
use crate::plan::row::{Decision, PlanRow};
use crate::seal::recipient_name;
use crate::step::Step;
use crate::wording;
use crate::wording::decision::{DISCARDED, UNPROTECTED};
use crate::wording::pace;
use crate::wording::{devices as device_words, new_passwords, passes, plan_command, reason, too_large, waves, ways_in};
use crate::words::{count, counted, moment, roster_name, sentence_case};

/// The fields of `plan.json` that have a place of their own on the page. Whatever else stands there is listed under
/// "About this plan" by its own name.
const PLACED: [&str; 24] = [
    "format", "version", "created_at", "planned_by", "tenant", "playbook", "recipients", "handoff", "roster", "counts",
    "floor_seconds", "plan_csv_sha256", "fingerprint", "protected", "on_premises", "written_back", "methods",
    "consents", "app_roles", "passwords_by_hand", "waves", "risk", "notes", "note_kinds",
];

fn accounts(number: u32) -> String {
    counted(number.into(), "account", "accounts")
}

fn tenant_name(plan: &Manifest) -> String {
    if plan.tenant.name.is_empty() { plan.tenant.id.to_string() } else { plan.tenant.name.clone() }
}

/// The words that a browser shows on the tab.
pub(super) fn title(plan: &Manifest) -> String {
    format!("{} plan for {}: {}", plan.playbook, page_text(&tenant_name(plan)), accounts(plan.accounts()))
}

/// What this is, in three lines.
pub(super) fn masthead(plan: &Manifest) -> Masthead {
    let rows = counted(plan.roster.rows.into(), "row", "rows");
    let number = plan.accounts();
    let headline = html! {
        @if number == 0 { "No account would be changed at " } @else { (accounts(number)) " would be changed at " }
        (PageText(&tenant_name(plan)))
    };
    let lead = html! {
        "Playbook " strong { (plan.playbook) } ": " (plan.playbook.summary()) ". "
        "Made on " (moment(plan.created_at)) " from " strong { bdi { (roster_name(&plan.roster.name)) } }
        ", " (rows) ", read as " (page_text(&plan.roster.read_as)) "."
    };
    Masthead { badge: "Nothing has been changed yet".to_owned(), is_well: true, headline, leads: vec![lead] }
}

/// All that the page says before it names the people.
pub(super) fn all(folder: &Path, manifest: &Manifest, signatures: &[RecordedSignature]) -> Markup {
    html! { (next(folder, manifest)) (signed(manifest, signatures)) (work(manifest)) (methods(manifest)) (devices(manifest)) @if let Some(listed) = &manifest.consents { (consent_section::section(listed)) } @if let Some(listed) = &manifest.app_roles { (app_role_section::section(listed)) } (reasons(manifest)) }
}

/// Who does what now.
fn next(folder: &Path, manifest: &Manifest) -> Markup {
    let number = manifest.accounts();
    let refused = manifest.counts.of(Decision::Refuse).rows;
    html! {
        section aria-labelledby="next-title" {
            h2 #next-title { "What happens next" }
            @if let Some(sentence) = passes::left_with_nothing(manifest) { p.limit { strong { (sentence_case(&sentence)) "." } } }
            @if number == 0 {
                p { "There is nothing to apply: this plan changes no account." }
            } @else {
                ol.next {
                    li {
                        "Read this page. "
                        @if refused > 0 {
                            a href="#decision=refuse" { (counted(refused.into(), "row is", "rows are")) " refused" }
                            ": this plan does nothing for them, and a person has to check them."
                        } @else { "No row of the list is refused." }
                    }
                    li {
                        "Approve it, or do not. To approve this plan, and no other, send back: "
                        strong { (manifest.phrase()) }
                    }
                    li {
                        @match &manifest.waves {
                            None => {
                                "The command is:"
                                pre { code { (page_text(&plan_command::apply(folder, manifest))) } }
                            }
                            Some(all) => {
                                "It is carried out wave by wave: " (page_text(&waves::headline(all))) ":"
                                @for wave in &all.waves {
                                    pre { code { (page_text(&plan_command::apply_wave(folder, manifest, wave))) } }
                                }
                                p { (sentence_case(waves::STAY_OPEN)) "." }
                            }
                        }
                        @if let Some(sentence) = too_large::sentence(manifest) {
                            p.guard { strong { (sentence_case(&sentence)) "." } " The command names their number." }
                        }
                        "Only then " (accounts(number)) " will be changed, and no other account. "
                        "What became of each row will stand in results.csv."
                    }
                }
            }
            p.bound {
                "What runs is plan.csv, fingerprint "
                code title=(manifest.fingerprint()) { (manifest.fingerprint().short()) }
                ". This page shows that plan as it was made; to edit this page changes nothing."
            }
        }
    }
}

/// Who has signed with a key, and a line for those who sign on paper.
fn signed(manifest: &Manifest, signatures: &[RecordedSignature]) -> Markup {
    html! {
        @if !signatures.is_empty() {
            section aria-labelledby="signed-title" {
                h2 #signed-title { "Signed by" }
                ul {
                    @for RecordedSignature { key, name } in signatures {
                        li {
                            @if let Some(name) = name { strong { (PageText(name)) } " with " }
                            "the key " code { (page_text(key)) }
                        }
                    }
                }
            }
        }
        @if manifest.accounts() > 0 {
            (signature(&format!(
                "I have read this plan and approve it, and no other: {}. What is not printed here stands in plan.csv, SHA-256 {}.",
                manifest.phrase(),
                manifest.plan_csv_sha256
            )))
        }
    }
}

/// What is done, how long it takes, and who can open the new passwords.
fn work(plan: &Manifest) -> Markup {
    let counts = &plan.counts;
    html! {
        section aria-labelledby="work-title" {
            h2 #work-title { "What would be done" }
            @if counts.writes == 0 { p { "Nothing." } } @else {
                dl.facts {
                    @for (step, number) in counts.steps.counted() {
                        dt { (sentence_case(step.facts().task)) }
                        dd { (accounts(number)) }
                    }
                    dt { "Time" }
                    dd {
                        (sentence_case(&pace::shortest_of_plan(plan)))
                        " (" (counted(counts.writes, "write", "writes")) ")"
                    }
                    (who_opens(plan))
                    @if plan.passes() > 0 && plan.sealed() == 0 && plan.counts.steps[Step::Reset] > 0 {
                        dt { "New passwords" } dd { (sentence_case(passes::PASSWORD_THROWN_AWAY)) }
                    }
                    @for (index, sentence) in passes::sentences(plan).iter().enumerate() {
                        @if index == 0 { dt { "Temporary access passes" } }
                        dd { (page_text(&sentence_case(sentence))) "." }
                    }
                    @if let Some(risk) = &plan.risk {
                        dt { "Risk in Entra ID Protection" }
                        @for sentence in wording::risk::of_plan(risk, plan.playbook) { dd { (sentence_case(&sentence)) "." } }
                    }
                }
            }
        }
    }
}

/// Who can open the new passwords and passes.
fn who_opens(plan: &Manifest) -> Markup {
    html! {
        @if plan.options.discard_credentials {
            dt { "New passwords" }
            dd { (sentence_case(DISCARDED)) }
        } @else if let Some(handoff) = plan.handoff.as_ref().filter(|_| plan.seals()) {
            dt { "New passwords" }
            dd {
                (passes::credentials(plan)) (if passes::is_one(plan) { ", sealed" } else { ", each sealed" })
                " to the keys of the person who hands it over"
                @if plan.sealed() > 0 { ": " (page_text(&new_passwords::sentence(plan))) }
                @let common = handoff.common_keys().filter(|_| handoff.shares.len() > 1 && handoff.escrow.is_empty());
                ul.keys { @for share in &handoff.shares { li {
                    strong { (PageText(share.name.as_str())) } ", " (accounts(share.accounts))
                    @if common.is_none() {
                        ":"
                        @for key in &share.keys { " " code { (page_text(&recipient_name(key))) } }
                    }
                } } }
                @if let Some(keys) = &common {
                    "All of them are opened by:"
                    ul.keys { @for key in keys { li { code { (page_text(&recipient_name(key))) } } } }
                }
                @if !handoff.escrow.is_empty() {
                    "The holder of an escrow key can open all of them:"
                    ul.keys { @for key in &handoff.escrow { li { code { (page_text(&recipient_name(key))) } } } }
                }
            }
        } @else if plan.seals() {
            dt { (if plan.sealed() > 0 { "New passwords" } else { "Credentials" }) }
            dd {
                @if plan.sealed() > 0 { (page_text(&new_passwords::sentence(plan))) "; " }
                (passes::credentials(plan)) (if passes::is_one(plan) { ", sealed" } else { ", each sealed" })
                " so that only the holder of "
                (if plan.recipients.len() == 1 { "this key" } else { "one of these keys" })
                " can open it:"
                ul.keys { @for recipient in &plan.recipients { li { code { (page_text(&recipient_name(recipient))) } } } }
            }
        }
    }
}

/// The devices of its people, where these were listed.
fn devices(plan: &Manifest) -> Markup {
    html! {
        @if let Some(listed) = &plan.devices {
            section aria-labelledby="devices-title" {
                h2 #devices-title { "Devices" }
                @for sentence in device_words::sentences(listed) { p { (sentence_case(&sentence)) "." } }
                p.note {
                    "Read from " (moment(listed.read.read_from)) " to " (moment(listed.read.read_until)) ". Each of them stands in devices.csv, \
                     with what the plan does about it; SHA-256 "
                    code { (listed.sha256) }
                    "."
                }
            }
        }
    }
}

/// What its people sign in with beside their password, where that was listed.
fn methods(plan: &Manifest) -> Markup {
    html! {
        @if let Some(methods) = &plan.methods {
            section aria-labelledby="methods-title" {
                h2 #methods-title { "The other ways in" }
                p { (ways_in::headline(methods)) "." }
                @for sentence in ways_in::removal(methods) { p { (sentence_case(&sentence)) "." } }
                ul {
                    @for sentence in ways_in::people(methods).into_iter().chain(ways_in::unknown_types(methods)) {
                        li { (page_text(&sentence_case(&sentence))) "." }
                    }
                }
                @if !methods.kinds.is_empty() {
                    table.cards role="table" {
                        thead role="rowgroup" {
                            tr role="row" {
                                th scope="col" role="columnheader" { "Kind" }
                                th.number scope="col" role="columnheader" { "All" }
                                th.number scope="col" role="columnheader" { "Last 7 days" }
                                th.number scope="col" role="columnheader" { "23 days before" }
                                th.number scope="col" role="columnheader" { "Older" }
                                th.number scope="col" role="columnheader" { "Unknown age" }
                                @if methods.removal.is_some() { th.number scope="col" role="columnheader" { "To be removed" } }
                            }
                        }
                        tbody role="rowgroup" {
                            @for (&kind, ages) in &methods.kinds {
                                tr role="row" {
                                    td role="cell" { (sentence_case(ways_in::kind(kind))) }
                                    @for (label, number) in [
                                        ("All", ages.all()),
                                        ("Last 7 days", ages.last_7_days),
                                        ("23 days before", ages.last_30_days),
                                        ("Older", ages.older),
                                        ("Unknown age", ages.unknown_age),
                                    ] {
                                        td.number role="cell" data-label=(label) { (count(number.into())) }
                                    }
                                    @if let Some(removed) = methods.removed_of(kind) {
                                        td.number role="cell" data-label="To be removed" { (count(removed.into())) }
                                    }
                                }
                            }
                        }
                    }
                }
                p.note {
                    "Read from " (moment(methods.read.read_from)) " to " (moment(methods.read.read_until)) ". An age that Graph does not \
                     say is unknown: such a method may be new. ways-in.csv has one line for each; SHA-256 "
                    code { (methods.sha256) }
                }
            }
        }
    }
}

/// Why some are not simply treated as the playbook says.
fn reasons(plan: &Manifest) -> Markup {
    let counts = &plan.counts;
    let lines: Vec<_> = Decision::iter()
        .flat_map(|decision| counts.of(decision).reasons.iter().map(move |(reason, rows)| (decision, reason, rows)))
        .collect();
    html! {
        @if !lines.is_empty() {
            section aria-labelledby="reasons-title" {
                h2 #reasons-title { "Why some are treated otherwise" }
                p.note { "A row may have more than one reason." }
                table.cards.reasons role="table" {
                    thead role="rowgroup" {
                        tr role="row" {
                            th scope="col" role="columnheader" { "Decision" }
                            th scope="col" role="columnheader" { "Reason" }
                            th.number scope="col" role="columnheader" { "Rows" }
                            th scope="col" role="columnheader" { "What it means" }
                        }
                    }
                    tbody role="rowgroup" {
                        @for (decision, reason, rows) in lines {
                            tr role="row" {
                                td.word role="cell" { span class={ "badge " (decision) } { (wording::decision::label(decision)) } }
                                td.word role="cell" {
                                    a href={ "#decision=" (decision) "&reason=" (reason) } { (reason) }
                                }
                                td.number role="cell" data-label="Rows" { (count((*rows).into())) }
                                td role="cell" {
                                    (sentence_case(reason::sentence(*reason))) "."
                                    @if let Some(flag) = plan.options.flag_left(*reason, plan.playbook) { " " span.flag { (sentence_case(reason::to_lift(*reason, decision))) ", the plan is made again with " code { (flag) } "." } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The refused rows for readers whose viewer runs no scripts; the script hides it.
pub(super) fn plain(counts: &Counts, rows: &str) -> Markup {
    let refused = counts.of(Decision::Refuse).rows;
    html! {
        section #plain aria-labelledby="plain-title" {
            h2 #plain-title { "The refused rows" }
            noscript {
                p.note { "Scripts do not run here, so this page cannot list and search everybody. plan.csv can be opened with any spreadsheet." }
            }
            @if refused == 0 { p { "No row is refused." } } @else {
                @if refused > MAX_PLAIN_ROWS {
                    p.limit {
                        "The first " (count(MAX_PLAIN_ROWS.into())) " of " (count(refused.into()))
                        " refused rows. plan.csv has them all."
                    }
                }
                table.cards role="table" {
                    thead role="rowgroup" {
                        tr role="row" {
                            th.number scope="col" role="columnheader" { "Row" }
                            th scope="col" role="columnheader" { "Person" }
                            th scope="col" role="columnheader" { "Why" }
                        }
                    }
                    tbody role="rowgroup" { (PreEscaped(rows)) }
                }
            }
        }
    }
}

/// One refused row.
pub(super) fn plain_row(row: &PlanRow) -> Markup {
    html! {
        tr role="row" {
            td.number role="cell" data-label="Row" { (place(row)) }
            td role="cell" { (person(row)) }
            td role="cell" {
                @for reason in &row.reasons { span.why { (sentence_case(reason::sentence(*reason))) "." } " " }
                @if !row.explanation().is_empty() { span.detail { (PageText(&row.explanation())) } }
            }
        }
    }
}

/// Where the plan comes from, for those who compare.
pub(super) fn about(plan: &Manifest) -> AboutSlot {
    let mut facts: Vec<(Cow<'static, str>, Markup)> = vec![
        ("Tenant".into(), html! { (PageText(&plan.tenant.name)) " " code { (plan.tenant.id) } }),
        ("Playbook".into(), html! { (plan.playbook) ": " (plan.playbook.summary()) }),
        (
            "Made".into(),
            html! {
                (moment(plan.created_at)) ", by sealoff " (page_text(&plan.version))
                @if let Some(author) = &plan.planned_by { ", as " (PageText(&author.to_string())) }
            },
        ),
        (
            "Roster".into(),
            html! { bdi { (roster_name(&plan.roster.name)) } ", " (counted(plan.roster.rows.into(), "row", "rows")) },
        ),
        ("Read as".into(), html! { (page_text(&plan.roster.read_as)) }),
        ("SHA-256 of the roster".into(), html! { code { (plan.roster.sha256) } }),
        ("SHA-256 of plan.csv".into(), html! { code { (plan.plan_csv_sha256) } }),
        ("Fingerprint of the plan".into(), html! { code { (plan.fingerprint()) } }),
    ];
    let protected = match &plan.protected {
        None => html! { (sentence_case(UNPROTECTED)) },
        Some(list) => html! {
            (accounts(list.accounts)) ", by the list " bdi { (roster_name(&list.name)) } ", SHA-256 " code { (list.sha256) }
        },
    };
    facts.push(("Protected".into(), protected));
    if let Some(work) = &plan.on_premises {
        let list = html! { (accounts(work.accounts)) ", on the list onprem.csv, SHA-256 " code { (work.sha256) } };
        let sentences = wording::on_premises::sentences(work, plan.options.discard_credentials);
        let list = html! { (list) @for sentence in sentences { br; (page_text(&sentence)) } };
        facts.push(("To be changed on-premises too".into(), list));
    }
    if plan.written_back > 0 {
        let sentence = sentence_case(&wording::on_premises::writeback(plan.written_back));
        facts.push(("To be written back to Active Directory".into(), html! { (page_text(&sentence)) }));
    }
    if !plan.notes.is_empty() {
        let notes = wording::note::parts_of_plan(plan);
        let notes = html! { ul { @for (note, remedy) in notes { li { (page_text(note)) @if let Some(remedy) = remedy { " " (remedy) } } } } };
        facts.push(("Notes".into(), notes));
    }
    let others = others(plan).into_iter().map(|(name, lines)| {
        let lines = html! { ul { @for line in lines { li { (page_text(&line)) } } } };
        (sentence_case(&name.replace('_', " ")).into(), lines)
    });
    facts.extend(others);
    let end = "This page is made from plan.csv and plan.json. It holds no secret, and to edit it changes nothing.";
    AboutSlot { title: "About this plan", facts, end }
}

/// What `plan.json` says beyond what has a place of its own.
fn others(plan: &Manifest) -> Vec<(String, Vec<String>)> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(plan) else { return Vec::new() };
    if let Some(Value::Object(options)) = fields.get_mut("options") {
        // What new passwords are like is said where there are any.
        options.remove("password");
    }
    let others = fields.into_iter().filter(|(name, _)| !PLACED.contains(&name.as_str()));
    others.map(|(name, value)| (name, said(&value))).filter(|(_, lines)| !lines.is_empty()).collect()
}

/// A value of `plan.json` in lines for people; what is off, empty or absent says nothing.
fn said(value: &Value) -> Vec<String> {
    match value {
        Value::Null | Value::Bool(false) => Vec::new(),
        Value::Bool(true) => vec!["yes".to_owned()],
        Value::Number(number) => vec![number.as_u64().map_or_else(|| number.to_string(), count)],
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().map(|item| said(item).join(", ")).filter(|line| !line.is_empty()).collect(),
        Value::Object(fields) => {
            let line = |(name, value): (&String, &Value)| {
                let name = name.replace('_', "-");
                match value {
                    Value::Bool(true) => Some(name),
                    value => Some(said(value))
                        .filter(|lines| !lines.is_empty())
                        .map(|lines| format!("{name}: {}", lines.join(", "))),
                }
            };
            fields.iter().filter_map(line).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_later_plans_say_is_said_in_lines() {
        let value = json!({"allow_synced": true, "skip_guests": false, "max_accounts": 12000, "since": null,
                           "notes": ["two federated domains", ""], "who": {"name": "Ada", "app": ""}});
        let lines = said(&value);
        assert_eq!(lines, ["allow-synced", "max-accounts: 12,000", "notes: two federated domains", "who: name: Ada"]);
        assert!(said(&json!({"allow_synced": false})).is_empty());
    }
}
