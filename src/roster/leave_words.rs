//! Words with which a list says of a person on it that this person is to be left alone, and those for who is meant.

/// Says it wherever it stands in a text, unless another thing than the account follows: `do not disable the mailbox`.
const CLEAR: &[&str] = &[
    "do not touch", "do not disable", "do not block", "do not lock", "do not lock out", "do not deactivate",
    "do not terminate", "do not offboard", "do not suspend", "dont touch", "dont disable", "dont block", "dont lock",
    "dont deactivate", "dont terminate", "not be disabled", "not be blocked", "not be locked", "not be deactivated",
    "not be touched", "not to be disabled", "not to be blocked", "not to be touched", "never disable", "never block",
    "never lock", "never touch", "keep active", "keep enabled", "leave alone", "leave active", "leave enabled",
    "hands off", "nicht anfassen", "nicht sperren", "nicht zu sperren", "nicht deaktivieren", "nie sperren",
    "niemals sperren", "aktiv lassen", "ne pas toucher", "ne pas bloquer", "ne pas désactiver", "ne pas desactiver",
    "no tocar", "no bloquear", "no deshabilitar", "no desactivar", "não mexer", "não bloquear", "não desativar",
    "non toccare", "non bloccare", "non disattivare", "niet aanpassen", "niet blokkeren", "niet uitschakelen",
    "nie blokować", "nie blokowac", "nie wyłączać", "inte spärra",
];

/// Says it as a whole cell, as the first part of one (`EXCLUDE (VIP)`), or in front of a word such as `until`.
const LEAVE: &[&str] = &[
    "keep", "keep account", "keep user", "keep this user", "retain", "skip", "skipped", "ignore", "exclude",
    "excluded", "leave as is", "do nothing", "no action", "no action needed", "no action required", "do not delete",
    "do not remove", "do not process", "do not reset", "dont delete", "dont remove", "not in scope", "out of scope",
    "not leaving", "no longer leaving", "stay", "stays", "staying", "is staying", "remains", "remains active",
    "still active", "still employed", "behalten", "bleibt", "bleibt doch", "bleibt aktiv", "nicht löschen",
    "ausnehmen", "ausgenommen", "ausschließen", "ignorieren", "überspringen", "keine aktion", "garder", "conserver",
    "reste", "exclure", "ignorer", "mantener", "conservar", "se queda", "excluir", "ignorar", "manter", "mantenere",
    "escludere", "behouden", "blijft", "uitsluiten", "pozostawić", "pozostawic", "zostawić", "zostaje", "除外",
    "対象外",
];

/// Says it as a whole cell alone: with more words, it is about something else.
const WHOLE: &[&str] = &["exception", "leave", "no change", "none needed"];

/// Says it in a column of actions.
const WAITS: &[&str] = &["hold", "on hold", "put on hold", "wait", "postpone", "postponed"];

/// Says it in a column of actions where other rows say what is meant. In a list of people to let in again, all are enabled.
const NO_ACTION: &[&str] = &[
    "none", "no", "n/a", "na", "-", "--", "\u{2013}", "nothing", "enable", "enabled", "re-enable", "reenable",
    "unblock", "unlock", "activate", "reactivate", "restore", "nein", "keine", "entsperren", "aktivieren", "aucune",
    "ninguna", "nessuna", "geen", "brak",
];

/// What a list says of those who are meant, in small letters.
const ACT: &[&str] = &[
    "act", "block", "blocked", "deactivate", "delete", "disable", "disabled", "leaver", "lock", "lock out", "offboard",
    "proceed", "remove", "reset", "revoke", "suspend", "terminate", "terminated", "to disable", "sperren",
    "deaktivieren", "löschen", "désactiver", "bloquer", "supprimer", "bloquear", "deshabilitar", "bloccare",
    "blokkeren", "zablokować", "停止", "削除",
];

