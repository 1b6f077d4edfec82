//! Words with which a list says of a person on it that this person is to be left alone.

use super::names::fold;

/// What a column of this kind says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Instruction {
    /// It says in words what is to be done: `Action`.
    InWords,
    /// A yes leaves the person out: `Exclude`.
    YesLeaves,
    /// A no leaves the person out: `Include`.
    NoLeaves,
}

/// Columns that say what is to be done with a person, in words; remarks and states are read for the same words.
const IN_WORDS: &[&str] = &[
    "action",
    "actions",
    "actiontotake",
    "actionrequired",
    "actionneeded",
    "requiredaction",
    "itaction",
    "todo",
    "whattodo",
    "decision",
    "finaldecision",
    "disposition",
    "instruction",
    "instructions",
    "note",
    "notes",
    "remark",
    "remarks",
    "comment",
    "comments",
    "status",
    "aktion",
    "maßnahme",
    "massnahme",
    "entscheidung",
    "anweisung",
    "bemerkung",
    "bemerkungen",
    "kommentar",
    "décision",
    "consigne",
    "remarque",
    "remarques",
    "commentaire",
    "commentaires",
    "acción",
    "accion",
    "decisión",
    "observaciones",
    "comentarios",
    "ação",
    "acao",
    "decisão",
    "azione",
    "decisione",
    "nota",
    "actie",
    "beslissing",
    "opmerking",
    "åtgärd",
    "対応",
    "処置",
    "操作",
];

const YES_LEAVES: &[&str] = &[
    "exclude",
    "excluded",
    "exclusion",
    "skip",
    "keep",
    "keepactive",
    "keepenabled",
    "ignore",
    "donottouch",
    "donotdisable",
    "donotblock",
    "donotdelete",
    "donttouch",
    "dontdisable",
    "dontblock",
    "dontdelete",
    "exception",
    "exempt",
    "exempted",
    "retain",
    "ausnahme",
    "ausschließen",
    "behalten",
    "exclure",
    "exclu",
    "excluir",
    "escludi",
];

const NO_LEAVES: &[&str] = &[
    "include",
    "included",
    "inscope",
    "disable",
    "disableaccount",
    "todisable",
    "block",
    "toblock",
    "lock",
    "lockout",
    "terminate",
    "offboard",
    "remove",
    "toremove",
    "proceed",
    "approved",
    "confirmed",
    "sperren",
    "deaktivieren",
    "désactiver",
    "bloquer",
    "bloquear",
];

/// A whole cell, in small letters and without signs.
const LEAVE: &[&str] = &[
    "keep",
    "keep active",
    "keep enabled",
    "keep account",
    "keep user",
    "keep this user",
    "retain",
    "skip",
    "skipped",
    "ignore",
    "exclude",
    "excluded",
    "exception",
    "leave",
    "leave alone",
    "leave as is",
    "leave active",
    "leave enabled",
    "do nothing",
    "no action",
    "no action needed",
    "no action required",
    "no change",
    "none needed",
    "do not touch",
    "do not disable",
    "do not block",
    "do not lock",
    "do not lock out",
    "do not delete",
    "do not remove",
    "do not terminate",
    "do not process",
    "do not reset",
    "dont touch",
    "dont disable",
    "dont block",
    "dont delete",
    "dont remove",
    "not in scope",
    "out of scope",
    "hands off",
    "behalten",
    "nicht anfassen",
    "nicht sperren",
    "nicht löschen",
    "nicht deaktivieren",
    "ausnehmen",
    "ausschließen",
    "ignorieren",
    "überspringen",
    "keine aktion",
    "garder",
    "conserver",
    "ne pas toucher",
    "ne pas bloquer",
    "ne pas désactiver",
    "exclure",
    "ignorer",
    "mantener",
    "conservar",
    "no tocar",
    "no bloquear",
    "no deshabilitar",
    "excluir",
    "ignorar",
    "manter",
    "não mexer",
    "não bloquear",
    "mantenere",
    "non toccare",
    "non bloccare",
    "escludere",
    "behouden",
    "niet aanpassen",
    "niet blokkeren",
    "uitsluiten",
    "除外",
    "対象外",
];

