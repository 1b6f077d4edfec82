//! What each playbook is for, where one has to be chosen in a hurry.

use crate::plan::playbook::Playbook;

/// When it is the right one; not a sentence, so that it can stand beside its name.
pub const fn meant_for(playbook: Playbook) -> &'static str {
    match playbook {
        Playbook::Contain => "an intruder is in: this one first, now",
        Playbook::Evict => "after contain or breach: what an intruder registered",
        Playbook::Reinstate => "after contain, in waves",
        Playbook::Breach => "passwords may be known, and people go on working: sign-in is not blocked",
        Playbook::Offboard => "people have left",
        Playbook::Signout => "tokens were stolen, passwords are safe",
        Playbook::Undo => "sign-in was blocked by mistake",
    }
}

/// What its name may hide from who chooses it.
pub const fn caution(playbook: Playbook) -> Option<&'static str> {
    match playbook {
        Playbook::Breach => {
            Some("sign-in is not blocked; with an intruder inside, contain first (sealoff help breach)")
        }
        _ => None,
    }
}