const YES: &[&str] = &[
    "yes", "y", "true", "x", "1", "ja", "j", "wahr", "oui", "o", "vrai", "sí", "si", "s", "sim", "sì", "vero", "tak",
    "ano", "igen", "kyllä", "evet", "да", "はい", "是", "✓", "✔", "☑", "☒", "✅",
];
const NO: &[&str] = &[
    "no", "n", "false", "0", "nein", "falsch", "non", "faux", "não", "nao", "nee", "nie", "nej", "nem", "hayır", "нет",
    "いいえ", "否", "✗", "✘", "☐", "❌",
];

/// Signs with which somebody ticks a name off.
const TICKS: &[&str] = &["x", "✓", "✔", "☑", "☒", "✅"];

/// What somebody says first who asks for it.
const POLITE: &[&str] = &["please", "pls", "plz", "bitte", "svp", "proszę", "prosze", "to", "must", "vip"];

/// What follows where somebody is to be left alone for a time or for a reason.
const UNTIL: &[&str] = &[
    "until", "till", "til", "from", "per", "as", "because", "due", "him", "her", "them", "user", "account", "bis",
    "wegen", "laut", "aus", "von", "jusquau", "jusqu", "hasta", "até", "fino", "tot",
];

/// What may be kept while its account is blocked.
const THINGS: &[&str] = &[
    "mailbox", "mailboxes", "mail", "mails", "email", "emails", "postfach", "postfächer", "boîte", "buzón", "casella",
    "calendar", "license", "licenses", "licence", "licences", "lizenz", "lizenzen", "licencia", "onedrive",
    "sharepoint", "teams", "mfa", "forwarding", "weiterleitung", "group", "groups", "archive", "archiv", "data",
    "daten", "files", "phone", "device", "devices", "laptop", "sync", "line", "row",
];

/// The word with which a text says to leave its person alone: `keep`, `Do not disable - legal hold`, `EXCLUDE (VIP)`. What is
/// about another thing does not say it: `keep the mailbox`.
pub(super) fn leaving_word(text: &str) -> Option<&'static str> {
    let whole = plain(text);
    if whole.is_empty() {
        return None;
    }
    let tables = [CLEAR, LEAVE, WHOLE].into_iter().flatten();
    tables.copied().find(|word| *word == whole).or_else(|| {
        let parts: Vec<String> = parts(text).collect();
        parts.iter().find_map(|part| clear_word(part)).or_else(|| parts.split_first().and_then(first_word))
    })
}

/// The clear word in a part of a text.
fn clear_word(part: &str) -> Option<&'static str> {
    CLEAR.iter().copied().filter(|word| part.contains(word)).find(|word| {
        let part = format!(" {part} ");
        part.find(&format!(" {word} ")).is_some_and(|at| {
            let is_denied = part[..at].ends_with(" not") || part[..at].ends_with(" dont");
            let is_of_a_thing = part[at + word.len() + 1..].split_whitespace().take(3).any(is_a_thing);
            !is_denied && !is_of_a_thing
        })
    })
}

/// The word that is the first part of a text, or its beginning.
fn first_word((first, others): (&String, &[String])) -> Option<&'static str> {
    let about_a_thing = || others.iter().any(|part| part.split_whitespace().any(is_a_thing));
    LEAVE.iter().copied().find(|word| {
        let rest = first.strip_prefix(word);
        rest.is_some_and(|rest| match rest.strip_prefix(' ').and_then(|rest| rest.split(' ').next()) {
            None => rest.is_empty() && (word.contains(' ') || !about_a_thing()),
            Some(next) => UNTIL.contains(&next) && !rest.split_whitespace().any(is_a_thing),
        })
    })
}

fn is_a_thing(word: &str) -> bool {
    THINGS.contains(&word)
}

