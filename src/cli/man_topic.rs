//! A page of the manual as `sealoff-TOPIC(7)`.

use roff::{Inline, Roff, bold, italic, roman};

use crate::manual::Topic;
use crate::manual::block::{Block, Look, Row, Span, blocks};

/// The page as roff.
pub(super) fn rendered(topic: &Topic) -> String {
    let mut page = Roff::new();
    let name = format!("sealoff-{}", topic.name);
    page.control("TH", [name.as_str(), "7", "", concat!("sealoff ", env!("CARGO_PKG_VERSION")), "sealoff"]);
    page.control("SH", ["NAME"]);
    page.text([roman(format!("{name} - {}", topic.line))]);
    for block in blocks(topic.text) {
        add(&mut page, &block);
    }
    page.to_roff()
}

fn add(page: &mut Roff, block: &Block) {
    match block {
        Block::Heading(1, spans) => {
            page.control("SH", [plain(spans).to_uppercase().as_str()]);
        }
        Block::Heading(2, spans) => {
            page.control("SH", [plain(spans).as_str()]);
        }
        Block::Heading(_, spans) => {
            page.control("SS", [plain(spans).as_str()]);
        }
        Block::Paragraph(spans) => {
            page.control("PP", []);
            page.text(inlines(spans));
        }
        Block::Item(mark, spans) => {
            page.control("IP", [mark.as_str(), "4"]);
            page.text(inlines(spans));
        }
        Block::Code(_, text) => {
            page.control("PP", []);
            page.control("nf", []);
            page.control("RS", ["4"]);
            for line in text.lines() {
                page.text([roman(line)]);
            }
            page.control("RE", []);
            page.control("fi", []);
        }
        Block::Table(rows) => rows.iter().skip(1).for_each(|row| add_row(page, row)),
    }
}

/// A row is a paragraph: its first cell, and the others indented below it.
fn add_row(page: &mut Roff, row: &Row) {
    let mut cells = row.iter().filter(|cell| !plain(cell).is_empty());
    let Some(first) = cells.next() else { return };
    page.control("TP", []);
    page.text(inlines(first));
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            page.control("br", []);
        }
        page.text(inlines(cell));
    }
}

fn plain(spans: &[Span]) -> String {
    spans.iter().map(|span| span.text.as_str()).collect()
}

fn inlines(spans: &[Span]) -> Vec<Inline> {
    let inline = |span: &Span| match span.look {
        Look::Plain => roman(span.text.as_str()),
        Look::Emphasis => italic(span.text.as_str()),
        Look::Code => bold(span.text.as_str()),
    };
    spans.iter().map(inline).collect()
}
