//! Small text files as editors and shells write them: keys, secrets, settings, lists of names. UTF-8 with or without a byte
//! order mark, and the UTF-16 that `>` of Windows PowerShell writes; lists also in Windows-1252, as rosters are.
//!
//! No buffer grows and no copy of the text is left behind: there may be a secret in it, by purpose or by mistake.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};
use zeroize::Zeroizing;

use crate::roster::encoding::{Encoding, of_the_first_bytes};
use crate::roster::old_encodings::utf8_or_older;

/// What a file that is no text is refused with.
const NOT_TEXT: &str = "it is not text in UTF-8 or UTF-16; save it as UTF-8";

/// What is kept ready for a file that does not say how long it is.
const LENGTH_OF_PIPE: u64 = 64 * 1024;

/// Which letters a text may be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Letters {
    /// UTF-8 and UTF-16 alone: one wrong letter in a secret or a key is another secret.
    Unicode,
    /// Windows-1252, too, where the bytes leave no doubt.
    OrWindows1252,
}

/// The bytes of a file, of at most this many.
///
/// # Errors
///
/// It cannot be read, or it is larger.
pub(crate) fn content(path: &Path, max_bytes: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    content_of(File::open(path)?, max_bytes)
}

/// The same of a file that is open.
///
/// # Errors
///
/// As [`content`].
pub(crate) fn content_of(file: File, max_bytes: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    // A pipe has no length. With room for one byte more than the file has, the buffer does not grow at its end.
    let length = match file.metadata()?.len() {
        0 => LENGTH_OF_PIPE,
        length => length,
    };
    let mut content = Zeroizing::new(Vec::with_capacity(usize::try_from(length.min(max_bytes)).unwrap_or(0) + 2));
    let read = file.take(max_bytes + 1).read_to_end(&mut content)?;
    if read as u64 > max_bytes {
        return Err(io::Error::other(format!("it is larger than {}", size_in_words(max_bytes))));
    }
    Ok(content)
}

fn size_in_words(bytes: u64) -> String {
    const KILOBYTE: u64 = 1024;
    match bytes / (KILOBYTE * KILOBYTE) {
        0 => format!("{} KB", bytes / KILOBYTE),
        megabytes => format!("{megabytes} MB"),
    }
}

/// The text of a small file.
///
/// # Errors
///
/// It cannot be read, it is larger than `max_bytes`, or it is no text.
pub(crate) fn read(path: &Path, max_bytes: u64, letters: Letters) -> io::Result<Zeroizing<String>> {
    text_of(&content(path, max_bytes)?, letters)
}

/// The text of these bytes, without its byte order mark. Line ends stay as they are.
///
/// # Errors
///
/// They are no text in these letters.
pub(crate) fn text_of(content: &[u8], letters: Letters) -> io::Result<Zeroizing<String>> {
    let not_text = || io::Error::new(io::ErrorKind::InvalidData, NOT_TEXT);
    let (encoding, mark) = of_the_first_bytes(content);
    let content = &content[mark..];
    let decoder = match encoding {
        Encoding::Utf16Le => UTF_16LE,
        Encoding::Utf16Be => UTF_16BE,
        _ if std::str::from_utf8(content).is_ok() => encoding_rs::UTF_8,
        _ if letters == Letters::OrWindows1252 && mark == 0 && utf8_or_older(content, true) != Encoding::Utf8 => {
            WINDOWS_1252
        }
        _ => return Err(not_text()),
    };
    let mut decoder = decoder.new_decoder_without_bom_handling();
    let needed = decoder.max_utf8_buffer_length_without_replacement(content.len()).ok_or_else(not_text)?;
    let mut text = Zeroizing::new(String::with_capacity(needed));
    match decoder.decode_to_string_without_replacement(content, &mut text, true).0 {
        encoding_rs::DecoderResult::InputEmpty if !text.contains('\0') => Ok(text),
        _ => Err(not_text()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    fn unicode(bytes: &[u8]) -> Option<String> {
        text_of(bytes, Letters::Unicode).ok().map(|text| text.to_string())
    }

    #[test]
    fn a_text_is_the_same_in_every_encoding_of_unicode() {
        let text = "# Schlüssel 山\r\nAGE-SECRET-KEY-1\r\n";
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            [&b"\xff\xfe"[..], &utf16(text, false)].concat(),
            [&b"\xfe\xff"[..], &utf16(text, true)].concat(),
            utf16(text, false),
        ] {
            assert_eq!(unicode(&bytes).as_deref(), Some(text), "{bytes:x?}");
        }
        assert_eq!(unicode(b"").as_deref(), Some(""));
    }

    #[test]
    fn what_is_no_text_is_refused_and_a_list_may_be_in_windows_1252() {
        for bytes in [&b"J\xfcrgen"[..], b"\xff\xfea", b"\xff\xfe\x00\xd8", b"a\0b\0\0\0", b"\x30\x82\xff\xff"] {
            assert_eq!(unicode(bytes), None, "{bytes:x?}");
        }
        let list = |bytes| text_of(bytes, Letters::OrWindows1252).ok().map(|text| text.to_string());
        assert_eq!(list(b"J\xfcrgen\n").as_deref(), Some("Jürgen\n"));
        assert_eq!(list("Jürgen".as_bytes()).as_deref(), Some("Jürgen"));
        assert_eq!(list("ü ü \u{fffd}".as_bytes()).as_deref(), Some("ü ü \u{fffd}"));
        assert_eq!(list(b"\xc3\xbc \xc3\xbc \xfc"), None, "one file has one encoding");
    }

    #[test]
    fn a_file_that_is_too_large_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list");
        std::fs::write(&path, "x".repeat(2048)).unwrap();
        assert_eq!(read(&path, 2048, Letters::Unicode).unwrap().len(), 2048);
        let error = read(&path, 2047, Letters::Unicode).unwrap_err().to_string();
        assert_eq!(error, "it is larger than 1 KB");
    }

    proptest! {
        #[test]
        fn no_buffer_grows(text in "[ -~éß€山]{1,40}", big: bool) {
            let bytes = [if big { b"\xfe\xff" } else { b"\xff\xfe" }.as_slice(), &utf16(&text, big)].concat();
            prop_assert_eq!(unicode(&bytes), Some(text));
        }
    }
}
