//! The one line that is drawn on a terminal again and again, and leaves nothing behind when the window changes.

use std::io;

use console::Term;
use indicatif::{ProgressDrawTarget, TermLike};

use super::terminal_text::fitting;

/// How often a second it may be drawn.
const HERTZ: u8 = 8;

/// Where a spinner or a bar of one line is drawn: on standard error.
pub(super) fn target() -> ProgressDrawTarget {
    ProgressDrawTarget::term_like_with_hz(Box::new(DrawnLine { terminal: Term::buffered_stderr() }), HERTZ)
}

/// What a person sees of a line: its text, without the blanks to the terminal's edge that indicatif adds, and with the cursor
/// at its beginning.
///
/// A terminal that is made narrower breaks whatever does not fit any more into rows, blanks too. From the beginning of the
/// first of these rows all of them are taken back.
#[derive(Debug)]
struct DrawnLine {
    terminal: Term,
}

impl TermLike for DrawnLine {
    fn width(&self) -> u16 {
        self.terminal.size().1
    }

    fn height(&self) -> u16 {
        self.terminal.size().0
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.terminal.move_cursor_up(n)
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.terminal.move_cursor_down(n)
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.terminal.move_cursor_right(n)
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.terminal.move_cursor_left(n)
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.terminal.write_line(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        match drawn(text, self.width().into()) {
            None => Ok(()),
            Some(line) => self.terminal.write_str(&format!("{line}\r")),
        }
    }

    fn clear_line(&self) -> io::Result<()> {
        self.terminal.write_str("\r")?;
        self.terminal.clear_to_end_of_screen()
    }

    fn flush(&self) -> io::Result<()> {
        self.terminal.flush()
    }
}

/// What is drawn of a line; nothing where it is only blanks. The last column stays free, because some terminals begin the
/// next row as soon as it is taken.
fn drawn(text: &str, width: usize) -> Option<String> {
    let text = text.trim_end();
    (!text.is_empty()).then(|| fitting(text, width.saturating_sub(1).max(1)).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_with_its_text_and_before_the_last_column() {
        assert_eq!(drawn("⠋ signing in          ", 22).as_deref(), Some("⠋ signing in"));
        assert_eq!(drawn("0123456789", 11).as_deref(), Some("0123456789"));
        assert_eq!(drawn("0123456789", 10).as_deref(), Some("01234567…"));
        assert_eq!(drawn("        ", 10), None);
        assert_eq!(drawn("x", 0).as_deref(), Some("x"));
    }
}
