//! The encodings that spreadsheets wrote before UTF-8, recognised by what the bytes would mean in each.
//!
//! Nothing in a file says which of them it is in, and most bytes mean something in all. So one is taken only where the text makes
//! sense in it and in no other: letters stand where letters must stand, capitals begin words, ideographs stand in rows and are
//! those in use. Everything else is taken for Windows-1252, the encoding of Western Europe, as it always was.

use super::encoding::{Encoding, is_begun};

/// Decides between UTF-8 and older encodings by the text that begins with the first byte outside ASCII; `whole` says that
/// nothing follows it.
///
/// Letters of Windows-1252 hardly ever make a valid sequence of UTF-8 by chance. So the text is UTF-8 if at least half of
/// what is outside ASCII is valid. One broken sequence among many is then a defect of its row.
pub(crate) fn utf8_or_older(text: &[u8], whole: bool) -> Encoding {
    let (mut valid, mut broken) = (0_usize, 0_usize);
    let mut rest = text.len();
    for chunk in text.utf8_chunks() {
        valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        rest -= chunk.valid().len() + chunk.invalid().len();
        // The end of the window may cut a sequence in two.
        let cut_through = rest == 0 && !whole && is_begun(chunk.invalid());
        broken += usize::from(!chunk.invalid().is_empty() && !cut_through);
    }
    if broken == 0 || (valid > 0 && valid >= broken) { Encoding::Utf8 } else { of_text(text) }
}

/// The one encoding in which a text that is no UTF-8 makes sense, from its first byte outside ASCII on; otherwise Windows-1252.
fn of_text(text: &[u8]) -> Encoding {
    let makes_sense = [
        (Encoding::ShiftJis, is_shift_jis(text)),
        (Encoding::Gbk, is_gbk(text)),
        (Encoding::Windows1251, is_windows_1251(text)),
        (Encoding::Windows1250, is_windows_1250(text)),
    ];
    let mut found = makes_sense.into_iter().filter_map(|(encoding, is_so)| is_so.then_some(encoding));
    match (found.next(), found.next()) {
        (Some(only), None) => only,
        _ => Encoding::Windows1252,
    }
}

/// Counts ideographs and kana, how many of them stand beside another, and how many rows of them touch a plain letter.
#[derive(Default)]
struct Rows {
    all: usize,
    in_rows: usize,
    run: usize,
    rows: usize,
    touching: usize,
    /// Whether the sign before is a plain letter.
    after_letter: bool,
}

impl Rows {
    fn letter(&mut self) {
        if self.run == 0 {
            self.rows += 1;
            self.touching += usize::from(self.after_letter);
        }
        self.after_letter = false;
        self.all += 1;
        self.run += 1;
        // The second of a row brings the first with it.
        self.in_rows += match self.run {
            1 => 0,
            2 => 2,
            _ => 1,
        };
    }

    const fn other(&mut self, byte: u8) {
        self.after_letter = byte.is_ascii_alphabetic();
        self.touching += (self.after_letter && self.run > 0) as usize;
        self.run = 0;
    }

    /// In European text, what would be an ideograph stands alone between plain letters.
    const fn are_rows(&self) -> bool {
        self.all >= 2 && self.in_rows * 5 >= self.all * 4 && self.touching * 5 <= self.rows
    }
}

/// Kana and the ideographs of the first level ([JIS X 0208](https://encoding.spec.whatwg.org/#shift_jis-decoder)).
fn is_shift_jis(text: &[u8]) -> bool {
    let (mut rows, mut pairs, mut in_use, mut narrow) = (Rows::default(), 0, 0, 0);
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            0..=0x7f => rows.other(byte),
            // Kana one column wide.
            0xa1..=0xdf => {
                narrow += 1;
                rows.letter();
            }
            0x81..=0x84 | 0x88..=0x9f | 0xe0..=0xea | 0xed | 0xee | 0xfa | 0xfb => {
                // The end of the window may cut a pair in two.
                let Some(second) = bytes.next() else { break };
                if !matches!(second, 0x40..=0x7e | 0x80..=0xfc) {
                    return false;
                }
                pairs += 1;
                in_use += usize::from(matches!(byte, 0x81..=0x83 | 0x88..=0x98));
                rows.letter();
            }
            _ => return false,
        }
    }
    pairs > 0 && narrow <= pairs && rows.are_rows() && in_use * 5 >= pairs * 4
}

