//! How much is said on standard error, and whether in colour: the same for every command.

use std::fmt;
use std::io::Write as _;
use std::sync::OnceLock;

use anstream::ColorChoice;
use anstyle::AnsiColor;
use clap::{Args, ValueEnum};

use super::fitted;

/// What every command takes.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Terminal")]
pub(super) struct VoiceArgs {
    /// When to use colour; NO_COLOR switches it off, too
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    pub(super) color: Color,
    /// Say nothing on standard error but questions, warnings and errors: no progress, no notes
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Say more on standard error: where calls go, each batch, and each time that Graph throttles
    #[arg(long, short, global = true)]
    pub(super) verbose: bool,
}

/// When colour is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Also where the output is piped
    Always,
    /// Never
    Never,
}

/// How much is said beside what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Loudness {
    Quiet,
    Ordinary,
    Verbose,
}

/// Set once, before anything is said. It is no argument of every function that may say a word, because nothing but what is said
/// depends on it.
static LOUDNESS: OnceLock<Loudness> = OnceLock::new();

/// Holds from here on.
pub(super) fn set(args: VoiceArgs) {
    let loudness = match (args.quiet, args.verbose) {
        (true, _) => Loudness::Quiet,
        (false, true) => Loudness::Verbose,
        (false, false) => Loudness::Ordinary,
    };
    let _ = LOUDNESS.set(loudness);
    set_color(args.color);
}

/// Colour alone, which clap's own messages need before the command line is understood.
pub(super) fn set_color(color: Color) {
    match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
    .write_global();
}

/// The colour that a command line asks for, before it is understood; what makes no sense is told by clap.
pub(super) fn color_of(line: &[std::ffi::OsString]) -> Color {
    let words = line.iter().skip(1).map(|word| word.to_string_lossy()).take_while(|word| word != "--");
    let words: Vec<_> = words.collect();
    let after = words.iter().position(|word| word == "--color").and_then(|place| words.get(place + 1));
    let value = words.iter().find_map(|word| word.strip_prefix("--color=")).or(after.map(|word| &**word));
    value.and_then(|value| Color::from_str(value, false).ok()).unwrap_or_default()
}

/// Is progress shown, and are notes?
pub(super) fn is_quiet() -> bool {
    LOUDNESS.get() == Some(&Loudness::Quiet)
}

/// Is more said than usual?
pub(super) fn is_verbose() -> bool {
    LOUDNESS.get() == Some(&Loudness::Verbose)
}

/// What is told however quiet somebody asked this to be. A line that cannot be shown must not stop a command.
pub(super) fn tell(text: impl fmt::Display) {
    let _ = writeln!(anstream::stderr(), "{}", fitted::for_standard_error(&text.to_string()));
}

/// The same, with a mark at its beginning that catches the eye.
pub(super) fn tell_marked(mark: &str, color: AnsiColor, text: impl fmt::Display) {
    let _ = writeln!(anstream::stderr(), "{}", marked(mark, color, text));
}

/// A message for standard error with its mark, in lines that fit.
pub(super) fn marked(mark: &str, color: AnsiColor, text: impl fmt::Display) -> String {
    let text = format!("{mark}: {text}");
    let fitting = fitted::for_standard_error(&text);
    let rest = fitting.strip_prefix(mark).and_then(|rest| rest.strip_prefix(':')).unwrap_or(&fitting);
    let style = anstyle::Style::new().bold().fg_color(Some(color.into()));
    format!("{style}{mark}:{style:#}{rest}")
}

/// What is good to know and changes nothing.
pub(super) fn say(text: impl fmt::Display) {
    if !is_quiet() {
        tell(text);
    }
}

/// What is good to know about what was just done or is done next, and changes nothing.
pub(super) fn note(text: impl fmt::Display) {
    say(format_args!("note: {text}"));
}

/// What somebody has to know, however quiet they asked it to be.
pub(super) fn warn(text: impl fmt::Display) {
    tell_marked("warning", AnsiColor::Yellow, text);
}

/// What only those want to know who ask for it.
pub(super) fn say_more(text: impl fmt::Display) {
    if is_verbose() {
        tell(text);
    }
}

/// Whether progress is drawn: on a terminal, where nobody asked for quiet.
pub(super) fn draws() -> bool {
    use std::io::IsTerminal as _;
    !is_quiet() && std::io::stderr().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_colour_is_known_before_the_line_is() {
        let color = |line: &[&str]| color_of(&line.iter().map(Into::into).collect::<Vec<_>>());
        assert_eq!(color(&["sealoff", "plan", "--color=never"]), Color::Never);
        assert_eq!(color(&["sealoff", "--color", "always", "plan"]), Color::Always);
        assert_eq!(color(&["sealoff", "--color", "pink"]), Color::Auto);
        assert_eq!(color(&["sealoff", "plan", "--", "--color=never"]), Color::Auto);
    }
}
