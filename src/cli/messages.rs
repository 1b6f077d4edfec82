//! Messages on standard error, for every command: how many are printed, and whether in colour.

use std::fmt;
use std::future::Future;
use std::io::Write as _;
use std::sync::OnceLock;

use anstream::ColorChoice;
use anstyle::AnsiColor;
use clap::{Args, ValueEnum};

use super::lines::Lines;
use super::words::error_width;
use crate::wording::worded_step::WordedStep;

#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Terminal")]
pub(super) struct MessageArgs {
    /// When to use colour; NO_COLOR switches it off, too
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    pub(super) color: Color,
    /// Print nothing on standard error but questions, warnings and errors: no progress, no notes
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Print more on standard error: where calls go, each batch, each read that is made again, and each time
    /// that Graph throttles
    #[arg(long, short, global = true)]
    pub(super) verbose: bool,
}

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

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum MessageLevel {
    Quiet,
    Ordinary,
    Verbose,
}

/// What a message begins with.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mark {
    Error,
    Help,
    Warning,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, color) = match self {
            Self::Error => ("error", AnsiColor::Red),
            Self::Help => ("help", AnsiColor::Cyan),
            Self::Warning => ("warning", AnsiColor::Yellow),
        };
        let style = anstyle::Style::new().bold().fg_color(Some(color.into()));
        write!(f, "{style}{word}:{style:#} ")
    }
}

tokio::task_local! {
    /// The tenant that is spoken of, where a command works on many at once.
    static SPOKEN_OF: String;
}

/// Whatever is printed meanwhile is about this tenant, and says so; what is only good to know is left out, and no progress is
/// drawn.
pub(super) async fn speaking_of<R>(tenant: &str, work: impl Future<Output = R>) -> R {
    SPOKEN_OF.scope(tenant.to_owned(), work).await
}

/// The same for what is said at once.
pub(super) fn of_tenant(tenant: &str, say: impl FnOnce()) {
    SPOKEN_OF.sync_scope(tenant.to_owned(), say);
}

/// Is what is printed now about one of many tenants?
pub(super) fn is_one_of_many() -> bool {
    SPOKEN_OF.try_with(|_| ()).is_ok()
}

/// Set once, before the first message. Refused: an argument of every function that may print a message; nothing but the
/// messages depends on it.
static LEVEL: OnceLock<MessageLevel> = OnceLock::new();

/// Decides which messages are printed from here on.
pub(super) fn set_level(args: MessageArgs) {
    let level = match (args.quiet, args.verbose) {
        (true, _) => MessageLevel::Quiet,
        (false, true) => MessageLevel::Verbose,
        (false, false) => MessageLevel::Ordinary,
    };
    let _ = LEVEL.set(level);
    set_color(args.color);
}

/// Decides the colour alone: clap's own messages need it before the command line is parsed.
pub(super) fn set_color(color: Color) {
    match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
    .write_global();
}

/// The colour that a command line asks for, before it is parsed. clap reports a value that is none.
pub(super) fn color_of(line: &[std::ffi::OsString]) -> Color {
    let words = line.iter().skip(1).map(|word| word.to_string_lossy()).take_while(|word| word != "--");
    let words: Vec<_> = words.collect();
    let after = words.iter().position(|word| word == "--color").and_then(|place| words.get(place + 1));
    let value = words.iter().find_map(|word| word.strip_prefix("--color=")).or(after.map(|word| &**word));
    value.and_then(|value| Color::from_str(value, false).ok()).unwrap_or_default()
}

pub(super) fn is_quiet() -> bool {
    LEVEL.get() == Some(&MessageLevel::Quiet)
}

pub(super) fn is_verbose() -> bool {
    LEVEL.get() == Some(&MessageLevel::Verbose)
}

/// Prints at every level, `--quiet` too. A line that cannot be printed must not stop a command.
pub(super) fn always(text: impl Into<WordedStep>) {
    print(&Lines::of(|out| out.text(text)));
}

/// The same, with a coloured mark at its beginning.
pub(super) fn always_marked(mark: Mark, text: impl Into<WordedStep>) {
    print(&Lines::of(|out| out.at(mark, text)));
}

/// Prints lines on standard error, as wide as it is.
pub(super) fn print(lines: &Lines) {
    let lines = lines.laid_out(error_width());
    let _ = match SPOKEN_OF.try_with(Clone::clone) {
        Ok(tenant) => write!(anstream::stderr(), "[{tenant}] {lines}"),
        Err(_) => write!(anstream::stderr(), "{lines}"),
    };
}

/// Prints what is good to know and changes nothing; not with `--quiet`.
pub(super) fn info(text: impl Into<WordedStep>) {
    if !is_quiet() && (is_verbose() || !is_one_of_many()) {
        always(text);
    }
}

/// The same, about what was just done or is done next.
pub(super) fn note(text: impl Into<WordedStep>) {
    if !is_quiet() {
        print(&Lines::of(|out| out.at("note: ", text)));
    }
}

/// Prints what the operator has to know, `--quiet` too.
pub(super) fn warn(text: impl Into<WordedStep>) {
    always_marked(Mark::Warning, text);
}

/// Prints with `--verbose` alone.
pub(super) fn verbose(text: impl Into<WordedStep>) {
    if is_verbose() {
        always(text);
    }
}

/// Progress is drawn on a terminal, and not with `--quiet`. One that says it is dumb gets plain lines: it may be read out by a
/// screen reader, or be no more than a log.
pub(super) fn draws_progress() -> bool {
    use std::io::IsTerminal as _;
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    !is_quiet() && !is_one_of_many() && !is_dumb && std::io::stderr().is_terminal()
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
