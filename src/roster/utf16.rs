//! Decodes UTF-16, and notices where text of one byte a letter was appended to it.

use encoding_rs::{Decoder, DecoderResult, Encoding};

/// Stands for every byte that cannot be decoded: it is in no UTF-8.
pub(super) const UNDECODABLE: u8 = 0xff;

/// Decodes UTF-16 as it arrives.
///
/// ASCII that was appended decodes to East Asian letters, two bytes to each, and its line ends vanish: two people would become
/// one row. So a line end that is read out of step counts as undecodable, and ends the line.
pub(super) struct Utf16 {
    decoder: Box<Decoder>,
    big: bool,
    /// The letter before the next one.
    before: char,
}

impl Utf16 {
    pub(super) fn new(encoding: &'static Encoding) -> Self {
        let big = encoding == encoding_rs::UTF_16BE;
        Self { decoder: Box::new(encoding.new_decoder_without_bom_handling()), big, before: '\0' }
    }

    /// Decodes the next bytes; `last` says that nothing follows them.
    pub(super) fn decode(&mut self, mut bytes: &[u8], last: bool) -> Vec<u8> {
        let mut text = Vec::new();
        // A unit has two bytes and becomes three at most; one more unit may be left from before.
        let mut buffer = vec![0; 2 * bytes.len() + 16];
        loop {
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(bytes, &mut buffer, last);
            bytes = &bytes[read..];
            self.pass_on(&buffer[..written], &mut text);
            match result {
                DecoderResult::InputEmpty => return text,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => text.push(UNDECODABLE),
            }
        }
    }

    fn pass_on(&mut self, decoded: &[u8], text: &mut Vec<u8>) {
        // A line end out of step is a letter outside ASCII.
        if decoded.is_ascii() {
            self.before = decoded.last().map_or(self.before, |byte| char::from(*byte));
            return text.extend_from_slice(decoded);
        }
        // What the decoder gives is UTF-8 without flaw.
        for letter in decoded.utf8_chunks().flat_map(|chunk| chunk.valid().chars()) {
            if self.is_a_line_end_out_of_step(letter) {
                text.extend_from_slice(&[UNDECODABLE, b'\n']);
            } else {
                text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
            self.before = letter;
        }
    }

    /// Whether the bytes of the letter are CR and LF in either order, or the letter before ends with CR and this one begins with
    /// LF. Text in UTF-16 has neither: no letter has the bytes of the first, and the letters of the second belong to scripts
    /// that are not used together.
    fn is_a_line_end_out_of_step(&self, letter: char) -> bool {
        if matches!(letter, '\u{d0a}' | '\u{a0d}') {
            return true;
        }
        let plain = |byte: u8| byte.is_ascii_graphic();
        match (self.bytes(self.before), self.bytes(letter)) {
            (Some([first, b'\r']), Some([b'\n', last])) => plain(first) && plain(last),
            _ => false,
        }
    }

    /// The two bytes of a letter, as the file has them.
    fn bytes(&self, letter: char) -> Option<[u8; 2]> {
        let unit = u16::try_from(u32::from(letter)).ok()?;
        Some(if self.big { unit.to_be_bytes() } else { unit.to_le_bytes() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{UTF_16BE, UTF_16LE};

    fn wide(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn lines_of_ascii_behind_utf_16_stay_lines_and_none_of_them_is_text() {
        for big in [false, true] {
            for piece in [1, 2, 3, usize::MAX] {
                let mut decoder = Utf16::new(if big { UTF_16BE } else { UTF_16LE });
                let bytes =
                    [wide("user\r\nada@b.cd\r\n", big), b"grace@b.cd\r\nbob@b.c\r\neve@b.c\r\n".to_vec()].concat();
                let mut text: Vec<u8> =
                    bytes.chunks(piece.min(bytes.len())).flat_map(|part| decoder.decode(part, false)).collect();
                text.extend(decoder.decode(&[], true));
                assert!(text.starts_with(b"user\r\nada@b.cd\r\n"), "{text:?}");
                let lines: Vec<&[u8]> = text[16..].split(|byte| *byte == b'\n').collect();
                // The last is what is behind the last line end.
                assert_eq!(lines.len(), 4, "{big} {piece} {:?}", String::from_utf8_lossy(&text));
                assert!(lines[..3].iter().all(|line| line.ends_with(&[UNDECODABLE])), "{text:?}");
            }
        }
    }

    #[test]
    fn honest_letters_with_such_bytes_stay() {
        for text in ["č, Ċ, 不, \u{0a21}, \u{0d21}\u{0d21}, 山田", "\u{0a05}\u{0a35}\u{0d15}\r\n"] {
            for big in [false, true] {
                let mut decoder = Utf16::new(if big { UTF_16BE } else { UTF_16LE });
                assert_eq!(decoder.decode(&wide(text, big), true), text.as_bytes(), "{text}");
            }
        }
    }
}
