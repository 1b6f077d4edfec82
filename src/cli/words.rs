//! Text for a terminal: numbers and names as everywhere, and lines that fit.

use std::borrow::Cow;
use std::io;

use terminal_size::{Height, Width};
use unicode_width::UnicodeWidthChar;

pub(super) use crate::words::{
    at_least, count, counted, first_of, harmless, moment, quoted, roster_name, span, spelled_out, time_of_day,
};

/// The width of a line where there is no terminal to ask.
const WIDTH_WITHOUT_TERMINAL: usize = 100;
/// Sentences that run further than this are hard to read, however wide the terminal is.
const WIDEST: usize = 120;
/// On anything narrower the text runs over, as the terminal likes it.
const NARROWEST: usize = 40;

/// How many columns a line on standard output has.
pub(super) fn line_width() -> usize {
    columns_of(terminal_size::terminal_size_of(io::stdout())).unwrap_or(WIDTH_WITHOUT_TERMINAL)
}

/// How many lines the screen of standard output has; `None` where it is no terminal.
pub(super) fn line_count() -> Option<usize> {
    terminal_size::terminal_size_of(io::stdout()).map(|(_, Height(lines))| usize::from(lines))
}

/// How many columns a line on standard error has; `None` where it is no terminal, so that nothing has to fit.
pub(super) fn error_width() -> Option<usize> {
    columns_of(terminal_size::terminal_size_of(io::stderr()))
}

fn columns_of(size: Option<(Width, Height)>) -> Option<usize> {
    size.map(|(Width(columns), _)| usize::from(columns).clamp(NARROWEST, WIDEST))
}

/// The text in lines of at most `width` columns, broken at spaces; a word that is longer than a line is broken anywhere.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0);
    for word in text.split(' ') {
        let needed = columns(word);
        let space = usize::from(!line.is_empty());
        if used + space + needed > width && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
            used = 0;
        } else if space == 1 {
            line.push(' ');
            used += 1;
        }
        for c in word.chars() {
            let wide = c.width().unwrap_or(0);
            if used + wide > width && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += wide;
        }
    }
    lines.push(line);
    lines
}

/// The text itself, or as much of its beginning as fits into `width` columns with an ellipsis.
pub(super) fn fitting(text: &str, width: usize) -> Cow<'_, str> {
    if columns(text) <= width {
        return Cow::Borrowed(text);
    }
    let (mut cut, mut used) = (String::new(), 1);
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        cut.push(c);
    }
    cut.push('…');
    Cow::Owned(cut)
}

fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_break_at_spaces_and_long_words_anywhere() {
        assert_eq!(wrapped("nobody in this tenant", 12), ["nobody in", "this tenant"]);
        assert_eq!(wrapped("age1abcdefgh xy", 5), ["age1a", "bcdef", "gh xy"]);
        assert_eq!(wrapped("山田 太郎", 4), ["山田", "太郎"]);
        assert_eq!(wrapped("", 4), [""]);
    }

    #[test]
    fn a_long_name_is_cut_to_the_columns_there_are() {
        assert_eq!(fitting("山田 太郎", 9), "山田 太郎");
        assert_eq!(fitting("山田 太郎", 8), "山田 太…");
        assert_eq!(fitting("Zoë", 1), "…");
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_nothing_is_lost(text in "[a-zé山 ]{0,60}", width in 2_usize..30) {
            let lines = wrapped(&text, width);
            prop_assert!(lines.iter().all(|line| columns(line) <= width), "{lines:?}");
            let letters = |text: &str| text.replace(' ', "");
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