/// The parts of a text between its signs, without a *please* in front.
fn parts(text: &str) -> impl Iterator<Item = String> {
    let text = text.replace(" - ", ";");
    let is_sign = |c: char| {
        matches!(c, '(' | ')' | '[' | ']' | ':' | ';' | ',' | '!' | '/' | '|' | '.' | '\n' | '\r' | '–' | '—')
    };
    let parts: Vec<String> = text.split(is_sign).map(plain).collect();
    parts.into_iter().filter_map(|part| {
        let words: Vec<&str> = part.split(' ').skip_while(|word| POLITE.contains(word)).collect();
        Some(words.join(" ")).filter(|part| !part.is_empty())
    })
}

/// The word with which a column of actions says to wait.
pub(super) fn waiting_word(cell: &str) -> Option<&'static str> {
    in_table(WAITS, &plain(cell))
}

/// The word with which a column of actions says that there is none, or one that lets people in again.
pub(super) fn word_of_no_action(cell: &str) -> Option<&'static str> {
    in_table(NO_ACTION, cell.trim().to_lowercase().trim_end_matches(['.', '!']))
}

pub(super) fn yes(cell: &str) -> Option<&'static str> {
    in_table(YES, &plain(cell))
}

pub(super) fn no(cell: &str) -> Option<&'static str> {
    in_table(NO, &plain(cell))
}

pub(super) fn is_a_tick(cell: &str) -> bool {
    in_table(TICKS, &plain(cell)).is_some()
}

/// Whether a cell says what is to be done with those who are meant.
pub(super) fn is_an_act(cell: &str) -> bool {
    in_table(ACT, &plain(cell)).is_some()
}

/// What a cell says of one who is meant, as `--only` takes it; `None` where the cell is in words of its own. People write
/// passwords into remarks, so a message may show no cell of such a column but a known word.
pub(super) fn other_word(cell: &str) -> Option<&'static str> {
    let said = cell.trim().to_lowercase();
    if said.is_empty() {
        return Some("");
    }
    [ACT, YES, NO].into_iter().find_map(|table| in_table(table, &said))
}

fn in_table(table: &[&'static str], said: &str) -> Option<&'static str> {
    table.iter().find(|word| **word == said).copied()
}

/// In small letters, one blank between the words, without the signs around and between them: `** Don't touch! **`.
pub(super) fn plain(text: &str) -> String {
    let letters = text.trim().to_lowercase().replace(['\'', '\u{2019}'], "");
    let is_kept = |c: char| c.is_alphanumeric() || matches!(c, '✓' | '✔' | '☑' | '☒' | '✅' | '✗' | '✘' | '☐' | '❌');
    let kept = |c: char| if is_kept(c) { c } else { ' ' };
    letters.chars().map(kept).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_it_whatever_stands_behind_and_of_a_thing_it_does_not() {
        for (text, word) in [
            ("keep", "keep"),
            ("** EXCLUDE **", "exclude"),
            ("EXCLUDE (VIP)", "exclude"),
            ("to keep", "keep"),
            ("please do not disable", "do not disable"),
            ("Do not disable - legal hold", "do not disable"),
            ("Legal hold: don\u{2019}t touch", "dont touch"),
            ("Keep active until 31.12.2026", "keep active"),
            ("Keep until 31.12.2026", "keep"),
            ("do not disable, mailbox still in use", "do not disable"),
            ("must not be disabled before the audit", "not be disabled"),
            ("Bitte nicht sperren", "nicht sperren"),
            ("bleibt bis 31.12.", "bleibt"),
            ("nie blokować", "nie blokować"),
            ("no action required", "no action required"),
            ("leave", "leave"),
        ] {
            assert_eq!(leaving_word(text), Some(word), "{text}");
        }
        for text in [
            "", "keep the mailbox", "Keep: mailbox and OneDrive", "keep 30 days", "keep until mailbox is converted",
            "do not disable the shared mailbox", "do not delete mailbox", "do not keep active", "exception approved",
            "leave of absence", "leaves, end of month", "Stayner", "disable", "retained goods",
        ] {
            assert_eq!(leaving_word(text), None, "{text}");
        }
    }
}
