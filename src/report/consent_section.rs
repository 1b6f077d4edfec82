//! What the people of a plan allowed apps to do in their names, on the page of the plan and of its run.

use maud::{Markup, html};

use super::page_text::page_text;
use crate::plan::consent_counts::ConsentCounts;
use crate::plan::counted_list::CountedList;
use crate::wording::consents;
use crate::words::{count, moment, sentence_case};

/// The section about them.
pub(super) fn section(listed: &CountedList<ConsentCounts>) -> Markup {
    let deletes = listed.asked.deletes();
    html! {
        section aria-labelledby="consents-title" {
            h2 #consents-title { "What apps were allowed to do" }
            p { (sentence_case(&consents::headline(listed))) ", when the plan was made." }
            @for sentence in consents::deletion(listed) { p { (page_text(&sentence_case(&sentence))) "." } }
            @if !listed.apps.is_empty() {
                table.cards role="table" {
                    thead role="rowgroup" {
                        tr role="row" {
                            th scope="col" role="columnheader" { "App" }
                            th scope="col" role="columnheader" { "Publisher" }
                            th scope="col" role="columnheader" { "What it may do" }
                            th.number scope="col" role="columnheader" { "Consents" }
                            @if deletes { th.number scope="col" role="columnheader" { "To be deleted" } }
                        }
                    }
                    tbody role="rowgroup" {
                        @for app in &listed.apps {
                            tr role="row" {
                                td role="cell" { (page_text(&consents::name(app))) }
                                td role="cell" data-label="Publisher" { (page_text(consents::publisher(app))) }
                                td role="cell" data-label="What it may do" {
                                    (page_text(&app.scopes.iter().map(String::as_str).collect::<Vec<_>>().join(", ")))
                                }
                                td.number role="cell" data-label="Consents" { (count(app.consents.into())) }
                                @if deletes {
                                    td.number role="cell" data-label="To be deleted" { (consents::deleted(app)) }
                                }
                            }
                        }
                    }
                }
            }
            @for sentence in consents::more_apps(listed).into_iter().chain(consents::not_read(listed)) {
                p.limit { (sentence_case(&sentence)) "." }
            }
            p.note {
                (consents::FOR_EVERYBODY_STAY) ". Read from " (moment(listed.read.read_from)) " to " (moment(listed.read.read_until))
                "; consents.csv has one line for each; SHA-256 " code { (listed.sha256) }
            }
        }
    }
}
