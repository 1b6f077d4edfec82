//! What is printed for people, as values: laid out once, for the width of the terminal that it goes to, or plainly for a pipe.

use std::fmt::{self, Write as _};
use std::io::{self, IsTerminal as _, Write};

use unicode_width::UnicodeWidthStr as _;

use super::words::{line_width, wrapped};
use crate::wording::worded_step::WordedStep;

/// A text gets so many columns at least, however deep it is indented.
const MIN_TEXT: usize = 20;
/// Where the text begins that belongs to a label, as in `Packets    monday/handoff`.
const LABEL: usize = 11;

/// Lines in the order in which they are printed.
#[derive(Debug, Default)]
pub(super) struct Lines(Vec<Line>);

#[derive(Debug)]
enum Line {
    /// A text that may be broken at its blanks. What does not fit goes on under its beginning, and its command stands on a
    /// line of its own.
    Text { lead: String, text: WordedStep },
    /// Made to fit where it was written, or there to be copied: it is never broken.
    Whole(String),
}

impl Lines {
    /// What `compose` adds.
    pub(super) fn of(compose: impl FnOnce(&mut Self)) -> Self {
        let mut lines = Self::default();
        compose(&mut lines);
        lines
    }

    /// An empty line.
    pub(super) fn blank(&mut self) {
        self.whole("");
    }

    /// A text that begins at the margin.
    pub(super) fn text(&mut self, text: impl Into<WordedStep>) {
        self.at("", text);
    }

    /// A text behind its lead: an indent, a number, a mark, a column.
    pub(super) fn at(&mut self, lead: impl fmt::Display, text: impl Into<WordedStep>) {
        self.0.push(Line::Text { lead: lead.to_string(), text: text.into() });
    }

    /// A text behind its label. Without one it belongs to the label above it.
    pub(super) fn labelled(&mut self, label: &str, text: impl Into<WordedStep>) {
        self.at(format_args!("{label:<LABEL$}"), text);
    }

    /// A text behind its number in a list.
    pub(super) fn numbered(&mut self, number: usize, text: impl Into<WordedStep>) {
        self.at(format_args!("  {number}. "), text);
    }

    /// A command to copy.
    pub(super) fn command(&mut self, indent: usize, command: impl fmt::Display) {
        self.whole(format_args!("{:indent$}{command}", ""));
    }

    /// A line that is never broken.
    pub(super) fn whole(&mut self, line: impl fmt::Display) {
        self.0.push(Line::Whole(line.to_string()));
    }

    /// Several lines that are never broken, such as a place in a file with its mark.
    pub(super) fn whole_block(&mut self, block: &str) {
        block.lines().for_each(|line| self.whole(line));
    }

    /// All lines, each with its end, broken to this width where there is one.
    pub(super) fn laid_out(&self, width: Option<usize>) -> String {
        let mut page = String::new();
        for line in &self.0 {
            match line {
                Line::Whole(line) => push(&mut page, line),
                Line::Text { lead, text } => text_line(&mut page, lead, text, width),
            }
        }
        page
    }
}

/// Prints what is composed on standard output.
pub(super) fn write(out: &mut impl Write, compose: impl FnOnce(&mut Lines)) -> io::Result<()> {
    let width = io::stdout().is_terminal().then(line_width);
    out.write_all(Lines::of(compose).laid_out(width).as_bytes())
}

fn text_line(page: &mut String, lead: &str, text: &WordedStep, width: Option<usize>) {
    let hang = anstream::adapter::strip_str(lead).to_string().width();
    let whole = text.to_string();
    let Some(width) = width.filter(|width| hang + whole.width() > *width) else {
        return push(page, &format!("{lead}{whole}"));
    };
    let what = match &text.command {
        Some(_) => format!("{}:", text.what),
        None => whole,
    };
    for (index, row) in wrapped(&what, width.saturating_sub(hang).max(MIN_TEXT)).iter().enumerate() {
        if index == 0 {
            push(page, &format!("{lead}{row}"));
        } else {
            push(page, &format!("{:hang$}{row}", ""));
        }
    }
    if let Some(command) = &text.command {
        push(page, &format!("{:hang$}{command}", ""));
    }
}

fn push(page: &mut String, line: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(page, "{}", line.trim_end_matches(' '));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid_out(width: usize, compose: impl FnOnce(&mut Lines)) -> Vec<String> {
        Lines::of(compose).laid_out(Some(width)).lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_text_goes_on_where_it_began() {
        assert_eq!(
            laid_out(40, |out| out.labelled("Packets", "monday/handoff, one for each who hands passwords over")),
            ["Packets    monday/handoff, one for each", "           who hands passwords over"]
        );
        let mark = "\u{1b}[1mhelp:\u{1b}[0m ";
        assert_eq!(
            laid_out(28, |out| out.at(mark, "Read it, then go on with it.")),
            [&*format!("{mark}Read it, then go on"), "      with it."]
        );
        assert_eq!(laid_out(40, |out| out.text("short")), ["short"]);
        assert_eq!(laid_out(30, |out| out.text("75 writes, 4 calls: none was refused")).len(), 2);
    }

    #[test]
    fn a_command_is_never_broken() {
        let command = "sealoff unseal monday/handoff/default.csv.age -i KEY --letters letters";
        assert_eq!(laid_out(40, |out| out.command(4, command)), [format!("    {command}")]);
        let step = || WordedStep::typed("To hand the new passwords over (index.csv says to whom)", command);
        assert_eq!(
            laid_out(44, |out| out.numbered(3, step())),
            ["  3. To hand the new passwords over", "     (index.csv says to whom):", &format!("     {command}")]
        );
        assert_eq!(Lines::of(|out| out.numbered(3, step())).laid_out(None), format!("  3. {}\n", step()));
    }
}
