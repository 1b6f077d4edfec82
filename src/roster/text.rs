//! Turns the bytes of a file into UTF-8 while they are read. Every byte of the file is hashed once.
//!
//! What cannot be decoded is not replaced by a letter: it becomes the byte 0xFF, which is in no UTF-8, so its row is a defect.
//! UTF-8 itself is passed on unchanged, broken sequences included.
//!
//! Without a byte order mark, a file is ASCII up to the first other byte, and ASCII is the same in UTF-8 and in older encodings.
//! At that byte a window is read, and the window decides the encoding of the rest. The whole file cannot be looked at, because
//! memory is bounded. The decision is safe all the same, because neither encoding reads the letters of the other: in UTF-8, a
//! letter of Windows-1252 is a broken sequence; in Windows-1252, a valid sequence of UTF-8 is treated as undecodable. So a file
//! that mixes both, or that was judged wrongly, has defects, and never a wrong name.

use std::io::{self, Cursor, Read};

use encoding_rs::{
    Decoder, DecoderResult, GBK, SHIFT_JIS, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
};

use super::encoding::{Encoding, is_begun, of_the_first_bytes};
use super::old_encodings::utf8_or_older;
use super::utf16::{UNDECODABLE, Utf16};
use crate::digest::{Digest, Hasher};

/// How many bytes are looked at behind the first byte outside ASCII.
const WINDOW: usize = 256 * 1024;

/// So many letters in front of that byte may be the beginning of its word.
const WORD: usize = 16;

const CHUNK: usize = 32 * 1024;

/// Enough to see a byte order mark, or the letters of a header in UTF-16.
const FIRST_BYTES: usize = 4 * 1024;

/// The text of a list, open for reading.
pub(super) struct Text {
    raw: RawBytes,
    encoding: Encoding,
    byte_order_mark: bool,
    state: DecodingState,
    /// What was read ahead, and is read again.
    head: Cursor<Vec<u8>>,
    /// What was decoded, and is not yet read.
    ready: Cursor<Vec<u8>>,
    /// The last ASCII letters: a word may begin with them.
    before: Vec<u8>,
    /// The digest of the file, where this is another text made from it.
    digest: Option<Digest>,
}

enum DecodingState {
    /// All bytes so far were ASCII.
    Undecided,
    Utf8,
    Utf16(Utf16),
    OneByte(OneByte),
    Streamed(Streamed),
    Ended,
}

impl Text {
    /// Reads the first bytes.
    pub(super) fn new(reader: Box<dyn Read + Send>) -> io::Result<Self> {
        let mut raw = RawBytes { reader, hasher: Hasher::new(), ahead: Cursor::new(Vec::new()) };
        let mut first = Vec::new();
        raw.fill(&mut first, FIRST_BYTES)?;
        let (encoding, mark) = of_the_first_bytes(&first);
        let state = match encoding {
            Encoding::Utf16Le => DecodingState::Utf16(Utf16::new(UTF_16LE)),
            Encoding::Utf16Be => DecodingState::Utf16(Utf16::new(UTF_16BE)),
            Encoding::Utf8 if mark > 0 => DecodingState::Utf8,
            _ => DecodingState::Undecided,
        };
        raw.ahead = Cursor::new(first);
        raw.ahead.set_position(mark as u64);
        let nothing = || Cursor::new(Vec::new());
        Ok(Self {
            raw,
            encoding,
            byte_order_mark: mark > 0,
            state,
            head: nothing(),
            ready: nothing(),
            before: Vec::new(),
            digest: None,
        })
    }

    /// The first bytes of the file, undecoded.
    pub(super) fn first_bytes(&self) -> &[u8] {
        self.raw.ahead.get_ref()
    }

    /// Reads this much text ahead. Returns `true` if it is the whole text.
    pub(super) fn look_ahead(&mut self, bytes: usize) -> io::Result<bool> {
        let mut head = Vec::new();
        let read = self.by_ref().take(bytes as u64).read_to_end(&mut head)?;
        self.head = Cursor::new(head);
        Ok(read < bytes)
    }

    /// What was read ahead.
    pub(super) fn head(&self) -> &[u8] {
        self.head.get_ref()
    }

    /// Skips the first bytes of what was read ahead.
    pub(super) fn pass(&mut self, bytes: usize) {
        self.head.set_position(bytes as u64);
    }

    /// The encoding, as far as the file was read.
    pub(super) const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Whether the file begins with a byte order mark.
    pub(super) const fn byte_order_mark(&self) -> bool {
        self.byte_order_mark
    }

    /// The digest of all bytes that were read.
    pub(super) fn finish(self) -> Digest {
        self.digest.unwrap_or_else(|| self.raw.hasher.finish())
    }

