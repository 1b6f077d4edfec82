//! What to do about what could not be read, and who may decide without it.

use crate::directory::{Note, NoteKind};
use crate::plan::manifest::Manifest;

/// What to do about a gap, as whole sentences; `None` where there is nothing to do.
pub const fn remedy(kind: NoteKind) -> Option<&'static str> {
    Some(match kind {
        NoteKind::EligibleRolesNotRead => "Grant the app RoleEligibilitySchedule.Read.Directory to have them known.",
        NoteKind::EligibleRolesRefused => {
            "Where the tenant does not use Privileged Identity Management, that is right. Otherwise protect them by name: \
             --protect FILE."
        }
        NoteKind::OwnersNotRead => "Grant the app Application.Read.All, or protect them by name: --protect FILE.",
        NoteKind::CallerNotKnown => "Protect the account that you are signed in with by name: --protect FILE.",
        NoteKind::MailboxesNotRead => "Grant the app MailboxSettings.Read to have them known.",
        NoteKind::RolesNotRead
        | NoteKind::DomainsNotRead
        | NoteKind::NoEligibleRoles
        | NoteKind::SignedInAs
        | NoteKind::DeletedNotRead
        | NoteKind::ManagersNotRead
        | NoteKind::MembersListed
        | NoteKind::NamesCompared
        | NoteKind::NamesNotCompared => return None,
    })
}

/// What could not be read, with its remedy.
pub fn with_remedy(note: &Note) -> String {
    joined(&note.sentence(), remedy(note.into()))
}

/// The notes of a plan, each with its remedy. Those of earlier versions have it within.
pub fn of_plan(plan: &Manifest) -> impl Iterator<Item = String> {
    parts_of_plan(plan).map(|(note, remedy)| joined(note, remedy))
}

/// The same, apart.
pub fn parts_of_plan(plan: &Manifest) -> impl Iterator<Item = (&str, Option<&'static str>)> {
    let remedy_of = |place: usize| plan.note_kinds.get(place).copied().and_then(remedy);
    plan.notes.iter().enumerate().map(move |(place, note)| (note.as_str(), remedy_of(place)))
}

fn joined(sentence: &str, remedy: Option<&str>) -> String {
    match remedy {
        Some(remedy) => format!("{sentence} {remedy}"),
        None => sentence.to_owned(),
    }
}