/// What a list says of those who are meant, in small letters.
const ACT: &[&str] = &[
    "act",
    "block",
    "blocked",
    "delete",
    "disable",
    "disabled",
    "leaver",
    "lock",
    "lock out",
    "offboard",
    "proceed",
    "remove",
    "reset",
    "terminate",
    "terminated",
    "sperren",
    "deaktivieren",
    "löschen",
    "désactiver",
    "bloquer",
    "supprimer",
    "bloquear",
    "deshabilitar",
    "bloccare",
    "blokkeren",
    "停止",
    "削除",
];

const YES: &[&str] = &["yes", "y", "true", "x", "1", "ja", "j", "oui", "o", "sí", "si", "s", "sim", "sì", "✓", "✔"];
const NO: &[&str] = &["no", "n", "false", "0", "nein", "non", "não", "nao", "nee", "✗", "✘"];

/// What a column of this name says about its people, where it says whether they are meant.
pub(super) fn instruction(name: &str) -> Option<Instruction> {
    let folded = fold(name);
    let name = folded.trim_end_matches(['?', ':']).replace(['\'', '\u{2019}'], "");
    let is_in = |words: &[&str]| words.contains(&name.as_str());
    if is_in(IN_WORDS) {
        Some(Instruction::InWords)
    } else if is_in(YES_LEAVES) {
        Some(Instruction::YesLeaves)
    } else if is_in(NO_LEAVES) {
        Some(Instruction::NoLeaves)
    } else {
        None
    }
}

impl Instruction {
    /// Does a cell of such a column say to leave its person alone? Only a whole cell does: `keep the mailbox` is about another
    /// thing.
    pub(super) fn leaves(self, cell: &str) -> bool {
        let said = plain(cell);
        let is_in = |words: &[&str]| words.contains(&said.as_str());
        match self {
            Self::InWords => is_in(LEAVE),
            Self::YesLeaves => is_in(YES) || is_in(LEAVE),
            Self::NoLeaves => is_in(NO) || is_in(LEAVE),
        }
    }
}

/// The word with which a cell says to leave its person alone; `None` where it says none of those that are looked for.
pub(super) fn leaving_word(cell: &str) -> Option<&'static str> {
    let said = plain(cell);
    [LEAVE, YES, NO].into_iter().flatten().find(|word| **word == said).copied()
}

/// What a cell says of one who is meant, as `--only` takes it; `None` where the cell is in words of its own. People write
/// passwords into remarks, so a message may show no cell of such a column but a known word.
pub(super) fn other_word(cell: &str) -> Option<&'static str> {
    let said = cell.trim().to_lowercase();
    if said.is_empty() {
        return Some("");
    }
    [ACT, YES, NO].into_iter().flatten().find(|word| **word == said).copied()
}

/// In small letters, one blank between the words, without the signs around and between them: `** Don't touch! **`.
fn plain(cell: &str) -> String {
    let letters = cell.trim().to_lowercase().replace(['\'', '\u{2019}'], "");
    let kept = |c: char| if c.is_alphanumeric() || matches!(c, '✓' | '✔' | '✗' | '✘') { c } else { ' ' };
    letters.chars().map(kept).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_cell_says_it_and_a_part_of_one_does_not() {
        let leaves = |name: &str, cell: &str| instruction(name).is_some_and(|instruction| instruction.leaves(cell));
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
        ] {
            assert!(leaves(name, cell), "{name}: {cell}");
        }
        for (name, cell) in [
            ("Action", "disable"),
            ("Action", "keep the mailbox"),
            ("Action", ""),
            ("Action", "no"),
            ("Exclude", "no"),
            ("Exclude", ""),
            ("Disable", "yes"),
            ("Disable", ""),
            ("Department", "keep"),
            ("Status", "active"),
            ("Account enabled", "no"),
        ] {
            assert!(!leaves(name, cell), "{name}: {cell}");
        }
    }
}