    /// The rest of the text, up to so many bytes.
    pub(super) fn rest(&mut self, max: usize) -> io::Result<Vec<u8>> {
        let mut rest = Vec::new();
        self.take(max as u64).read_to_end(&mut rest)?;
        Ok(rest)
    }

    /// All bytes of the file as they are, up to so many.
    pub(super) fn rest_undecoded(&mut self, max: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.raw.ahead.set_position(0);
        self.raw.fill(&mut bytes, max)?;
        Ok(bytes)
    }

    /// A text in UTF-8 that was made from this one, which was read to its end. It keeps encoding and digest of the file.
    pub(super) fn replaced_by(self, text: Vec<u8>) -> io::Result<Self> {
        let (encoding, byte_order_mark) = (self.encoding, self.byte_order_mark);
        let digest = Some(self.finish());
        let made = Self::new(Box::new(Cursor::new(text)))?;
        Ok(Self { encoding, byte_order_mark, state: DecodingState::Utf8, digest, ..made })
    }

    /// Reads while all bytes so far were ASCII.
    fn read_undecided(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.raw.read(buffer)?;
        let bytes = &buffer[..read];
        // The test of all bytes is many times faster than the search, and nearly always true.
        let ascii = if bytes.is_ascii() { read } else { bytes.iter().take_while(|byte| byte.is_ascii()).count() };
        self.before.extend_from_slice(&bytes[ascii.saturating_sub(WORD)..ascii]);
        self.before.drain(..self.before.len().saturating_sub(WORD));
        if ascii < read {
            let mut window = bytes[ascii..].to_vec();
            let whole = self.raw.fill(&mut window, WINDOW)?;
            self.encoding = utf8_or_older(&[self.before.as_slice(), &window].concat(), whole);
            (self.state, window) = DecodingState::of_window(self.encoding, window);
            self.ready = Cursor::new(window);
        }
        Ok(ascii)
    }

    /// Decodes the next chunk; at the end, what was begun and never ended.
    fn decode(&mut self) -> io::Result<()> {
        let mut chunk = vec![0; CHUNK];
        let read = self.raw.read(&mut chunk)?;
        let chunk = &chunk[..read];
        let decoded = match &mut self.state {
            DecodingState::Utf16(decoder) => decoder.decode(chunk, read == 0),
            DecodingState::OneByte(decoder) if read == 0 => decoder.rest(),
            DecodingState::OneByte(decoder) => decoder.decode(chunk),
            DecodingState::Streamed(decoder) => decoder.decode(chunk, read == 0),
            DecodingState::Undecided | DecodingState::Utf8 | DecodingState::Ended => Vec::new(),
        };
        self.ready = Cursor::new(decoded);
        if read == 0 {
            self.state = DecodingState::Ended;
        }
        Ok(())
    }
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            for waiting in [&mut self.head, &mut self.ready] {
                let read = waiting.read(buffer)?;
                if read > 0 {
                    return Ok(read);
                }
            }
            match self.state {
                DecodingState::Utf8 => return self.raw.read(buffer),
                DecodingState::Ended => return Ok(0),
                DecodingState::Undecided => {
                    let read = self.read_undecided(buffer)?;
                    if read > 0 || matches!(self.state, DecodingState::Undecided) {
                        return Ok(read);
                    }
                }
                DecodingState::Utf16(_) | DecodingState::OneByte(_) | DecodingState::Streamed(_) => self.decode()?,
            }
        }
    }
}

impl DecodingState {
    /// How the rest of a text is decoded, and its window decoded already.
    fn of_window(encoding: Encoding, window: Vec<u8>) -> (Self, Vec<u8>) {
        let one_byte = |encoding| {
            let mut decoder = OneByte::new(encoding);
            let decoded = decoder.decode(&window);
            (Self::OneByte(decoder), decoded)
        };
        let streamed = |encoding: &'static encoding_rs::Encoding| {
            let mut decoder = Streamed(Box::new(encoding.new_decoder_without_bom_handling()));
            let decoded = decoder.decode(&window, false);
            (Self::Streamed(decoder), decoded)
        };
        match encoding {
            Encoding::Windows1252 => one_byte(WINDOWS_1252),
            Encoding::Windows1250 => one_byte(WINDOWS_1250),
            Encoding::Windows1251 => streamed(WINDOWS_1251),
            Encoding::ShiftJis => streamed(SHIFT_JIS),
            Encoding::Gbk => streamed(GBK),
            Encoding::Utf8 | Encoding::Utf16Le | Encoding::Utf16Be => (Self::Utf8, window),
        }
    }
}

/// Decodes an encoding in which the bytes of a letter, or of two, may be those of UTF-8 as well.
struct Streamed(Box<Decoder>);

