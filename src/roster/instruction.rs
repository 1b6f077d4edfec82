//! Columns that say of people on a list whether they are meant: which columns, and what their cells say.

use super::folded;
use super::header_words;
use super::leave_words;
use super::names;

/// What a column of this kind says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Instruction {
    /// It says in words what is to be done: `Action`.
    Action,
    /// It says something in words: `Comment`, `Status`.
    Remark,
    /// A yes leaves the person out: `Exclude`.
    YesLeaves,
    /// A no leaves the person out: `Disable`. So does an empty cell where others say yes, or have a date: `Termination Date`.
    NoLeaves,
    /// It has no name: remarks, or ticks for those who are meant.
    Unnamed,
}

/// What a cell says of its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// To leave this person alone, with this word.
    Leave(&'static str),
    /// The same, where other rows say who is meant.
    LeaveIfOthersAreMeant(&'static str),
    /// That this person is meant.
    Meant,
    /// Something else.
    Other,
}

/// Words of the names of columns, in letters and digits alone, in lower case, without accents.
const ACTION: &[&str] = &[
    "action", "actions", "todo", "whattodo", "decision", "disposition", "instruction", "instructions", "aktion",
    "massnahme", "entscheidung", "anweisung", "consigne", "accion", "acao", "decisao", "azione", "decisione", "actie",
    "beslissing", "akcja", "decyzja", "atgard", "対応", "処置", "操作",
];

/// Beside these, it is an action of a machine, or one on another thing.
const OF_MACHINES: &[&str] = &[
    "additional", "delivery", "device", "email", "last", "latest", "level", "mail", "policy", "remediation",
    "retention", "type",
];

const REMARK: &[&str] = &[
    "note", "notes", "remark", "remarks", "comment", "comments", "status", "scope", "flag", "vip", "hinweis",
    "hinweise", "anmerkung", "anmerkungen", "bemerkung", "bemerkungen", "notiz", "notizen", "kommentar", "kommentare",
    "remarque", "remarques", "commentaire", "commentaires", "observation", "observations", "observaciones",
    "observacoes", "comentario", "comentarios", "commenti", "nota", "notas", "opmerking", "opmerkingen", "uwaga",
    "uwagi", "備考", "备注", "備註", "비고",
];

const YES_LEAVES: &[&str] = &[
    "exclude", "excluded", "exclusion", "skip", "keep", "ignore", "exception", "exempt", "exempted", "retain", "stay",
    "stays", "staying", "whitelist", "whitelisted", "ausnahme", "ausgenommen", "ausnehmen", "ausschliessen",
    "behalten", "bleibt", "exclure", "exclu", "reste", "excluir", "escludi", "zostaje", "wykluczyc",
];

const NO_LEAVES: &[&str] = &[
    "include", "included", "inscope", "disable", "deactivate", "block", "lock", "lockout", "suspend", "terminate",
    "terminated", "termination", "offboard", "offboarding", "revoke", "remove", "touch", "proceed", "approved",
    "confirmed", "leaver", "leaving", "compromised", "affected", "austritt", "sperren", "deaktivieren", "desactiver",
    "bloquer", "bloquear", "desactivar", "deshabilitar", "bloccare", "blokkeren", "zablokowac", "wylaczyc",
];

/// The same behind `to be`: alone, they may be the state of the account.
const IF_TO_BE: &[&str] =
    &["disabled", "deactivated", "blocked", "locked", "suspended", "removed", "revoked", "deleted"];

/// Names with the day on which somebody leaves, or a part of them, as one word.
const LEAVING_DATE: &[&str] = &[
    "terminationdate", "dateoftermination", "leavingdate", "leavedate", "leaverdate", "exitdate", "separationdate",
    "departuredate", "offboardingdate", "lastday", "lastworkingday", "dateleft", "austrittsdatum", "austrittam",
    "austrittzum", "letzterarbeitstag", "letztertag", "datededepart", "datedesortie", "dernierjour", "fechadebaja",
    "fechadesalida", "datadicessazione", "datadedesligamento", "datadesaida", "datumuitdienst", "datazwolnienia",
    "dataodejscia", "退職日", "离职日期", "離職日期", "퇴사일", "퇴직일",
];

/// Words that change nothing in the name of a column.
const FILLERS: &[&str] = &[
    "to", "be", "is", "should", "we", "please", "account", "accounts", "user", "users", "access", "the", "a", "from",
    "for", "this", "out", "active", "enabled", "in", "now", "do", "t", "zu", "konto", "benutzer", "werden", "le", "la",
    "compte", "cuenta", "conta", "utente", "ne",
];

const NEGATIONS: &[&str] = &["not", "dont", "don", "no", "never", "nicht", "pas", "nao", "non", "niet", "nie"];

/// What a column of this name says about its people, where it says whether they are meant.
pub(super) fn instruction(name: &str) -> Option<Instruction> {
    if name.trim().is_empty() {
        return Some(Instruction::Unnamed);
    }
    let words = words_of(name);
    let is = |table: &[&str], word: &str| table.contains(&word);
    let has = |table: &[&str]| words.iter().any(|word| is(table, word));
    let whole = words.concat();
    if whole == "inscope" {
        return Some(Instruction::NoLeaves);
    }
    if (has(ACTION) && !has(OF_MACHINES)) || is(ACTION, &whole) {
        return Some(Instruction::Action);
    }
    if has(REMARK) || names::is_a_status(name) {
        return Some(Instruction::Remark);
    }
    // A column of the directory's own is what it is called: `Block sign-in` is a state.
    if names::is_known(&names::meaning(name)) || header_words::english(name).is_some() || names::is_of_a_template(name)
    {
        return None;
    }
    if LEAVING_DATE.iter().any(|date| whole.contains(date)) {
        return Some(Instruction::NoLeaves);
    }
    let is_to_be = has(&["be", "werden"]);
    let meant = |word: &str| is(NO_LEAVES, word) || (is_to_be && is(IF_TO_BE, word));
    let rest: Vec<&str> = words.iter().map(String::as_str).filter(|word| !is(FILLERS, word)).collect();
    let (negations, rest): (Vec<&str>, Vec<&str>) = rest.into_iter().partition(|word| is(NEGATIONS, word));
    if rest.is_empty() || !rest.iter().all(|word| is(YES_LEAVES, word) || meant(word)) {
        return None;
    }
    let leaves = rest.iter().any(|word| is(YES_LEAVES, word));
    if leaves && name.contains('/') && rest.iter().any(|word| meant(word)) {
        return Some(Instruction::Action);
    }
    Some(if leaves == negations.is_empty() { Instruction::YesLeaves } else { Instruction::NoLeaves })
}

/// The words of a name, without what stands in parentheses and without the answers behind it: `Sperren (ja/nein)`, `Leaver Y/N`.
fn words_of(name: &str) -> Vec<String> {
    let (bare, _) = name.split_once(['(', '（']).unwrap_or((name, ""));
    let bare = if bare.trim().is_empty() { name } else { bare };
    let bare = bare.replace(['\'', '\u{2019}'], "");
    let mut words: Vec<String> = folded::words(&bare).map(|word| folded::plain(&word)).collect();
    let is_an_answer = |word: &String| leave_words::yes(word).is_some() || leave_words::no(word).is_some();
    while words.len() > 1 && words.last().is_some_and(is_an_answer) {
        words.pop();
    }
    words
}

impl Instruction {
    /// What a cell of such a column says.
    pub(super) fn said(self, cell: &str) -> Said {
        use Said::{Leave, LeaveIfOthersAreMeant, Meant, Other};
        if let Some(word) = leave_words::leaving_word(cell) {
            return Leave(word);
        }
        let is_meant = || leave_words::yes(cell).is_some() || leave_words::is_an_act(cell) || is_a_date(cell);
        match self {
            Self::Action => match (leave_words::waiting_word(cell), leave_words::word_of_no_action(cell)) {
                (Some(word), _) => Leave(word),
                (None, Some(word)) => LeaveIfOthersAreMeant(word),
                (None, None) if leave_words::is_an_act(cell) => Meant,
                (None, None) => Other,
            },
            Self::Remark => Other,
            Self::YesLeaves => leave_words::yes(cell).map_or(Other, Leave),
            Self::NoLeaves => match leave_words::no(cell) {
                Some(word) => Leave(word),
                None if cell.is_empty() => LeaveIfOthersAreMeant(""),
                None if is_meant() => Meant,
                None => Other,
            },
            Self::Unnamed if cell.is_empty() => LeaveIfOthersAreMeant(""),
            Self::Unnamed if leave_words::is_a_tick(cell) => Meant,
            Self::Unnamed => Other,
        }
    }
}

/// Whether a text may be a date: `2026-11-30`, `30.11.2026 00:00`.
fn is_a_date(cell: &str) -> bool {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    cell.starts_with(|c: char| c.is_ascii_digit()) && digits >= 4 && cell.contains(['-', '.', '/'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(name: &str, cell: &str) -> bool {
        instruction(name).is_some_and(|instruction| matches!(instruction.said(cell), Said::Leave(_)))
    }

    #[test]
    fn a_cell_says_it_in_its_column_and_a_thing_that_is_kept_does_not() {
        for (name, cell) in [
            ("Action", "keep"),
            ("action to take", " DO NOT TOUCH! "),
            ("Action required", "Don\u{2019}t disable"),
            ("Comments", "** exclude **"),
            ("Status", "do-not-block"),
            ("Exclude?", "Yes"),
            ("Do not touch", "x"),
            ("Don't disable", "true"),
            ("Keep", "1"),
            ("Disable?", "No"),
            ("In scope", "FALSE"),
            ("Approved", "n"),
            ("Maßnahme", "Nicht sperren"),
            ("Action", "Hold"),
            ("IT comments", "keep"),
            ("Uwagi", "nie blokować"),
            ("Disable (Y/N)", "N"),
            ("Sperren (ja/nein)", "nein"),
            ("Decision (keep/disable)", "keep"),
            ("Keep / Disable", "keep"),
            ("Austritt ja/nein", "nein"),
            ("To be disabled?", "No"),
            ("Revoke access?", "no"),
            ("Confirmed leaver", "N"),
            ("Konto sperren", "Nein"),
            ("À désactiver", "Non"),
            ("Zablokować", "Nie"),
            ("Excluded from offboarding", "x"),
            ("Nicht sperren", "x"),
            ("Bleibt", "ja"),
        ] {
            assert!(leaves(name, cell), "{name}: {cell}");
        }
        for (name, cell) in [
            ("Action", "disable"),
            ("Action", "keep the mailbox"),
            ("Action", ""),
            ("Action", "no"),
            ("Comments", "none"),
            ("Exclude", "no"),
            ("Exclude", ""),
            ("Disable", "yes"),
            ("Disable", ""),
            ("Department", "keep"),
            ("Status", "active"),
            ("Account enabled", "no"),
            ("Account disabled", "no"),
            ("Block credential", "false"),
            ("Block sign-in", "no"),
            ("Termination reason", "no"),
            ("Approved by", "n"),
        ] {
            assert!(!leaves(name, cell), "{name}: {cell}");
        }
    }

    #[test]
    fn what_others_say_decides_about_an_empty_cell() {
        for (name, empty, meant) in [
            ("Disable", "", "x"),
            ("Termination Date", "", "2026-11-20"),
            ("Last Day of Work", "", "11/30/2026"),
            ("Austrittsdatum", "", "30.11.2026"),
            ("Action", "n/a", "disable"),
            ("Action", "Enable", "Disable"),
            ("", "", "X"),
        ] {
            let instruction = instruction(name).unwrap();
            assert!(matches!(instruction.said(empty), Said::LeaveIfOthersAreMeant(_)), "{name}");
            assert_eq!(instruction.said(meant), Said::Meant, "{name}");
        }
        for name in ["DeliveryAction", "Remediation action", "Contract end date"] {
            assert_eq!(instruction(name), None, "{name}");
        }
        assert_eq!(instruction("Start date"), None);
    }
}
