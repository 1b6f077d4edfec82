//! Which key opens a file of sealed passwords: what the files beside it say.

use std::path::Path;

use serde::Deserialize;

use super::exit::Failure;
use super::words::{first_of, harmless};
use crate::plan::folder::{PlanFolder, RESULTS};
use crate::seal::recipient_name;
use crate::spreadsheet::Guarded;

/// So many keys are named.
const MAX_NAMED: usize = 5;

/// `unseal` was not given what opens the file.
pub(super) fn is_missing(file: &Path) -> Failure {
    let what = format!("no key is named that opens {}", harmless(&file.display().to_string()));
    let failure = Failure::usage(what);
    match keys(file) {
        Some(keys) => {
            failure.with_next(format_args!("Name the file of the private key with -i FILE. It is sealed to {keys}."))
        }
        None => failure
            .with_next("Name the file of the private key with -i FILE: that of the person whose passwords they are."),
    }
}

/// The public halves of the keys that open the file, as its plan or the index of the packets names them.
fn keys(file: &Path) -> Option<String> {
    let folder = file.parent().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder })?;
    let name = file.file_name()?.to_str()?;
    if name == RESULTS {
        let plan = PlanFolder::open(folder).ok()?;
        let manifest = plan.manifest();
        return match &manifest.handoff {
            None => some(manifest.recipients.iter().map(|key| recipient_name(key).to_string()).collect()),
            Some(handoff) => some(
                handoff
                    .shares
                    .iter()
                    .map(|share| {
                        let keys: Vec<String> = share.keys.iter().map(|key| recipient_name(key).to_string()).collect();
                        format!("{} ({})", harmless(share.name.as_str()), keys.join(", "))
                    })
                    .collect(),
            ),
        };
    }
    let mut index = csv::Reader::from_path(folder.join("index.csv")).ok()?;
    let packet = index.deserialize::<PacketKeys<'_>>().flatten().find(|packet| packet.file.0 == name)?;
    Some(format!("{}: {}", harmless(&packet.name.0), harmless(&packet.keys)))
}

fn some(mut keys: Vec<String>) -> Option<String> {
    let all = keys.len() as u64;
    keys.truncate(MAX_NAMED);
    (all > 0).then(|| first_of(&keys, all))
}

/// What the index of the packets says of one of them.
#[derive(Deserialize)]
struct PacketKeys<'a> {
    name: Guarded<'a>,
    file: Guarded<'a>,
    keys: String,
}
