//! What the new passwords of a plan are like, and where they come from.

use crate::plan::manifest::Manifest;
use crate::words::roster_name;

/// Without its full stop.
pub fn sentence(plan: &Manifest) -> String {
    let made = plan.options.password.sentence();
    let Some(chosen) = &plan.passwords_by_hand else { return made };
    let from = match &chosen.file {
        Some(file) => format!(
            "chosen by hand, from {} (SHA-256 {}), which is needed again to carry the plan out",
            roster_name(&file.name),
            file.sha256.short()
        ),
        None => "typed by hand; it is asked for again where the run is gone on with".to_owned(),
    };
    if chosen.generate_missing { format!("{from}; who has none there gets one that is made: {made}") } else { from }
}
