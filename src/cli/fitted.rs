//! Lines that were written for a wide terminal, on a narrow one.

use std::io::{self, IsTerminal as _, Write};

use unicode_width::UnicodeWidthStr as _;

use super::words::{line_width, wrapped};

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

fn fitted(line: &str, width: usize) -> Vec<String> {
    // What is styled was made to fit where it was written.
    if line.width() <= width || is_command(line) || line.contains('\u{1b}') {
        return vec![line.to_owned()];
    }
    let hang = hang(line);
    if let Some((what, command)) = line.split_once(":  ").filter(|(_, command)| is_command(command)) {
        let mut lines = broken(&format!("{what}:"), hang, width);
        lines.push(format!("{:hang$}{command}", ""));
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
    line.starts_with("sealoff ") || line.starts_with("powershell ")
}

/// Where the text begins: behind the last of the columns at the beginning of the line, behind its number, or where it is
/// indented to.
fn hang(line: &str) -> usize {
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
    }

    #[test]
    fn a_command_is_never_broken() {
        let command = "sealoff unseal monday/handoff/default.csv.age -i KEY --letters letters";
        assert_eq!(fitted(&format!("    {command}"), 40), [format!("    {command}")]);
        assert_eq!(
            fitted(&format!("  3. To hand the new passwords over (index.csv says to whom):  {command}"), 44),
            ["  3. To hand the new passwords over", "     (index.csv says to whom):", &format!("     {command}"),]
        );
    }
}