impl Streamed {
    /// Decodes the next bytes; `last` says that nothing follows them.
    fn decode(&mut self, mut bytes: &[u8], last: bool) -> Vec<u8> {
        let mut text = Vec::new();
        // A letter has three bytes at most, and one or two of them here.
        let mut buffer = vec![0; 3 * bytes.len() + 16];
        loop {
            let (result, read, written) = self.0.decode_to_utf8_without_replacement(bytes, &mut buffer, last);
            bytes = &bytes[read..];
            text.extend_from_slice(&buffer[..written]);
            match result {
                DecoderResult::InputEmpty => return text,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => text.push(UNDECODABLE),
            }
        }
    }
}

/// Decodes an encoding of one byte a letter, in which some bytes have no meaning.
struct OneByte {
    /// The letters of the bytes from 0x80 up.
    letters: Vec<Option<char>>,
    /// The first bytes of what may be a sequence of UTF-8.
    begun: Vec<u8>,
}

impl OneByte {
    fn new(encoding: &'static encoding_rs::Encoding) -> Self {
        let bytes: Vec<u8> = (0x80..=0xff).collect();
        let (letters, _) = encoding.decode_without_bom_handling(&bytes);
        // The library decodes those as control characters, as browsers do.
        Self { letters: letters.chars().map(|c| Some(c).filter(|c| !c.is_control())).collect(), begun: Vec::new() }
    }

    fn decode(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut all = std::mem::take(&mut self.begun);
        all.extend_from_slice(bytes);
        // A sequence has four bytes at most.
        let tail = (1..=all.len().min(3)).rev().find(|length| is_begun(&all[all.len() - length..])).unwrap_or(0);
        self.begun = all.split_off(all.len() - tail);
        self.decode_whole(&all)
    }

    fn rest(&mut self) -> Vec<u8> {
        let rest = std::mem::take(&mut self.begun);
        self.decode_whole(&rest)
    }

    fn decode_whole(&self, bytes: &[u8]) -> Vec<u8> {
        let mut text = Vec::with_capacity(bytes.len() + bytes.len() / 8);
        for chunk in bytes.utf8_chunks() {
            // One file has one encoding.
            text.extend(chunk.valid().bytes().map(|byte| if byte.is_ascii() { byte } else { UNDECODABLE }));
            for byte in chunk.invalid() {
                match self.letters.get(usize::from(byte & 0x7f)).copied().flatten() {
                    Some(letter) => text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
                    None => text.push(UNDECODABLE),
                }
            }
        }
        text
    }
}

/// The bytes of the file: first those that were read ahead, then the rest.
struct RawBytes {
    reader: Box<dyn Read + Send>,
    hasher: Hasher,
    ahead: Cursor<Vec<u8>>,
}

impl RawBytes {
    /// Reads until there are this many bytes. Returns `true` if the file ended before.
    fn fill(&mut self, bytes: &mut Vec<u8>, length: usize) -> io::Result<bool> {
        let missing = length.saturating_sub(bytes.len());
        Ok(self.take(missing as u64).read_to_end(bytes)? < missing)
    }
}