/// The ideographs of GB 2312. Those of its second half show that it is no Korean, and that it has no kana that it is no Japanese.
fn is_gbk(text: &[u8]) -> bool {
    let (mut rows, mut pairs, mut in_use, mut late) = (Rows::default(), 0, 0, 0);
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte < 0x80 {
            rows.other(byte);
            continue;
        }
        let Some(second) = bytes.next() else { break };
        if !matches!(byte, 0x81..=0xfe) || !matches!(second, 0x40..=0x7e | 0x80..=0xfe) || matches!(byte, 0xa4 | 0xa5) {
            return false;
        }
        pairs += 1;
        let is_in_use = second >= 0xa1 && matches!(byte, 0xa1..=0xa3 | 0xb0..=0xf7);
        in_use += usize::from(is_in_use);
        late += usize::from(is_in_use && byte >= 0xd0);
        rows.letter();
    }
    pairs >= 3 && rows.are_rows() && in_use * 20 >= pairs * 19 && late * 10 >= pairs
}

/// What a byte is in an encoding of one byte a letter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Capital,
    Small,
    /// A blank, a figure, a dash, a quote: it ends a word.
    Between,
    /// Nothing that stands in a text of names.
    Odd,
}

/// The words of a text that have a letter outside ASCII.
fn words(text: &[u8], sign: fn(u8) -> Sign) -> Option<Vec<Vec<(u8, Sign)>>> {
    let mut words = vec![Vec::new()];
    for byte in text {
        match sign(*byte) {
            Sign::Odd => return None,
            Sign::Between => words.push(Vec::new()),
            kind => words.last_mut()?.push((*byte, kind)),
        }
    }
    words.retain(|word: &Vec<_>| word.iter().any(|(byte, _)| *byte >= 0x80));
    Some(words)
}

const fn ascii(byte: u8) -> Sign {
    match byte {
        b'A'..=b'Z' => Sign::Capital,
        b'a'..=b'z' => Sign::Small,
        _ => Sign::Between,
    }
}

/// Quotes, dashes and the like, which stand in the same places in all of Windows' encodings.
const fn is_between(byte: u8) -> bool {
    matches!(byte, 0x82 | 0x84..=0x87 | 0x89 | 0x8b | 0x91..=0x97 | 0x99 | 0x9b | 0xa0 | 0xa4 | 0xa6 | 0xa7 | 0xa9 | 0xab..=0xae | 0xb0 | 0xb1 | 0xb5..=0xb7 | 0xbb)
}

const fn in_windows_1251(byte: u8) -> Sign {
    match byte {
        0..=0x7f => ascii(byte),
        0xc0..=0xdf | 0xa1 | 0xa5 | 0xa8 | 0xaa | 0xaf | 0xb2 => Sign::Capital,
        0xe0..=0xff | 0xa2 | 0xb3 | 0xb4 | 0xb8 | 0xba | 0xbf => Sign::Small,
        // The sign for a number.
        0xb9 => Sign::Between,
        _ if is_between(byte) => Sign::Between,
        _ => Sign::Odd,
    }
}

