//! A page of the manual as blocks, for the terminal and for man pages alike.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A run of text of one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// How it looks.
    pub look: Look,
    /// The text, without line ends.
    pub text: String,
}

/// How a span looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// As the text around it.
    Plain,
    /// Emphasis.
    Emphasis,
    /// Something to type, or a name of a file, a column, a permission.
    Code,
}

/// One block of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading: 1 is the page's title.
    Heading(u8, Vec<Span>),
    /// Running text.
    Paragraph(Vec<Span>),
    /// Lines that are kept as they are, and what the fence says of them.
    Code(String, String),
    /// One item of a list: its mark, and its text.
    Item(String, Vec<Span>),
    /// A table: its head, then its rows.
    Table(Vec<Row>),
}

/// The cells of one row of a table.
pub type Row = Vec<Vec<Span>>;

/// Reads a page.
pub fn blocks(markdown: &str) -> Vec<Block> {
    let mut reader = Reader::default();
    Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS).for_each(|event| reader.take(event));
    reader.blocks
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    spans: Vec<Span>,
    looks: Vec<Look>,
    /// The next number of each list that is open; `None` where it has bullets.
    lists: Vec<Option<u64>>,
    mark: Option<String>,
    fence: Option<String>,
    rows: Vec<Row>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Code(text) => self.push(Look::Code, &text),
            Event::Text(text) if self.fence.is_some() => self.push(Look::Plain, &text),
            Event::Text(text) => self.push(self.looks.last().copied().unwrap_or(Look::Plain), &text),
            Event::SoftBreak | Event::HardBreak => self.push(Look::Plain, " "),
            Event::TaskListMarker(_) => self.mark = Some("[ ]".to_owned()),
            _ => {}
        }
    }

    fn push(&mut self, look: Look, text: &str) {
        self.spans.push(Span { look, text: text.to_owned() });
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Emphasis | Tag::Strong => self.looks.push(Look::Emphasis),
            Tag::List(first) => {
                // The text of an item that holds a list of its own comes before that list.
                self.end_item();
                self.lists.push(first);
            }
            Tag::Item => {
                let indent = "  ".repeat(self.lists.len().saturating_sub(1));
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}.", *number - 1)
                    }
                    _ => "-".to_owned(),
                };
                self.mark = Some(format!("{indent}{mark}"));
            }
            Tag::CodeBlock(kind) => {
                self.end_item();
                self.fence = Some(match kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                });
            }
            Tag::TableHead | Tag::TableRow => self.rows.push(Row::new()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Emphasis | TagEnd::Strong => drop(self.looks.pop()),
            TagEnd::Heading(level) => {
                let level = match level {
                    HeadingLevel::H1 => 1,
                    HeadingLevel::H2 => 2,
                    _ => 3,
                };
                let spans = std::mem::take(&mut self.spans);
                self.blocks.push(Block::Heading(level, spans));
            }
            TagEnd::Paragraph if self.mark.is_none() => {
                let spans = std::mem::take(&mut self.spans);
                self.blocks.push(Block::Paragraph(spans));
            }
            TagEnd::Paragraph | TagEnd::Item => self.end_item(),
            TagEnd::List(_) => drop(self.lists.pop()),
            TagEnd::CodeBlock => {
                let text: String = self.spans.drain(..).map(|span| span.text).collect();
                self.blocks.push(Block::Code(self.fence.take().unwrap_or_default(), text));
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.spans);
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Table => self.blocks.push(Block::Table(std::mem::take(&mut self.rows))),
            _ => {}
        }
    }

    fn end_item(&mut self) {
        if let Some(mark) = self.mark.take().filter(|_| !self.spans.is_empty()) {
            self.blocks.push(Block::Item(mark, std::mem::take(&mut self.spans)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(spans: &[Span]) -> String {
        spans.iter().map(|span| span.text.as_str()).collect()
    }

    #[test]
    fn a_page_becomes_its_blocks() {
        let page = "# Title\n\nSome *text* and `code`\nwrapped.\n\n1. one\n2. two\n\n- [ ] to do\n\n```sh\nls\n```\n\n| a | b |\n| - | - |\n| c | d |\n";
        let blocks = blocks(page);
        assert!(matches!(&blocks[0], Block::Heading(1, spans) if text(spans) == "Title"));
        assert!(matches!(&blocks[1], Block::Paragraph(spans) if text(spans) == "Some text and code wrapped."));
        assert!(matches!(&blocks[2], Block::Item(mark, spans) if mark == "1." && text(spans) == "one"));
        assert!(matches!(&blocks[4], Block::Item(mark, spans) if mark == "[ ]" && text(spans).trim() == "to do"));
        assert_eq!(blocks[5], Block::Code("sh".to_owned(), "ls\n".to_owned()));
        assert!(matches!(&blocks[6], Block::Table(rows) if rows.len() == 2 && text(&rows[1][1]) == "d"));
        assert_eq!(blocks.len(), 7);
    }

    #[test]
    fn every_topic_has_a_title_and_lines_that_fit_a_terminal() {
        for topic in crate::manual::TOPICS {
            let blocks = blocks(topic.text);
            assert!(matches!(blocks[0], Block::Heading(1, _)), "{} has no title", topic.name);
            assert!(topic.line.len() <= 64, "{}: its line is too long", topic.name);
        }
    }
}
