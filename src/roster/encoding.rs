//! The encodings of a list, and how the encoding is detected.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The encoding of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize, strum::Display)]
pub enum Encoding {
    /// UTF-8, and plain ASCII with it.
    #[serde(rename = "utf-8")]
    #[strum(to_string = "UTF-8")]
    Utf8,
    /// UTF-16, the lower byte first: `>` and `Out-File` of Windows PowerShell, "Unicode text" of Excel.
    #[serde(rename = "utf-16le")]
    #[strum(to_string = "UTF-16 LE")]
    Utf16Le,
    /// UTF-16, the higher byte first.
    #[serde(rename = "utf-16be")]
    #[strum(to_string = "UTF-16 BE")]
    Utf16Be,
    /// One byte a letter, as Western European Windows programs write "CSV" and "ANSI".
    #[serde(rename = "windows-1252")]
    #[strum(to_string = "Windows-1252")]
    Windows1252,
    /// Central European Windows programs: Polish, Czech, Hungarian.
    #[serde(rename = "windows-1250")]
    #[strum(to_string = "Windows-1250")]
    Windows1250,
    /// Cyrillic Windows programs.
    #[serde(rename = "windows-1251")]
    #[strum(to_string = "Windows-1251")]
    Windows1251,
    /// Japanese Windows programs.
    #[serde(rename = "shift-jis")]
    #[strum(to_string = "Shift-JIS")]
    ShiftJis,
    /// Chinese Windows programs.
    #[serde(rename = "gbk")]
    #[strum(to_string = "GBK")]
    Gbk,
}

/// The encoding that the first bytes show, and the length of its byte order mark. Without a mark it is UTF-8 until a later
/// byte shows something else.
pub(crate) fn of_the_first_bytes(head: &[u8]) -> (Encoding, usize) {
    match head {
        [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
        [0xff, 0xfe, ..] => (Encoding::Utf16Le, 2),
        [0xfe, 0xff, ..] => (Encoding::Utf16Be, 2),
        _ => (unmarked_utf16(head).unwrap_or(Encoding::Utf8), 0),
    }
}

/// This many pairs of ASCII letters in a row are not UTF-16: as UTF-16 they would be ideographs, and four such ideographs
/// hardly ever follow one another.
const ASCII_RUN: usize = 4;

/// In Latin letters in UTF-16, every second byte is NUL. No other text has that.
///
/// The text has to begin so: Windows PowerShell appends UTF-16 (`>>`) to a list in ASCII. Read as UTF-16 from the beginning,
/// such a list would lose the people of its ASCII part.
fn unmarked_utf16(head: &[u8]) -> Option<Encoding> {
    let pairs = head[..head.len().min(1024)].chunks_exact(2);
    let begins_well = pairs.clone().next().is_some_and(|pair| (pair[0] == 0) != (pair[1] == 0));
    if !begins_well || longest_run(pairs.clone().map(|pair| pair.iter().all(|b| is_ascii_text(*b)))) >= ASCII_RUN {
        return None;
    }
    let (mut higher, mut lower, count) = (0, 0, pairs.len());
    for pair in pairs {
        higher += usize::from(pair[0] == 0 && pair[1] != 0);
        lower += usize::from(pair[0] != 0 && pair[1] == 0);
    }
    if count < 2 {
        return None;
    }
    match (higher * 2 > count, lower * 2 > count) {
        (true, false) if lower * 8 <= higher => Some(Encoding::Utf16Be),
        (false, true) if higher * 8 <= lower => Some(Encoding::Utf16Le),
        _ => None,
    }
}

fn longest_run(marks: impl Iterator<Item = bool>) -> usize {
    let runs = marks.scan(0, |run, marked| {
        *run = if marked { *run + 1 } else { 0 };
        Some(*run)
    });
    runs.max().unwrap_or(0)
}

const fn is_ascii_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// Whether more bytes could make a sequence of UTF-8 of these.
pub(super) fn is_begun(bytes: &[u8]) -> bool {
    !bytes.is_empty() && std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_or_the_places_of_the_nul_bytes_show_utf_16() {
        assert_eq!(of_the_first_bytes(b"\xef\xbb\xbfuser"), (Encoding::Utf8, 3));
        assert_eq!(of_the_first_bytes(b"\xff\xfeu\0"), (Encoding::Utf16Le, 2));
        assert_eq!(of_the_first_bytes(b"\xfe\xff\0u"), (Encoding::Utf16Be, 2));
        assert_eq!(of_the_first_bytes(b"u\0s\0e\0r\0\n\0"), (Encoding::Utf16Le, 0));
        assert_eq!(of_the_first_bytes(b"\0u\0s\0e\0r\0\n"), (Encoding::Utf16Be, 0));
        assert_eq!(of_the_first_bytes(b"user\na\0b@c"), (Encoding::Utf8, 0));
        assert_eq!(of_the_first_bytes(b"\x7fELF\x02\x01\x01\0"), (Encoding::Utf8, 0));
        assert_eq!(of_the_first_bytes(b"\0\0\0\0\0\0"), (Encoding::Utf8, 0));
        assert_eq!(of_the_first_bytes(b""), (Encoding::Utf8, 0));
    }

    #[test]
    fn utf_16_behind_ascii_does_not_make_the_ascii_utf_16() {
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let appended =
            [b"UserPrincipalName\r\nada@contoso.com\r\n".to_vec(), wide(&"grace@contoso.com\r\n".repeat(90))];
        assert_eq!(of_the_first_bytes(&appended.concat()), (Encoding::Utf8, 0));
        let appended = [wide(&"grace@contoso.com\r\n".repeat(9)), b"ada@contoso.com\r\n".to_vec()];
        assert_eq!(of_the_first_bytes(&appended.concat()), (Encoding::Utf8, 0));
        assert_eq!(of_the_first_bytes(b"a\nb\0o\0b\0@\0b\0.\0c\0"), (Encoding::Utf8, 0), "a short head counts as well");
        let names = wide("name,user\r\n山田太,taro@contoso.com\r\n");
        assert_eq!(of_the_first_bytes(&names), (Encoding::Utf16Le, 0), "ideographs may look like ASCII");
    }
}