/// Words of Cyrillic letters alone, a capital in front or in all places, and the letter *a*, which no name is long without and which
/// Greek text, with its letters in the same places, hardly ever has there.
fn is_windows_1251(text: &[u8]) -> bool {
    const SMALL_A: u8 = 0xe0;
    let Some(words) = words(text, in_windows_1251) else { return false };
    let is_good = |word: &&Vec<(u8, Sign)>| {
        let rest = &word[1..];
        word.iter().all(|(byte, _)| *byte >= 0x80)
            && (rest.iter().all(|(_, kind)| *kind == Sign::Small)
                || word.iter().all(|(_, kind)| *kind == Sign::Capital))
    };
    let is_a_name = |word: &&Vec<(u8, Sign)>| {
        word.len() > 2 && word[0].1 == Sign::Capital && word[1..].iter().all(|(_, kind)| *kind == Sign::Small)
    };
    let small: Vec<u8> =
        words.iter().flatten().filter(|(_, kind)| *kind == Sign::Small).map(|(byte, _)| *byte).collect();
    let letters_a = small.iter().filter(|byte| **byte == SMALL_A).count();
    let good = words.iter().filter(is_good).count();
    words.len() > 1
        && good * 20 >= words.len() * 19
        && words.iter().any(|word| is_a_name(&word))
        && letters_a > 0
        && letters_a * 25 >= small.len()
}

const fn in_windows_1250(byte: u8) -> Sign {
    match byte {
        0..=0x7f => ascii(byte),
        0x8a | 0x8c..=0x8f | 0xa3 | 0xa5 | 0xaa | 0xaf | 0xbc | 0xc0..=0xd6 | 0xd8..=0xde => Sign::Capital,
        0x9a | 0x9c..=0x9f | 0xb3 | 0xb9 | 0xba | 0xbe | 0xbf | 0xdf..=0xf6 | 0xf8..=0xfe => Sign::Small,
        0x80 | 0xa2 | 0xa8 | 0xb2 | 0xb4 | 0xb8 | 0xbd | 0xd7 | 0xf7 | 0xff => Sign::Between,
        _ if is_between(byte) => Sign::Between,
        _ => Sign::Odd,
    }
}

