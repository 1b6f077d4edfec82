//! What a plan's page says, as HTML: everything but the rows.

use std::path::Path;
use std::time::Duration;

use maud::{Markup, PreEscaped, html};
use serde_json::Value;
use strum::IntoEnumIterator as _;

use super::limits::MAX_PLAIN_ROWS;
use super::listing::{Listing, MAX_ROWS};
use super::shown::{Shown, shown};
use crate::plan::counts::Counts;
use crate::plan::manifest::Manifest;
use crate::plan::row::{Decision, PlanRow};
use crate::seal::recipient_name;
use crate::wording::decision::{DISCARDED, UNPROTECTED};
use crate::wording::pace::{self, QuotaOwner};
use crate::wording::{self, reason};
use crate::words::{count, counted, moment, quoted, roster_name};

/// The fields of `plan.json` that have a place of their own on the page. Whatever else stands there is listed under
/// "About this plan" by its own name.
const PLACED: [&str; 12] = [
    "format",
    "version",
    "created_at",
    "tenant",
    "playbook",
    "recipients",
    "handoff",
    "roster",
    "counts",
    "floor_seconds",
    "plan_csv_sha256",
    "fingerprint",
];

fn accounts(number: u32) -> String {
    counted(number.into(), "account", "accounts")
}

fn tenant_name(plan: &Manifest) -> String {
    if plan.tenant.name.is_empty() { plan.tenant.id.to_string() } else { plan.tenant.name.clone() }
}

/// The words that a browser shows on the tab.
pub(super) fn title(plan: &Manifest) -> String {
    format!("{} plan for {}: {}", plan.playbook, shown(&tenant_name(plan)), accounts(plan.accounts()))
}

/// What this is, in three lines.
pub(super) fn masthead(plan: &Manifest) -> Markup {
    let rows = counted(plan.roster.rows.into(), "row", "rows");
    html! {
        header {
            p.state { "Nothing has been changed yet" }
            h1 {
                @if plan.accounts() == 0 { "No account would be changed at " } @else {
                    (accounts(plan.accounts())) " would be changed at "
                }
                (Shown(&tenant_name(plan)))
            }
            p.lead {
                "Playbook " strong { (plan.playbook) } ": " (plan.playbook.summary()) ". "
                "Made on " (moment(plan.created_at)) " from " strong { bdi { (roster_name(&plan.roster.name)) } }
                ", " (rows) ", read as " (shown(&plan.roster.read_as)) "."
            }
        }
    }
}

/// The counts, large.
pub(super) fn figures(counts: &Counts) -> Markup {
    let all = u64::from(counts.rows()).max(1);
    let spoken: Vec<String> = Decision::iter().map(|d| format!("{d} {}", count(counts.of(d).rows.into()))).collect();
    let mut from = 0_u64;
    let pieces = Decision::iter().map(|decision| {
        let at = from * 1000 / all;
        from += u64::from(counts.of(decision).rows);
        (decision, at, from * 1000 / all - at)
    });
    html! {
        section aria-labelledby="figures-title" {
            h2 #figures-title { "The " (counted(counts.rows().into(), "row", "rows")) " of the list" }
            svg.bar viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label=(spoken.join(", ")) {
                @for (decision, at, width) in pieces {
                    @if counts.of(decision).rows > 0 {
                        rect class=(decision) x=(at) y="0" height="10" width=(width.max(4)) {}
                    }
                }
            }
            ul.figures {
                @for decision in Decision::iter() {
                    li class=(decision) {
                        a href={ "#decision=" (decision) } {
                            span.number { (count(counts.of(decision).rows.into())) }
                            span.name { (decision) }
                            span.means { (wording::decision::meaning(decision)) }
                        }
                    }
                }
            }
        }
    }
}