impl Read for RawBytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.ahead.read(buffer)?;
        if read > 0 {
            return Ok(read);
        }
        loop {
            match self.reader.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(read) => {
                    self.hasher.update(&buffer[..read]);
                    return Ok(read);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Hands bytes out in pieces of one size, as a pipe may.
    struct Dripping(Cursor<Vec<u8>>, usize);

    impl Read for Dripping {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let piece = self.1.min(buffer.len());
            self.0.read(&mut buffer[..piece])
        }
    }

    fn read_in_pieces(bytes: &[u8], piece: usize) -> (Vec<u8>, Encoding, Digest) {
        let mut text = Text::new(Box::new(Dripping(Cursor::new(bytes.to_vec()), piece))).unwrap();
        let mut read = Vec::new();
        text.read_to_end(&mut read).unwrap();
        let encoding = text.encoding();
        (read, encoding, text.finish())
    }

    fn read(bytes: &[u8]) -> (Vec<u8>, Encoding) {
        let (text, encoding, digest) = read_in_pieces(bytes, usize::MAX);
        assert_eq!(digest, Digest::of(bytes), "the digest is that of the bytes as they came");
        (text, encoding)
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn every_encoding_reads_the_same() {
        let text = "user,note\njürgen@contoso.com,“Größe” – 5 €\n";
        let windows = WINDOWS_1252.encode(text).0.into_owned();
        let marked = |mark: &[u8], rest: Vec<u8>| [mark, &rest].concat();
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), Encoding::Utf8),
            (marked(b"\xef\xbb\xbf", text.into()), Encoding::Utf8),
            (marked(b"\xff\xfe", utf16(text, false)), Encoding::Utf16Le),
            (marked(b"\xfe\xff", utf16(text, true)), Encoding::Utf16Be),
            (utf16(text, false), Encoding::Utf16Le),
            (utf16(text, true), Encoding::Utf16Be),
            (windows, Encoding::Windows1252),
        ] {
            assert_eq!(read(&bytes), (text.as_bytes().to_vec(), encoding));
        }
    }

    #[test]
    fn older_encodings_are_decoded_in_pieces_of_any_size() {
        for (text, encoding, expected) in [
            ("Paweł Żółkiewski,x\nŁucja,y\n", WINDOWS_1250, Encoding::Windows1250),
            ("Иванова Анна,x\nПетров Павел,y\n", WINDOWS_1251, Encoding::Windows1251),
            ("氏名,x\n山田 太郎,y|ソ\n", SHIFT_JIS, Encoding::ShiftJis),
            ("姓名,x\n张伟,王芳,销售部\n", GBK, Encoding::Gbk),
        ] {
            let bytes = encoding.encode(text).0.into_owned();
            for piece in [1, 2, 3, usize::MAX] {
                let (read, encoding, digest) = read_in_pieces(&bytes, piece);
                assert_eq!((String::from_utf8(read).unwrap().as_str(), encoding), (text, expected));
                assert_eq!(digest, Digest::of(&bytes));
            }
        }
    }

    #[test]
    fn what_cannot_be_decoded_is_marked_and_nothing_else_is() {
        let lone = [utf16("\u{feff}user\n", false), vec![0x00, 0xd8], utf16("a\n", false), vec![b'x']].concat();
        assert_eq!(read(&lone), (b"user\n\xffa\n\xff".to_vec(), Encoding::Utf16Le));
        assert_eq!(
            read(b"J\xfcrgen\x81!\n"),
            ("Jürgen\u{0}!\n".replace('\0', "?").into_bytes(), Encoding::Windows1252).marked(b'?')
        );
        // Both encodings in one file: the letters of the minority are marked.
        assert_eq!(read(b"\xfc \xfc \xfc \xc3\xbc").0, "ü ü ü ??".as_bytes().marked(b'?'));
        assert_eq!(read(b"\xc3\xbc \xc3\xbc \xfc").0, b"\xc3\xbc \xc3\xbc \xfc");
    }

    /// Writes the mark where a sign stands, which no string can hold.
    trait Marked<T> {
        fn marked(self, sign: u8) -> T;
    }

    impl Marked<Vec<u8>> for &[u8] {
        fn marked(self, sign: u8) -> Vec<u8> {
            self.iter().map(|byte| if *byte == sign { UNDECODABLE } else { *byte }).collect()
        }
    }

    impl Marked<(Vec<u8>, Encoding)> for (Vec<u8>, Encoding) {
        fn marked(self, sign: u8) -> (Vec<u8>, Encoding) {
            (self.0.as_slice().marked(sign), self.1)
        }
    }

    #[test]
    fn the_first_letter_may_come_late() {
        let mut bytes = b"user\n".repeat(100_000);
        bytes.extend(b"J\xfcrgen\n");
        let (text, encoding) = read(&bytes);
        assert_eq!((encoding, text.ends_with("Jürgen\n".as_bytes())), (Encoding::Windows1252, true));
    }

    #[test]
    fn what_was_read_ahead_is_read_again() {
        let mut text = Text::new(Box::new(Cursor::new(utf16("user\nada\n", true)))).unwrap();
        assert!(!text.look_ahead(5).unwrap());
        assert_eq!(text.head(), b"user\n");
        text.pass(2);
        let mut rest = String::new();
        text.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "er\nada\n");
    }

    proptest! {
        #[test]
        fn nothing_depends_on_how_the_bytes_arrive(bytes in prop::collection::vec(prop_oneof![Just(0), Just(b'a'), Just(0xc3), Just(0xbc), Just(0xd8), any::<u8>()], 0..60), piece in 1usize..7) {
            prop_assert_eq!(read_in_pieces(&bytes, piece), read_in_pieces(&bytes, usize::MAX));
        }

        #[test]
        fn text_without_flaw_comes_out_as_it_went_in(text in "[ -~éß€山]{1,40}", big: bool) {
            let mark: &[u8] = if big { b"\xfe\xff" } else { b"\xff\xfe" };
            prop_assert_eq!(read(&[mark, &utf16(&text, big)].concat()).0, text.as_bytes());
            prop_assert_eq!(read(&[b"\xef\xbb\xbf", text.as_bytes()].concat()).0, text.as_bytes());
        }
    }
}