/// At least one letter inside a word that is no letter in Windows-1252 (`Micha³` is no word), no capital behind a small letter, and
/// plain letters in nearly all words.
fn is_windows_1250(text: &[u8]) -> bool {
    let Some(words) = words(text, in_windows_1250) else { return false };
    let has_a_capital_inside = |word: &Vec<(u8, Sign)>| {
        word.windows(2).any(|pair| pair[0].1 == Sign::Small && pair[1].1 == Sign::Capital && pair[1].0 >= 0x80)
    };
    let shows_it = |word: &Vec<(u8, Sign)>| {
        word.len() > 2
            && word.iter().enumerate().any(|(place, (byte, _))| match byte {
                // ³ stands behind a unit, and ¿ before a question.
                0xb3 => place > 0 && word.len() > 3,
                0xb9 | 0xbe | 0xbf | 0x9d => place > 0 && place + 1 < word.len(),
                0xa3 | 0xaf | 0x8f => true,
                0xa5 | 0xbc | 0x8d => place > 0 && place + 1 < word.len(),
                _ => false,
            })
    };
    let is_strange = |word: &&Vec<(u8, Sign)>| word.len() > 2 && word.iter().all(|(byte, _)| *byte >= 0x80);
    let strange = words.iter().filter(is_strange).count();
    strange * 5 <= words.len() && !words.iter().any(has_a_capital_inside) && words.iter().any(shows_it)
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{
        BIG5, EUC_JP, EUC_KR, GBK, ISO_8859_2, KOI8_R, MACINTOSH, SHIFT_JIS, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
        WINDOWS_1253, WINDOWS_1254,
    };
    use proptest::prelude::*;

    fn recognised(text: &str, encoding: &'static encoding_rs::Encoding) -> Encoding {
        of_text(&encoding.encode(text).0)
    }

    #[test]
    fn honest_lists_are_recognised() {
        for (text, encoding, expected) in [
            (
                "氏名,メールアドレス\n山田 太郎,taro@contoso.com\n佐藤 花子,hanako@contoso.com\n",
                SHIFT_JIS,
                Encoding::ShiftJis,
            ),
            ("表示名,UPN,部署\nAda Lovelace,ada@contoso.com,開発部\n", SHIFT_JIS, Encoding::ShiftJis),
            ("姓名,邮箱,部门\n张伟,wei@contoso.com,销售部\n王芳,fang@contoso.com,人力资源部\n", GBK, Encoding::Gbk),
            (
                "ФИО;Рабочая почта\nИванова Анна;anna@contoso.com\nПетров Павел;p@contoso.com\n",
                WINDOWS_1251,
                Encoding::Windows1251,
            ),
            (
                "Ім'я;Пошта\nОлена Коваленко;o@contoso.com\nІгор Їжак;i@contoso.com\n",
                WINDOWS_1251,
                Encoding::Windows1251,
            ),
            (
                "Imię;E-mail\nMichał Żółkiewski;m@contoso.com\nŁucja Wiśniewska;l@contoso.com\n",
                WINDOWS_1250,
                Encoding::Windows1250,
            ),
            ("name;upn\nPaweł Nowak;p@contoso.com\n", WINDOWS_1250, Encoding::Windows1250),
        ] {
            assert_eq!(recognised(text, encoding), expected, "{text}");
        }
    }

    #[test]
    fn what_leaves_a_doubt_is_what_it_always_was() {
        for (text, encoding) in [
            ("Jürgen Großmann;x\nRené Müller;y\nÅsa Öberg;z\n", WINDOWS_1252),
            ("¿Qué?;Nº 7;Mª José;50 m³;£5;à;É;naïve;coûté\n", WINDOWS_1252),
            ("François Lefèvre;Hélène Ça;Noël\n", MACINTOSH),
            ("Γιώργος Παπαδόπουλος;Ελένη Άννα\n", WINDOWS_1253),
            ("Şükrü Yıldız;İbrahim Çağlar\n", WINDOWS_1254),
            ("Иванова Анна;Петров Павел\n", KOI8_R),
            ("Šárka Dvořáková;Ľubica\n", ISO_8859_2),
            ("김철수,이영희,박지성,사용자\n", EUC_KR),
            ("山田太郎,ユーザー\n", EUC_JP),
            ("王小明,使用者名稱\n", BIG5),
        ] {
            assert_eq!(recognised(text, encoding), Encoding::Windows1252, "{text}");
        }
    }

    #[test]
    fn one_broken_sequence_does_not_make_another_encoding() {
        let decide = |text: &[u8]| utf8_or_older(text, true);
        assert_eq!(decide("ü, ö, é".as_bytes()), Encoding::Utf8);
        assert_eq!(decide(b"\xfc, \xc3\xb6, \xc3\xa9"), Encoding::Utf8);
        assert_eq!(decide(b"\xfc"), Encoding::Windows1252);
        assert_eq!(decide(b"J\xfcrgen Gro\xdfmann, \xc5 \xa9"), Encoding::Windows1252);
        assert_eq!(decide(b"caf\xc9\x94, J\xfcrgen, Bj\xf6rn"), Encoding::Windows1252);
    }

    #[test]
    fn a_window_may_end_inside_a_character() {
        assert_eq!(utf8_or_older(b"\xc3", false), Encoding::Utf8);
        assert_eq!(utf8_or_older(b"\xc3", true), Encoding::Windows1252);
        assert_eq!(utf8_or_older(b"\xfcr", false), Encoding::Windows1252);
    }

    proptest! {
        #[test]
        fn western_names_are_never_read_as_others(names in prop::collection::vec("[A-ZÄÖÜÉÅØ][a-z]{1,3}[äöüßéèêñçåøæ]?[a-z]{1,4} [A-ZÄÖÜÉÅØ]?[äöüéèêåøæ]{0,2}[a-z]{2,5}[é]?[,;]", 1..20)) {
            prop_assert_eq!(recognised(&names.concat(), WINDOWS_1252), Encoding::Windows1252);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            of_text(&bytes);
        }
    }
}
