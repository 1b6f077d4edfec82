//! Who approved a plan, and why, for those who ask later.

use clap::Args;

use super::words::harmless;

/// At most this many characters: a name, or a ticket and a sentence.
const MAX_CHARACTERS: usize = 200;

/// What is kept in the journal beside the approval itself.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Record")]
pub(super) struct ApprovalArgs {
    /// Who approved the plan, where it is another person than you; it stands in journal, report and evidence
    #[arg(long, value_name = "NAME", value_parser = remark)]
    pub(super) approved_by: Option<String>,
    /// Why, or by which ticket; it stands there, too
    #[arg(long, value_name = "TEXT", value_parser = remark)]
    pub(super) reason: Option<String>,
}

/// A short text that can be shown anywhere.
fn remark(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if text.chars().count() > MAX_CHARACTERS {
        return Err(format!("it has more than {MAX_CHARACTERS} characters"));
    }
    if harmless(text) != text {
        return Err("it has a character in it that cannot be seen".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_is_one_short_line() {
        assert_eq!(remark(" INC-4711: intruder ").as_deref(), Ok("INC-4711: intruder"));
        for wrong in ["", "  ", "a\nb", "a\u{1b}[2Jb", "a\u{202e}b", &"x".repeat(201)] {
            assert!(remark(wrong).is_err(), "{wrong:?}");
        }
    }
}
