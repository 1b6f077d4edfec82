//! `tenants.html`: the set, for a person who approves all of it at once.

use std::io::{self, Write as _};
use std::path::Path;

use maud::{DOCTYPE, html};

use super::no_plan::NoPlan;
use super::not_asked;
use super::set::SetManifest;
use crate::plan::folder::PLAN_HTML;
use crate::private_files;
use crate::wording::too_large;
use crate::words::{count, counted, roster_name};

/// The page of a set.
pub const SET_HTML: &str = "tenants.html";

/// Writes the page (0600) into the folder of the set. It holds no secret, and nothing reads it back.
///
/// # Errors
///
/// Whatever writing fails with.
pub fn write(folder: &Path, set: &SetManifest) -> io::Result<()> {
    let tenants = counted(set.planned().count() as u64, "tenant", "tenants");
    let accounts = counted(set.accounts, "account", "accounts");
    let title = format!("{}: {accounts} in {tenants}", set.playbook);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (STYLE) }
            }
            body {
                h1 { (title) }
                p { "Playbook " b { (set.playbook) } ": " (set.playbook.summary()) "." }
                p { "List " (roster_name(&set.roster)) ", " (counted(set.rows, "row", "rows")) ". Nothing was changed when this page was made." }
                @if set.unplaced > 0 {
                    p.amiss { (counted(set.unplaced, "row belongs to no tenant", "rows belong to no tenant")) " of the file, and nothing is done there: see unplaced.csv." }
                }
                @if let Some(sentence) = not_asked::sentence(set) {
                    p.amiss { (sentence) "." }
                }
                table {
                    thead { tr { th { "Tenant" } th { "Id" } th.number { "Rows" } th.number { "Changed" } th.number { "Refused" } th { "Plan" } } }
                    tbody {
                        @for member in &set.tenants {
                            tr {
                                td {
                                    @match member.plan {
                                        Some(_) => a href={ (member.name) "/" (PLAN_HTML) } { (member.name) },
                                        None => (member.name),
                                    }
                                    @if let Some(tenant) = &member.tenant { " (" (tenant) ")" }
                                }
                                td { @if let Some(id) = member.tenant_id { code { (id) } } }
                                td.number { (set.known_rows(member)) }
                                td.number { (count(member.accounts)) }
                                td.number { (count(member.refused)) }
                                @match (&member.plan, &member.no_plan) {
                                    (Some(plan), _) => td {
                                        code { (plan.short()) }
                                        @if let Some(too_large) = member.too_large {
                                            " " span.amiss { "TOO LARGE: " (too_large::sentence_of(member.accounts, too_large)) }
                                        }
                                    },
                                    (None, Some(NoPlan::Failed(failure))) => td.amiss {
                                        "NO PLAN: " (failure.what())
                                        @for step in failure.next() {
                                            br;
                                            (step.what)
                                            @if let Some(command) = step.command { ": " code { (command) } }
                                        }
                                    },
                                    (None, _) => td { "no one on the list" },
                                }
                            }
                        }
                    }
                }
                p { "All of it is approved as " code { (set.phrase()) } "; a change to any plan makes that worth nothing. Each plan can be approved and applied alone, too." }
            }
        }
    };
    private_files::replace(&folder.join(SET_HTML), |file| file.write_all(page.into_string().as_bytes()))
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ccc;vertical-align:top}\
.number{text-align:right;font-variant-numeric:tabular-nums}.amiss{color:#9b1c1c;font-weight:600}\
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}td,th{border-color:#444}.amiss{color:#ff9b9b}a{color:#9cf}}";
