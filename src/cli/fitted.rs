//! Lines that were written for a wide terminal, on a narrow one.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write};

use unicode_width::UnicodeWidthStr as _;

use super::terminal_text::{error_width, line_width, wrapped};

/// Writes what is composed; on a terminal, lines that do not fit go on under the place where their text began. A command to
/// copy is never broken: it stands on a line of its own, as long as it is.
pub(super) fn write(out: &mut impl Write, compose: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
    let mut text = Vec::new();
    compose(&mut text)?;
    if !io::stdout().is_terminal() {
        return out.write_all(&text);
    }
    let width = line_width();
    for line in String::from_utf8_lossy(&text).lines() {
        for line in fitted(line, width) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

/// The same text for standard error.
pub(super) fn for_standard_error(text: &str) -> Cow<'_, str> {
    match error_width() {
        Some(width) => Cow::Owned(text.split('\n').flat_map(|line| fitted(line, width)).collect::<Vec<_>>().join("\n")),
        None => Cow::Borrowed(text),
    }
}

fn fitted(line: &str, width: usize) -> Vec<String> {
    // What is styled was made to fit where it was written.
    if line.width() <= width || is_command(line) || line.contains('\u{1b}') {
        return vec![line.to_owned()];
    }
    let hang = hang(line);
    let command = line.match_indices(": ").map(|(place, _)| place + 1).find(|place| is_command(&line[*place..]));
    if let Some((what, command)) = command.map(|place| line.split_at(place)) {
        let mut lines = broken(what, hang, width);
        lines.push(format!("{:hang$}{}", "", command.trim_start()));
        return lines;
    }
    broken(line, hang, width)
}

fn broken(line: &str, hang: usize, width: usize) -> Vec<String> {
    let (lead, text) = line.split_at(hang);
    let lines = wrapped(text, width.saturating_sub(lead.width()).max(20));
    let lead_of = |index: usize| if index == 0 { lead.to_owned() } else { " ".repeat(lead.width()) };
    lines.iter().enumerate().map(|(index, line)| format!("{}{line}", lead_of(index))).collect()
}

fn is_command(line: &str) -> bool {
    let line = line.trim_start();
    COMMANDS.iter().any(|name| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')))
}

/// A line that a reader types begins with one of these.
const COMMANDS: [&str; 7] = ["sealoff", "powershell", "export", "az", "openssl", "chmod", "timedatectl"];
/// What a message begins with.
const MARKS: [&str; 4] = ["error: ", "help: ", "warning: ", "note: "];

/// Where the text begins: behind the mark of a message, the last of the columns at the beginning of the line or its number, or where it is
/// indented to.
fn hang(line: &str) -> usize {
    if let Some(mark) = MARKS.iter().find(|mark| line.starts_with(**mark)) {
        return mark.len();
    }
    let indent = line.len() - line.trim_start_matches(' ').len();
    let number =
        line[indent..].find(". ").filter(|place| line[indent..indent + place].bytes().all(|c| c.is_ascii_digit()));
    if let Some(place) = number.filter(|place| *place > 0) {
        return indent + place + 2;
    }
    // A column ends with two blanks or more; there are no more than two before the text.
    let mut begins = indent;
    for _ in 0..2 {
        let Some(gap) = line[begins..].find("  ") else { break };
        let after = begins + gap;
        let text = after + (line[after..].len() - line[after..].trim_start_matches(' ').len());
        if text > 24 || text == line.len() {
            break;
        }
        begins = text;
    }
    begins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_on_where_its_text_began() {
        assert_eq!(
            fitted("Packets    monday/handoff, one for each who hands passwords over", 40),
            ["Packets    monday/handoff, one for each", "           who hands passwords over"]
        );
        assert_eq!(
            fitted("done            38  every planned step is done", 40),
            ["done            38  every planned step", "                    is done"]
        );
        assert_eq!(
            fitted("75 writes in under a second, 4 calls, none", 30),
            ["75 writes in under a second, 4", "calls, none"]
        );
        assert_eq!(fitted("short", 40), ["short"]);
        assert_eq!(fitted("help: Read it, then go on with it.", 28), ["help: Read it, then go on", "      with it."]);
    }

    #[test]
    fn a_command_is_never_broken() {
        let command = "sealoff unseal monday/handoff/default.csv.age -i KEY --letters letters";
        assert_eq!(fitted(&format!("    {command}"), 40), [format!("    {command}")]);
        assert_eq!(
            fitted(&format!("  3. To hand the new passwords over (index.csv says to whom):  {command}"), 44),
            ["  3. To hand the new passwords over", "     (index.csv says to whom):", &format!("     {command}"),]
        );
        assert_eq!(
            fitted("help: Approve with: sealoff apply monday --confirm 40", 30),
            ["help: Approve with:", "      sealoff apply monday --confirm 40"]
        );
    }
}