/// Who does what now.
pub(super) fn next(folder: &Path, manifest: &Manifest) -> Markup {
    let number = manifest.accounts();
    let refused = manifest.counts.of(Decision::Refuse).rows;
    html! {
        section aria-labelledby="next-title" {
            h2 #next-title { "What happens next" }
            @if number == 0 {
                p { "There is nothing to apply: this plan changes no account." }
            } @else {
                ol.next {
                    li {
                        "Read this page. "
                        @if refused > 0 {
                            a href="#decision=refuse" { (counted(refused.into(), "row is", "rows are")) " refused" }
                            ": nothing is done for them by this plan, and somebody has to look at them."
                        } @else { "No row of the list is refused." }
                    }
                    li {
                        "Approve it, or do not. To approve this plan, and no other, send back: "
                        strong { (manifest.phrase()) }
                    }
                    li {
                        "The command is:"
                        pre { code { "sealoff apply " (shown(&quoted(folder))) " --confirm " (manifest.phrase()) } }
                        "Only then " (accounts(number)) " will be changed, and no other account. "
                        "What became of each row will stand in results.csv."
                    }
                }
            }
            p.bound {
                "What runs is plan.csv, fingerprint "
                code title=(manifest.fingerprint()) { (manifest.fingerprint().short()) }
                ". This page shows that plan as it was made; nothing reads this page back."
            }
        }
    }
}

/// What is done, how long it takes, and who can open the new passwords.
pub(super) fn work(plan: &Manifest) -> Markup {
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
                        (sentence_case(&pace::shortest(Duration::from_secs(plan.floor_seconds), QuotaOwner::Tenant)))
                        " (" (counted(counts.writes, "write", "writes")) ")"
                    }
                    @if plan.options.discard_credentials {
                        dt { "New passwords" }
                        dd { (sentence_case(DISCARDED)) }
                    } @else if let Some(handoff) = plan.handoff.as_ref().filter(|_| plan.sealed() > 0) {
                        dt { "New passwords" }
                        dd {
                            (counted(plan.sealed().into(), "password, sealed", "passwords, each sealed"))
                            " to the keys of the person who hands it over: "
                            (plan.options.password.sentence())
                            ul.keys { @for share in &handoff.shares { li {
                                strong { (Shown(share.name.as_str())) } ", " (accounts(share.accounts)) ":"
                                @for key in &share.keys { " " code { (shown(&recipient_name(key))) } }
                            } } }
                            @if !handoff.escrow.is_empty() {
                                "The holder of an escrow key can open all of them:"
                                ul.keys { @for key in &handoff.escrow { li { code { (shown(&recipient_name(key))) } } } }
                            }
                        }
                    } @else if plan.sealed() > 0 {
                        dt { "New passwords" }
                        dd {
                            (plan.options.password.sentence()) "; "
                            (counted(plan.sealed().into(), "password, sealed", "passwords, each sealed"))
                            " so that only the holder of "
                            (if plan.recipients.len() == 1 { "this key" } else { "one of these keys" })
                            " can open it:"
                            ul.keys { @for recipient in &plan.recipients { li { code { (shown(&recipient_name(recipient))) } } } }
                        }
                    }
                }
            }
        }
    }
}

