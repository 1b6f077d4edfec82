//! What is wrong with a file, with the line that shows it.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use super::exit::Failure;
use super::words::{counted, harmless};
use crate::roster::{Defect, Defects, RosterError, Spot};

/// Shows the rows of a list that could not be read on standard error: the first of them with their lines, and how many
/// more there are. `from` is the name of the list.
///
/// A message that cannot be shown changes nothing about what was done.
pub fn show(defects: &Defects, from: &str) {
    let mut err = anstream::stderr();
    let _ = write(&mut err, defects, from);
}

fn write(out: &mut impl Write, defects: &Defects, from: &str) -> io::Result<()> {
    for defect in &defects.shown {
        writeln!(out, "{}\n", of_defect(defect, from))?;
    }
    if defects.more > 0 {
        let more = counted(defects.more, "more row", "more rows");
        writeln!(out, "{more} of {} cannot be read; plan.csv says why for each.\n", harmless(from))?;
    }
    Ok(())
}

fn of_defect(defect: &Defect, from: &str) -> String {
    let title = format!("this row cannot be read: {}", defect.reason);
    let title = harmless(&title).into_owned();
    let mut group = Group::with_title(Level::WARNING.primary_title(title)).elements(excerpt(&defect.spot, from));
    if let Some(help) = defect.reason.help() {
        group = group.element(Level::HELP.message(help));
    }
    Renderer::styled().render(&[group])
}

/// A list that cannot be used at all, with the line that shows why.
pub(super) fn of_roster(error: &RosterError, from: &str) -> Failure {
    let mut what = harmless(&error.to_string()).into_owned();
    if let Some(spot) = error.spot() {
        let group = Group::with_level(Level::ERROR).elements(excerpt(spot, from));
        what = format!("{what}\n{}", Renderer::styled().render(&[group]));
    }
    let failure = Failure::usage(what);
    match error.help() {
        Some(help) => failure.with_next(help),
        None => failure,
    }
}

/// The place, and its line with a mark under what is meant. The excerpt is a window of the line, so the place is said
/// beside it.
fn excerpt<'a>(spot: &'a Spot, from: &str) -> [Element<'a>; 2] {
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let mut origin = Origin::path(harmless(from).into_owned()).line(number(spot.line));
    if let Some(column) = spot.column {
        origin = origin.char_column(number(column));
    }
    let text = spot.excerpt.text.as_str();
    let byte_of = |place: usize| text.char_indices().nth(place).map_or(text.len(), |(offset, _)| offset);
    let mark = byte_of(spot.excerpt.mark.start)..byte_of(spot.excerpt.mark.end);
    let snippet = Snippet::source(text).line_start(number(spot.line)).annotation(AnnotationKind::Primary.span(mark));
    [origin.into(), snippet.into()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::{Roster, Source};

    fn shown(list: &str) -> String {
        let defects = Roster::open(Source::bytes("list.csv", list.as_bytes().to_vec())).unwrap().finish().unwrap().defects;
        let mut out = anstream::StripStream::new(Vec::new());
        write(&mut out, &defects, "list.csv").unwrap();
        String::from_utf8(out.into_inner()).unwrap()
    }

    #[test]
    fn the_offending_text_is_marked_in_its_line() {
        let text = shown("note,user\n山田 太郎,ada@contoso.com\nü,Ada Lovelace\n");
        println!("{text}");
        let text = shown("user,note\n\nada@contoso.com,\"x\n");
        println!("{text}");
        let text = shown(&format!("note,user\n{},ada\u{200b}@contoso.com\n,x,y\n,", "long ".repeat(300)));
        println!("{text}");
    }
}
