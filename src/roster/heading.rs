//! Lines in words above people: a title, a heading in the middle of a list, a comment. Some say to leave these people alone.

use super::leave_words::{self, plain};

/// Says it where nothing else is said: `KEEP:`, `Accounts to EXCLUDE from the offboarding`, `the following stay`.
const LEAVE: &[&str] = &[
    "keep", "kept", "stay", "stays", "staying", "remain", "remaining", "exclude", "excluded", "exclusion",
    "exclusions", "exempt", "exempted", "except", "exception", "exceptions", "ignore", "skip", "retain", "retained",
    "whitelist", "joiner", "joiners", "starter", "starters", "hire", "hires", "mover", "movers", "behalten", "bleiben",
    "bleibt", "ausgenommen", "ausnahme", "ausnahmen", "ausschließen", "eintritt", "eintritte", "neueintritte",
    "neuzugänge", "garder", "conserver", "restent", "exclure", "arrivées", "conservar", "mantener", "excluir", "altas",
    "mantenere", "escludere", "behouden", "uitsluiten", "zostają", "zostawić",
];

/// Words that change nothing.
const FILLERS: &[&str] = &[
    "the", "following", "these", "those", "this", "users", "user", "people", "persons", "accounts", "account",
    "employees", "list", "of", "to", "be", "from", "for", "offboarding", "please", "new", "who", "which", "that",
    "will", "should", "must", "are", "is", "in", "all", "below", "active", "die", "diese", "folgende", "folgenden",
    "personen", "konten", "benutzer", "mitarbeiter", "bitte", "zu", "von", "aktiv", "neue", "les", "comptes",
    "suivants", "utilisateurs", "à", "a", "los", "las", "cuentas", "usuarios", "january", "february", "march", "april",
    "may", "june", "july", "august", "september", "october", "november", "december", "januar", "februar", "märz",
    "mai", "juni", "juli", "oktober", "dezember",
];

/// The word with which a line says to leave the people below it alone. A line with an address is none of these.
pub(super) fn leaving_word(line: &str) -> Option<&'static str> {
    if line.contains('@') {
        return None;
    }
    if let Some(word) = leave_words::leaving_word(line.trim_start_matches(['#', '/', '*', '-', ' '])) {
        return Some(word);
    }
    let line = plain(line);
    let mut said = None;
    for word in line.split(' ') {
        match LEAVE.iter().find(|known| **known == word) {
            Some(known) => said = said.or(Some(*known)),
            None if FILLERS.contains(&word) || word.chars().all(char::is_numeric) => {}
            None => return None,
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_it_and_one_about_the_list_or_a_thing_does_not() {
        for (line, word) in [
            ("Do NOT disable:", "do not disable"),
            ("KEEP:", "keep"),
            ("# Keep", "keep"),
            ("# the following stay:", "stay"),
            ("New joiners", "joiners"),
            ("Eintritte", "eintritte"),
            ("Accounts to EXCLUDE from the offboarding", "exclude"),
            ("# VIP list - never disable", "never disable"),
            ("Bitte nicht sperren!", "nicht sperren"),
        ] {
            assert_eq!(leaving_word(line), Some(word), "{line}");
        }
        for line in [
            "", "-----", "Leavers November", "Leavers (VIPs excluded)", "Keep confidential", "Do not edit this line",
            "# keep ada@contoso.com", "keep the mailbox of these people", "new users", "(2 accounts)",
        ] {
            assert_eq!(leaving_word(line), None, "{line}");
        }
    }
}
