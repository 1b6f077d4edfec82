//! The frame that every page of a list of people stands in: masthead, figures, sections, the people, and where it comes
//! from. What differs between a plan and a run goes into its slots.

use std::borrow::Cow;
use std::io::{self, Write};

use maud::{Markup, html};

use super::legend::{Legend, ListedRow, RowWords};
use super::listing::Listing;
use super::page;
use super::page_text::{PageText, write_json};
use crate::plan::row::PlanRow;
use crate::words::{count, counted};

/// What is put into the frame.
pub(super) struct Frame {
    /// The words that a browser shows on the tab.
    pub(super) title: String,
    pub(super) masthead: Masthead,
    /// The title above the figures.
    pub(super) figures: &'static str,
    /// What the page says before it names the people.
    pub(super) sections: Markup,
    pub(super) people: PeopleSlot,
    pub(super) about: AboutSlot,
}

/// What this is, in a few lines.
pub(super) struct Masthead {
    pub(super) badge: String,
    /// Does the badge say that nothing is amiss?
    pub(super) is_well: bool,
    pub(super) headline: Markup,
    pub(super) leads: Vec<Markup>,
}

/// The words around the list of people.
pub(super) struct PeopleSlot {
    pub(super) title: &'static str,
    /// What a search looks through.
    pub(super) search: &'static str,
    /// What the third column holds.
    pub(super) what: &'static str,
}

/// Where the page comes from, for those who compare.
pub(super) struct AboutSlot {
    pub(super) title: &'static str,
    pub(super) facts: Vec<(Cow<'static, str>, Markup)>,
    pub(super) end: &'static str,
}

/// The rows of a page on their way to its script.
pub(super) struct RowsForScript<'o> {
    out: &'o mut dyn Write,
    legend: Legend,
    listing: Listing,
    json: Vec<u8>,
}

impl RowsForScript<'_> {
    /// Would a row of this share be listed?
    pub(super) fn has_room_for(&self, share: usize) -> bool {
        self.listing.is_open(share)
    }

    /// Would no row be listed any more?
    pub(super) fn is_full(&self) -> bool {
        self.listing.is_full()
    }

    /// Lists a row, where there is room for it.
    pub(super) fn list(
        &mut self,
        share: usize,
        row: &PlanRow,
        kind: &'static str,
        words: &RowWords<'_>,
    ) -> io::Result<()> {
        if !self.listing.is_open(share) {
            return Ok(());
        }
        let listed: ListedRow = self.legend.list(row, kind, words);
        self.json.clear();
        write_json(&mut self.json, &listed)?;
        let is_first = self.listing.listed() == 0;
        if self.listing.list(share, self.json.len() + self.legend.take_new_bytes()) {
            self.out.write_all(if is_first { b"\n" } else { b",\n" })?;
            self.out.write_all(&self.json)?;
        }
        Ok(())
    }
}

