//! What is wrong with a file, with the line that shows it.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

use super::exit::Failure;
use super::lines::Lines;
use super::messages::{self, Mark};
use super::nearest_path::nearest_path;
use super::words::{counted, harmless, quoted, roster_name};
use crate::roster::{Defect, Defects, RosterError, Source, SourceSpan};

const BLUE: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::BrightBlue)));
const RED: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));
const YELLOW: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));

/// Says on standard error how many rows of a list could not be read; with `--verbose`, the first of them with their lines.
/// `from` is the name by which a plan keeps the list.
///
/// A message that cannot be shown changes nothing about what was done.
pub fn show(defects: &Defects, from: &str) {
    if messages::is_verbose() {
        return messages::print(&lines_of(defects, from));
    }
    let rows = defects.shown.len() as u64 + defects.more;
    if rows > 0 {
        let rows = counted(rows, "row of", "rows of");
        messages::warn(format_args!(
            "{rows} {} cannot be read; -v shows the first of them in their lines",
            roster_name(from)
        ));
    }
}

fn lines_of(defects: &Defects, from: &str) -> Lines {
    Lines::of(|out| {
        for defect in &defects.shown {
            add(out, defect, from);
            out.blank();
        }
        if defects.more > 0 {
            let more = counted(defects.more, "more row", "more rows");
            out.text(format_args!("{more} of {} cannot be read; plan.csv says why for each.", roster_name(from)));
            out.blank();
        }
    })
}

fn add(out: &mut Lines, defect: &Defect, from: &str) {
    let reason = defect.reason.to_string();
    out.at(Mark::Warning, format_args!("a row cannot be read: {}", harmless(&reason)));
    out.whole_block(&excerpt(&defect.span, from, YELLOW));
    if let Some(help) = defect.reason.help() {
        out.at(Mark::Help, help);
    }
}

/// A list that cannot be used at all, with the line that shows why.
pub(super) fn of_roster(error: &RosterError, from: &str) -> Failure {
    let mut failure = Failure::usage(harmless(&error.to_string()));
    failure.excerpt = error.span().map(|span| excerpt(span, from, RED));
    if let RosterError::NotFound(Source::File(path)) = error {
        return match nearest_path(path, |entry| entry.path().is_file()) {
            Some(meant) => failure.with_next(format_args!("Did you mean {}?", quoted(&meant))),
            None => failure,
        };
    }
    match error.help() {
        Some(help) => failure.with_next(help),
        None => failure,
    }
}

/// The place, and its line with a mark under what is meant.
///
/// The crates that draw such marks count the place in the text that they are given; this text is a window of a line that
/// may be a megabyte long, so the place is said as the reader of the list counted it.
fn excerpt(span: &SourceSpan, from: &str, mark: Style) -> String {
    let column = span.column.map(|column| format!(":{column}")).unwrap_or_default();
    let (line, text) = (span.line, span.excerpt.text.as_str());
    let margin = line.to_string().len();
    let part = |from: usize, count: usize| text.chars().skip(from).take(count).collect::<String>();
    let (start, length) = (span.excerpt.mark.start, span.excerpt.mark.len());
    let indent = " ".repeat(part(0, start).width());
    let under = "^".repeat(part(start, length).width().max(1));
    let mut shown = format!("{:margin$}{BLUE}-->{BLUE:#} {}:{line}{column}\n", "", roster_name(from));
    // Writing to a string does not fail.
    let _ = writeln!(shown, "{:margin$} {BLUE}|{BLUE:#}", "");
    let _ = writeln!(shown, "{BLUE}{line} |{BLUE:#} {text}");
    let _ = writeln!(shown, "{:margin$} {BLUE}|{BLUE:#} {indent}{mark}{under}{mark:#}", "");
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::{ReadOptions, Roster};

    fn list(text: &str) -> Source {
        Source::bytes("list.csv", text.as_bytes().to_vec())
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    fn shown(text: &str) -> String {
        let defects = Roster::open(list(text)).unwrap().finish().unwrap().defects;
        plain(&lines_of(&defects, "list.csv").laid_out(None))
    }

    #[test]
    fn the_offending_text_is_marked_in_its_line() {
        assert_eq!(
            shown("name,user\n山田,Ada Lovelace\nok,ada@contoso.com\n"),
            "warning: a row cannot be read: \"Ada Lovelace\" is neither an object id nor a user principal name: it has no @\n \
             --> list.csv:2:4\n  \
               |\n\
             2 | 山田,Ada Lovelace\n  \
               |      ^^^^^^^^^^^^\n\
             help: Write the sign-in name, such as ada@contoso.com, or the object id.\n\n"
        );
    }

    #[test]
    fn a_long_line_is_a_window_and_its_place_is_true() {
        let text = shown(&format!("note,user\n{},ada\u{200b}@contoso.com\n", "long ".repeat(300)));
        assert!(text.contains("U+200B (zero width space)"), "{text}");
        assert!(text.contains("--> list.csv:2:1505\n"), "{text}");
        let lines: Vec<&str> = text.lines().collect();
        let mark = lines[4].chars().position(|c| c == '^').unwrap();
        assert_eq!(lines[3].chars().nth(mark), Some('\u{fffd}'), "{text}");
        assert!(lines[3].chars().count() < 130, "{text}");
    }

    #[test]
    fn only_the_first_are_shown_and_the_rest_is_counted() {
        let text = shown(&format!("user\n{}", "nobody\n".repeat(1_012)));
        assert_eq!(text.matches("warning:").count(), 10);
        assert!(
            text.ends_with("1,002 more rows of list.csv cannot be read; plan.csv says why for each.\n\n"),
            "{text}"
        );
        assert_eq!(shown("user\nNT AUTHORITY\\SYSTEM\n"), "", "what is no user is no fault of the list");
    }

    #[test]
    fn nothing_from_a_list_reaches_the_terminal_as_it_is() {
        for text in ["user,note\n\u{1b}]52;c;x\u{7},y\n", "user,no\u{202e}te\n\"x\u{1b}[2J\n", "user\nada\u{202e}@x\n"]
        {
            let text = shown(text);
            assert!(!text.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text:?}");
        }
    }

    #[test]
    fn standard_input_is_a_place_like_a_file() {
        let defects = Roster::open(list("user\nnobody\n")).unwrap().finish().unwrap().defects;
        let shown = lines_of(&defects, &Source::StandardInput.name()).laid_out(None);
        assert!(plain(&shown).contains("--> standard input:2:1"));
    }

    #[test]
    fn a_list_that_cannot_be_used_shows_its_header() {
        let options = ReadOptions { key: Some("Sign in".into()), by: None, ..ReadOptions::default() };
        let error = Roster::open_with(list("sep=,\nname,Sign-in nmae\nAda,ada@contoso.com\n"), options).err().unwrap();
        let failure = of_roster(&error, "list.csv");
        assert!(
            plain(failure.excerpt.as_deref().unwrap_or_default())
                .ends_with(" --> list.csv:2\n  |\n2 | name,Sign-in nmae\n  | ^^^^^^^^^^^^^^^^^\n"),
            "{failure:?}"
        );
    }
}
