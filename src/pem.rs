//! PEM: the blocks between the lines `-----BEGIN …-----` and `-----END …-----`.
//!
//! Text around the blocks is skipped: programs write it there (`Bag Attributes`, the certificate in words).

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

/// Files from other programs sometimes lack the last `=`.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// One block.
pub(crate) struct Block<'a> {
    /// What the first line calls it, such as `CERTIFICATE`.
    pub(crate) label: &'a str,
    /// The content; `None` where it is no base64, as in a block with headers, or has no end.
    pub(crate) content: Option<Zeroizing<Vec<u8>>>,
}

/// Whether there is a block in the text at all.
pub(crate) fn is_in(text: &[u8]) -> bool {
    text.windows(BEGIN.len()).any(|window| window == BEGIN.as_bytes())
}

/// All blocks of a text, in order.
pub(crate) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(BEGIN) {
        let after = &rest[at + BEGIN.len()..];
        let Some((label, body)) = after.split_once(DASHES).filter(|(label, _)| !label.contains(['\n', '\r'])) else {
            rest = after;
            continue;
        };
        let end = body.find(END);
        blocks.push(Block { label, content: end.and_then(|end| decode(&body[..end])) });
        rest = &body[end.unwrap_or(body.len())..];
    }
    blocks
}

fn decode(body: &str) -> Option<Zeroizing<Vec<u8>>> {
    // Both buffers have their full size from the beginning: a buffer that grows leaves copies of a key behind.
    let mut compact = Zeroizing::new(Vec::with_capacity(body.len()));
    compact.extend(body.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    let mut content = Zeroizing::new(Vec::with_capacity(compact.len() / 4 * 3 + 3));
    LENIENT.decode_vec(&*compact, &mut content).ok()?;
    Some(content)
}

/// Binary content as a block of PEM, lines ended by a line feed.
#[cfg(test)]
pub(crate) fn encode(label: &str, content: &[u8]) -> String {
    const LINE: usize = 64;
    let encoded = base64::engine::general_purpose::STANDARD.encode(content);
    let mut text = String::with_capacity(encoded.len() + encoded.len() / LINE + 2 * label.len() + 40);
    text += &format!("{BEGIN}{label}{DASHES}\n");
    for line in encoded.as_bytes().chunks(LINE) {
        text.extend(line.iter().copied().map(char::from));
        text.push('\n');
    }
    text += &format!("{END}{label}{DASHES}\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded_amid_other_text(content in prop::collection::vec(any::<u8>(), 0..300)) {
            let text = format!("Bag Attributes\r\n{}\nsubject=x\n{}", encode("A B", &content), encode("C", b"x"));
            let blocks = blocks(&text);
            prop_assert_eq!(blocks.len(), 2);
            prop_assert_eq!(blocks[0].label, "A B");
            prop_assert_eq!(&**blocks[0].content.as_ref().unwrap(), &content);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "(-----BEGIN |-----END |-----|A|\n|é|AAA=){0,20}") {
            let _ = blocks(&text);
        }
    }

    #[test]
    fn a_block_without_an_end_or_with_headers_has_no_content() {
        for text in ["-----BEGIN A-----\nAAAA", "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END A-----"] {
            assert!(blocks(text)[0].content.is_none());
        }
        assert!(blocks("-----BEGIN A\n-----").is_empty() && !is_in(b"nothing") && is_in(text().as_bytes()));
    }

    fn text() -> String {
        encode("A", b"")
    }
}
