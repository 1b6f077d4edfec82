//! What a plan leaves to Active Directory and to identity providers, in sentences: for the preview and the page of the plan.

use crate::graph::found_pace::FOR_AUTHENTICATION;
use crate::plan::manifest::OnPremisesWork;
use crate::seal::recipient_name;
use crate::words::{counted, span};

/// How many people keep their old password until the script has run, and whose block the next sync undoes.
pub fn sentences(work: &OnPremisesWork, discards: bool) -> Vec<String> {
    let mut sentences = Vec::new();
    if work.passwords > 0 {
        let people = counted(work.passwords.into(), "person keeps the old password", "people keep their old passwords");
        let what = if work.sealed > 0 {
            let keys: Vec<String> = work.keys.iter().map(|key| recipient_name(key)).collect();
            let sets = counted(work.sealed.into(), "sealed password", "sealed passwords");
            format!("it sets {sets}, opened by {}", keys.join(", "))
        } else if discards {
            "it sets passwords that no one knows".to_owned()
        } else {
            "it sets passwords that no one knows, so that none can be handed over; with --ad-key CERT it sets sealed ones"
                .to_owned()
        };
        sentences.push(format!("{people} until onprem.ps1 has run in Active Directory: {what}"));
    }
    if work.at_providers > 0 {
        let people =
            counted(work.at_providers.into(), "person keeps the old password", "people keep their old passwords");
        sentences.push(format!(
            "{people} until somebody has changed it by hand at the identity provider of the domain: by-hand.csv is the list, and \
             sealoff onprem DIR --by-hand takes it in when it is filled in; nothing in this tenant proves it"
        ));
    }
    if work.blocks > 0 {
        let people = counted(work.blocks.into(), "person", "people");
        sentences.push(format!(
            "the next directory sync lets {people} in again who are blocked here, unless onprem.ps1 has disabled them in \
             Active Directory"
        ));
    }
    sentences
}

/// Whose new passwords are written back, how long that takes, and what it needs.
pub fn writeback(people: u32) -> String {
    let who = counted(people.into(), "person keeps the old password", "people keep their old passwords");
    let (fast, slow) = FOR_AUTHENTICATION.both_ends(people);
    let time = if fast == slow { span(slow) } else { format!("{} to {}", span(fast), span(slow)) };
    format!(
        "{who} until sealoff onprem DIR --writeback has run, signed in as a person: {time}, as far as Graph and the one agent in \
         Active Directory let through; each must choose another password at the next sign-in"
    )
}

/// The same where there is little room.
pub fn brief(work: &OnPremisesWork) -> String {
    match (work.passwords + work.at_providers, work.blocks) {
        (0, 0) => String::new(),
        (0, blocks) => format!("; the next sync undoes {}", counted(blocks.into(), "block", "blocks")),
        (passwords, _) => {
            format!("; {}", counted(passwords.into(), "old password stays until then", "old passwords stay until then"))
        }
    }
}