/// Why some are not simply treated as the playbook says.
pub(super) fn reasons(plan: &Manifest) -> Markup {
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
                                td role="cell" { span class={ "badge " (decision) } { (decision) } }
                                td role="cell" {
                                    a href={ "#decision=" (decision) "&reason=" (reason) } { (reason) }
                                }
                                td.number role="cell" data-label="Rows" { (count((*rows).into())) }
                                td role="cell" {
                                    (sentence_case(reason::sentence(*reason))) "."
                                    @if let Some(flag) = plan.options.flag_left(*reason, plan.playbook) { " " span.flag { code { (flag) } " lifts it." } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Where the script shows the people; hidden until it runs.
pub(super) fn people(counts: &Counts, listing: &Listing) -> Markup {
    html! {
        section #people aria-labelledby="people-title" hidden {
            h2 #people-title tabindex="-1" { "The people" }
            @if listing.rows() < counts.rows() { (unlisted(counts, listing)) }
            form #filter role="search" {
                label for="search" { "Search by name, sign-in name or handoff" }
                input #search type="search" autocomplete="off" spellcheck="false";
                div #decisions role="group" aria-label="Decision" {}
                label for="reason" { "Reason" }
                select #reason {}
            }
            p #status role="status" aria-live="polite" {}
            table #list.cards role="table" aria-labelledby="people-title" {}
            nav #pages aria-label="Pages" {}
        }
    }
}

/// How many rows are only in plan.csv, exactly.
fn unlisted(counts: &Counts, listing: &Listing) -> Markup {
    let left_out: Vec<String> = Decision::iter()
        .map(|decision| (decision, counts.of(decision).rows - listing.of_decision(decision)))
        .filter(|(_, rows)| *rows > 0)
        .map(|(decision, rows)| format!("{} {decision}", count(rows.into())))
        .collect();
    html! {
        p.limit {
            "This page lists " (count(listing.rows().into())) " of " (count(counts.rows().into()))
            " rows; a page lists " (count(MAX_ROWS.into())) " at most. Not listed: " (left_out.join(", "))
            ". plan.csv has them all."
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
                            th scope="col" role="columnheader" { "On the list as" }
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
            td.number role="cell" data-label="Row" { (row.row) }
            td role="cell" {
                strong { (Shown(&row.user)) }
                @if !row.display_name.is_empty() { br; (Shown(&row.display_name)) }
            }
            td role="cell" {
                @for reason in &row.reasons { span.why { (sentence_case(reason::sentence(*reason))) "." } " " }
                @if !row.detail.is_empty() { span.detail { (Shown(&row.detail)) } }
            }
        }
    }
}

/// Where the plan comes from, for those who compare.
pub(super) fn about(plan: &Manifest) -> Markup {
    html! {
        section aria-labelledby="about-title" {
            h2 #about-title { "About this plan" }
            dl.facts {
                dt { "Tenant" } dd { (Shown(&plan.tenant.name)) " " code { (plan.tenant.id) } }
                dt { "Playbook" } dd { (plan.playbook) ": " (plan.playbook.summary()) }
                dt { "Made" } dd { (moment(plan.created_at)) ", by sealoff " (shown(&plan.version)) }
                dt { "Roster" }
                dd { bdi { (roster_name(&plan.roster.name)) } ", " (counted(plan.roster.rows.into(), "row", "rows")) }
                dt { "Read as" } dd { (shown(&plan.roster.read_as)) }
                dt { "SHA-256 of the roster" } dd { code { (plan.roster.sha256) } }
                dt { "SHA-256 of plan.csv" } dd { code { (plan.plan_csv_sha256) } }
                dt { "Fingerprint of the plan" } dd { code { (plan.fingerprint()) } }
                @if plan.protected.is_none() {
                    dt { "Protected" } dd { (sentence_case(UNPROTECTED)) }
                }
                @for (name, lines) in others(plan) {
                    dt { (sentence_case(&name.replace('_', " "))) }
                    dd { ul { @for line in lines { li { (shown(&line)) } } } }
                }
            }
        }
    }
}

/// What `plan.json` says beyond what has a place of its own.
fn others(plan: &Manifest) -> Vec<(String, Vec<String>)> {
    let Ok(Value::Object(fields)) = serde_json::to_value(plan) else { return Vec::new() };
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
            let lines = fields.iter().map(|(name, value)| (name.replace('_', "-"), said(value)));
            let lines = lines.filter(|(_, said)| !said.is_empty());
            lines
                .map(|(name, said)| if said == ["yes"] { name } else { format!("{name}: {}", said.join(", ")) })
                .collect()
        }
    }
}

fn sentence_case(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
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
