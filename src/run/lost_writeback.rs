//! What is known of a new password that may be on its way to Active Directory, and of which nothing more will be heard.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::graph::outside::OutsideText;

/// Why it cannot be known what became of a new password. The aliases are what journals of earlier versions say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LostWriteback {
    /// Graph accepted it, and gave no address of its operation.
    #[serde(alias = "Graph accepted it, and gave no address at which its end could be seen")]
    NoAddress,
    /// Graph does not know the operation that it began.
    #[serde(alias = "Graph does not know the operation any more")]
    NotKnown,
    /// No answer of Graph's came. These are the words of what answered, or of the network.
    #[serde(untagged)]
    Words(OutsideText),
}

impl fmt::Display for LostWriteback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAddress => f.write_str("Graph accepted it, and gave no address at which its end could be seen"),
            Self::NotKnown => f.write_str("Graph does not know the operation any more"),
            Self::Words(words) => words.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_gives_it_back_and_lines_of_earlier_versions_are_read() {
        let words = LostWriteback::Words("reset by peer".into());
        for (lost, text) in [
            (LostWriteback::NoAddress, "\"no-address\""),
            (LostWriteback::NotKnown, "\"not-known\""),
            (words, "\"reset by peer\""),
        ] {
            assert_eq!(serde_json::to_string(&lost).unwrap(), text);
            let before = serde_json::to_string(&lost.to_string()).unwrap();
            for line in [text, &before] {
                assert_eq!(serde_json::from_str::<LostWriteback>(line).unwrap(), lost, "{line}");
            }
        }
    }
}
