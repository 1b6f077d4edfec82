//! A page of the manual, laid out for a terminal or a pipe.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

use crate::manual::block::{Block, Look, Row, Span};

const HEADING: Style = Style::new().bold();
const CODE: Style = AnsiColor::Cyan.on_default();
/// The gap between two columns of a table.
const GAP: usize = 2;
/// A column of a table is never made narrower than this.
const MIN_COLUMN: usize = 10;

/// The page in lines of at most `width` columns; lines of code stay as they are, because they are there to be copied.
pub(super) fn laid_out(blocks: &[Block], width: usize) -> String {
    let mut page = String::new();
    for (index, block) in blocks.iter().enumerate() {
        let follows_item = index > 0 && matches!((&blocks[index - 1], block), (Block::Item(..), Block::Item(..)));
        if index > 0 && !follows_item {
            page.push('\n');
        }
        match block {
            Block::Heading(level, spans) => {
                let text = plain(spans);
                let text = if *level == 1 { text.to_uppercase() } else { text };
                page.push_str(&format!("{HEADING}{text}{HEADING:#}\n"));
            }
            Block::Paragraph(spans) => lines_of(&mut page, spans, "  ", "  ", width),
            Block::Item(mark, spans) => {
                let lead = format!("  {mark} ");
                lines_of(&mut page, spans, &lead, &" ".repeat(lead.len()), width);
            }
            Block::Code(_, text) => text.lines().for_each(|line| page.push_str(&format!("    {line}\n"))),
            Block::Table(rows) => table(&mut page, rows, width.saturating_sub(2)),
        }
    }
    page
}

fn plain(spans: &[Span]) -> String {
    spans.iter().map(|span| span.text.as_str()).collect()
}

/// One word, which may be of several looks.
type Word = Vec<Span>;

fn words(spans: &[Span]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open = false;
    for span in spans {
        // Code that is a whole command stays together as far as its words go.
        for (index, part) in span.text.split(' ').enumerate() {
            if index > 0 {
                open = false;
            }
            if part.is_empty() {
                continue;
            }
            let piece = Span { look: span.look, text: part.to_owned() };
            match words.last_mut().filter(|_| open) {
                Some(word) => word.push(piece),
                None => words.push(vec![piece]),
            }
            open = true;
        }
    }
    words
}

fn width_of(word: &[Span]) -> usize {
    word.iter().map(|span| span.text.width()).sum()
}

fn styled(word: &[Span]) -> String {
    word.iter()
        .map(|span| match span.look {
            Look::Plain => span.text.clone(),
            Look::Emphasis => format!("{HEADING}{}{HEADING:#}", span.text),
            Look::Code => format!("{CODE}{}{CODE:#}", span.text),
        })
        .collect()
}

/// The text in lines of at most `width` columns, each with its own number of columns; a longer word runs over.
fn wrapped(spans: &[Span], width: usize) -> Vec<(String, usize)> {
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0);
    for word in words(spans) {
        let needed = width_of(&word);
        if used > 0 && used + 1 + needed > width {
            lines.push((std::mem::take(&mut line), std::mem::take(&mut used)));
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(&styled(&word));
        used += needed;
    }
    lines.push((line, used));
    lines
}

fn lines_of(page: &mut String, spans: &[Span], first: &str, next: &str, width: usize) {
    for (index, (line, _)) in wrapped(spans, width.saturating_sub(first.width())).into_iter().enumerate() {
        page.push_str(&format!("{}{line}\n", if index == 0 { first } else { next }));
    }
}

fn table(page: &mut String, rows: &[Row], width: usize) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    // A column in which nothing stands below its head is left out.
    let shown: Vec<usize> = (0..columns)
        .filter(|column| rows.iter().any(|row| row.get(*column).is_some_and(|cell| !plain(cell).is_empty())))
        .collect();
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| plain(cell).width()).max().unwrap_or_default()
    };
    let mut widths: Vec<usize> = shown.iter().map(|column| widest(*column)).collect();
    let gaps = GAP * shown.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > width {
        let Some(largest) = widths.iter_mut().max().filter(|largest| **largest > MIN_COLUMN) else { break };
        *largest -= 1;
    }
    for (index, row) in rows.iter().enumerate() {
        let cells: Vec<Vec<(String, usize)>> = shown
            .iter()
            .zip(&widths)
            .map(|(column, width)| row.get(*column).map_or_else(Vec::new, |cell| wrapped(cell, *width)))
            .collect();
        for line in 0..cells.iter().map(Vec::len).max().unwrap_or_default() {
            let mut text = "  ".to_owned();
            for (cell, width) in cells.iter().zip(&widths) {
                let (part, used) = cell.get(line).cloned().unwrap_or_default();
                let part = if index == 0 { format!("{HEADING}{part}{HEADING:#}") } else { part };
                text.push_str(&part);
                text.push_str(&" ".repeat((width + GAP).saturating_sub(used)));
            }
            page.push_str(text.trim_end());
            page.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manual::TOPICS;
    use crate::manual::block::blocks;

    fn bare(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn text_wraps_and_code_does_not() {
        let page = "# Title\n\nOne two three four.\n\n- an item that is long\n\n```sh\na very long command line\n```\n";
        let expected =
            "TITLE\n\n  One two three\n  four.\n\n  - an item that\n    is long\n\n    a very long command line\n";
        assert_eq!(bare(&laid_out(&blocks(page), 16)), expected);
    }

    #[test]
    fn a_table_shares_the_columns_there_are() {
        let page = "| name | meaning | |\n| - | - | - |\n| `a` | some words that need a second line | |\n";
        let expected = "  name  meaning\n  a     some words that\n        need a second\n        line\n";
        assert_eq!(bare(&laid_out(&blocks(page), 24)), expected);
    }

    #[test]
    fn no_line_of_the_manual_is_too_wide_but_for_code_and_long_words() {
        for topic in TOPICS {
            let blocks = blocks(topic.text);
            let page = bare(&laid_out(&blocks, 80));
            let too_wide = |line: &&str| line.width() > 80 && !line.starts_with("    ") && line.trim().contains(' ');
            let wide: Vec<&str> = page.lines().filter(too_wide).collect();
            assert!(wide.len() <= 2, "{}: {wide:#?}", topic.name);
        }
    }
}
