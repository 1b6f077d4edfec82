//! The roles that the people of a plan hold in apps, on the page of the plan and of its run.

use maud::{Markup, html};

use super::page_text::page_text;
use crate::plan::app_role_counts::AppRoleCounts;
use crate::plan::counted_list::CountedList;
use crate::wording::app_roles;
use crate::words::{count, moment, sentence_case};

/// The section about them.
pub(super) fn section(listed: &CountedList<AppRoleCounts>) -> Markup {
    html! {
        section aria-labelledby="app-roles-title" {
            h2 #app-roles-title { "Which roles they hold in apps" }
            p { (sentence_case(&app_roles::headline(listed))) ", when the plan was made." }
            @for sentence in [app_roles::STAY, app_roles::BY_HAND] { p { (sentence_case(sentence)) "." } }
            @if !listed.apps.is_empty() {
                table.cards role="table" {
                    thead role="rowgroup" {
                        tr role="row" {
                            th scope="col" role="columnheader" { "App" }
                            th scope="col" role="columnheader" { "Role" }
                            th.number scope="col" role="columnheader" { "Assigned to the person" }
                            th.number scope="col" role="columnheader" { "Through a group" }
                            th scope="col" role="columnheader" { "Last assigned" }
                        }
                    }
                    tbody role="rowgroup" {
                        @for app in &listed.apps {
                            tr role="row" {
                                td role="cell" { (page_text(&app_roles::app_name(app))) }
                                td role="cell" data-label="Role" { (page_text(&app_roles::roles_in(app))) }
                                td.number role="cell" data-label="Assigned to the person" { (count(app.own.into())) }
                                td.number role="cell" data-label="Through a group" { (count(app.through_groups.into())) }
                                td role="cell" data-label="Last assigned" { (app_roles::last_assigned(app)) }
                            }
                        }
                    }
                }
            }
            @for sentence in app_roles::more_apps(listed).into_iter().chain(app_roles::unknown_people(listed)) {
                p.limit { (sentence_case(&sentence)) "." }
            }
            p.note {
                "Read from " (moment(listed.read.read_from)) " to " (moment(listed.read.read_until))
                "; app-roles.csv has one line for each; SHA-256 " code { (listed.sha256) }
            }
        }
    }
}