impl Frame {
    /// Writes the page. `shares` names the shares of `listing`; `rows` lists every row, and gives what stands below the
    /// people for those whose viewer runs no scripts.
    pub(super) fn write<E: From<io::Error>>(
        self,
        out: &mut dyn Write,
        legend: Legend,
        (listing, shares): (Listing, &[&str]),
        rows: impl FnOnce(&mut RowsForScript<'_>) -> Result<Markup, E>,
    ) -> Result<(), E> {
        put(out, &page::opening(&self.title))?;
        put(out, &masthead(&self.masthead))?;
        put(out, &figures(self.figures, &legend))?;
        put(out, &self.sections)?;

        out.write_all(b"<script type=\"application/json\" id=\"people-data\">[")?;
        let mut listed = RowsForScript { out, legend, listing, json: Vec::new() };
        let without_script = rows(&mut listed)?;
        let RowsForScript { out, legend, listing, .. } = listed;
        out.write_all(b"\n]</script>\n<script type=\"application/json\" id=\"table-data\">")?;
        write_json(&mut &mut *out, &legend)?;
        out.write_all(b"</script>\n")?;

        // Behind the rows, for only now it is known how many there was room for.
        put(out, &people(&self.people, listing.unlisted(shares, legend.file).as_deref()))?;
        put(out, &without_script)?;
        put(out, &about(&self.about))?;
        put(out, &page::closing())?;
        Ok(())
    }
}

/// Where a person signs; on paper only.
pub(super) fn signature(declaration: &str) -> Markup {
    html! {
        section.signature {
            p { (declaration) }
            table { tbody { tr {
                @for field in ["Name", "Date", "Signature"] { td { (field) } }
            } } }
        }
    }
}

/// A row's number, and in brackets that of a spreadsheet, as the column says.
pub(super) fn place(row: &PlanRow) -> Markup {
    let number = count(row.row.get().into());
    let sheet = row.sheet_row.filter(|sheet| *sheet != row.row.get()).map(|sheet| count(sheet.into()));
    let among = row.among.map(|among| among.to_string());
    let places: Vec<String> = sheet.into_iter().chain(among).collect();
    html! {
        (number)
        @if !places.is_empty() { " (" (places.join(", ")) ")" }
    }
}

/// Who it is: the name, the sign-in name, and the word of the list, as far as they differ.
pub(super) fn person(row: &PlanRow) -> Markup {
    let names = [&row.display_name, &row.user_principal_name];
    let title = names.into_iter().chain([&row.user]).find(|name| !name.trim().is_empty());
    html! {
        strong { @if let Some(title) = title { (PageText(title)) } @else { (NAMELESS) } }
        @if !row.user_principal_name.is_empty() && title != Some(&row.user_principal_name) {
            span.upn { (PageText(&row.user_principal_name)) }
        }
        @let is_new = !row.user.eq_ignore_ascii_case(&row.user_principal_name) && title != Some(&row.user);
        @if is_new && !row.user.trim().is_empty() { span.upn { "on the list as " (PageText(&row.user)) } }
    }
}

/// What stands in place of a name where no column of the list has one, or it may be a password.
const NAMELESS: &str = "(no name to show)";

fn put(out: &mut dyn Write, markup: &Markup) -> io::Result<()> {
    out.write_all(markup.0.as_bytes())
}

fn masthead(slot: &Masthead) -> Markup {
    html! {
        header {
            p.state.unfinished[!slot.is_well] { (slot.badge) }
            h1 { (slot.headline) }
            @for lead in &slot.leads { p.lead { (lead) } }
        }
    }
}

/// The counts, large.
fn figures(title: &str, legend: &Legend) -> Markup {
    let all = legend.rows();
    let spoken: Vec<String> = legend.kinds.iter().map(|kind| format!("{} {}", kind.label, count(kind.rows))).collect();
    let mut from = 0_u64;
    let pieces = legend.kinds.iter().map(|kind| {
        let at = from * 1000 / all.max(1);
        from += kind.rows;
        (kind, at, (from * 1000 / all.max(1) - at).max(4))
    });
    html! {
        section aria-labelledby="figures-title" {
            h2 #figures-title { (title) " " (counted(all, "row", "rows")) " of the list" }
            svg.bar viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label=(spoken.join(", ")) {
                @for (kind, at, width) in pieces {
                    @if kind.rows > 0 { rect class=(kind.name) x=(at) y="0" height="10" width=(width) {} }
                }
            }
            ul.figures {
                @for kind in &legend.kinds {
                    li class=(kind.name) {
                        a href={ "#" (legend.filter) "=" (kind.name) } {
                            span.number { (count(kind.rows)) }
                            span.name { (kind.label) }
                            span.means { (kind.means) }
                        }
                    }
                }
            }
        }
    }
}

/// Where the script shows the people; hidden until it runs.
fn people(slot: &PeopleSlot, unlisted: Option<&str>) -> Markup {
    html! {
        section #people aria-labelledby="people-title" hidden {
            h2 #people-title tabindex="-1" { (slot.title) }
            @if let Some(unlisted) = unlisted { p.limit { (unlisted) } }
            p.note #sheet-rows hidden {
                "A row's number is that of plan.csv and results.csv; in brackets stands the number that a spreadsheet shows beside it, "
                "header included."
            }
            form #filter role="search" {
                label for="search" { (slot.search) }
                input #search type="search" autocomplete="off" spellcheck="false";
                div #kinds role="group" aria-label=(slot.what) {}
                div.select #reasons hidden {
                    label for="reason" { "Reason" }
                    select #reason {}
                }
                div.select {
                    label for="order" { "Order" }
                    select #order {
                        option value="urgency" { "what needs eyes first" }
                        option value="row" { "as on the list" }
                        option value="name" { "by name" }
                    }
                }
            }
            p #status role="status" aria-live="polite" {}
            table #list.cards role="table" aria-labelledby="people-title" data-what=(slot.what) {}
            nav #pages aria-label="Pages" {}
        }
    }
}

fn about(slot: &AboutSlot) -> Markup {
    html! {
        section aria-labelledby="about-title" {
            h2 #about-title { (slot.title) }
            dl.facts { @for (name, value) in &slot.facts { dt { (name) } dd { (value) } } }
            p.bound { (slot.end) }
        }
    }
}
