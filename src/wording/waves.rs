//! What is said of the waves of a plan.

use crate::plan::waves::{Wave, Waves};
use crate::words::{count, counted, first_of, harmless};

/// So many are named.
const MAX_NAMED: usize = 20;

/// `berlin (12), madrid (8) and 3 more`: the names with their numbers of accounts.
pub fn names(waves: &Waves) -> String {
    let named = |wave: &Wave| format!("{} ({})", harmless(&wave.name), count(wave.accounts.into()));
    let first: Vec<String> = waves.waves.iter().take(MAX_NAMED).map(named).collect();
    first_of(&first, waves.waves.len() as u64)
}

/// How many, and by which column.
pub fn headline(waves: &Waves) -> String {
    let number = counted(waves.waves.len() as u64, "wave", "waves");
    format!("{number} by the column {:?}, each with a command of its own", harmless(&waves.by))
}

/// What has to be known before people are left for later.
pub const STAY_OPEN: &str = "who is in a later wave stays as they are until then: where an intruder may be in, contain everybody first, and let \
     them back in waves (reinstate)";

/// How far one wave is.
pub fn progress(wave: &Wave, left: u64) -> String {
    let accounts = counted(wave.accounts.into(), "account", "accounts");
    match left {
        0 => format!("{accounts}, none left to do"),
        left if left == u64::from(wave.accounts) => format!("{accounts}, all left to do"),
        left => format!("{accounts}, {} left to do", count(left)),
    }
}
