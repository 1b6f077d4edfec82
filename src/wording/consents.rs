//! What is said of what people allowed apps to do in their names.

use crate::plan::consent_counts::{AppConsents, ConsentCounts};
use crate::words::{count, counted};

/// What a plan that lists them does about them.
const STAY: &str =
    "this plan lists them and deletes none: an app that an intruder let in is asked for nothing at the next sign-in";

/// What a deletion does not reach.
pub const TOKENS_LIVE_ON: &str =
    "an access token that an app holds already opens what it opened until it ends, about an hour later";

/// What is never deleted.
pub const FOR_EVERYBODY_STAY: &str = "Consents that an administrator gave for everybody are not listed, and stay";

/// `12 consents of 9 people to 3 apps`.
pub fn headline(consents: &ConsentCounts) -> String {
    if consents.consents == 0 {
        return format!("no consent of {}", counted(consents.read.people.into(), "person", "people"));
    }
    let apps = consents.apps.len() as u64 + u64::from(consents.more_apps);
    format!(
        "{} of {} to {}",
        counted(consents.consents.into(), "consent", "consents"),
        counted(consents.with_any.into(), "person", "people"),
        counted(apps, "app", "apps")
    )
}

/// What an app is called; its id where its name is not known.
pub fn name(app: &AppConsents) -> String {
    if app.name.is_empty() { format!("an app that is not known here ({})", app.client_id) } else { app.name.clone() }
}

/// Who made it.
pub fn publisher(app: &AppConsents) -> &str {
    match app.publisher.as_str() {
        _ if app.is_microsofts => "Microsoft's own",
        _ if app.name.is_empty() => "not known",
        "" => "not verified",
        verified => verified,
    }
}

/// `Mail Merge Pro (publisher: not verified): Mail.Send, offline_access; 3 are deleted`. What is deleted is said where the plan
/// deletes any.
pub fn of_app(app: &AppConsents, deletes: bool) -> String {
    let scopes: Vec<&str> = app.scopes.iter().map(String::as_str).collect();
    let deleted = match (deletes, app.deleted) {
        (false, _) => String::new(),
        (true, 0) => "; none is deleted".to_owned(),
        (true, number) => format!("; {} deleted", counted(number.into(), "is", "are")),
    };
    format!("{} (publisher: {}): {}{deleted}", name(app), publisher(app), scopes.join(", "))
}

/// The apps that are not named, where there are any.
pub fn more_apps(consents: &ConsentCounts) -> Option<String> {
    let more = consents.more_apps;
    (more > 0).then(|| format!("consents.csv names {} more", counted(more.into(), "app", "apps")))
}

/// Whose consents are not known, where there are any.
pub fn not_read(consents: &ConsentCounts) -> Option<String> {
    let people = consents.read.not_read;
    (people > 0).then(|| {
        let who = counted(people.into(), "person's consents are", "people's consents are");
        format!("{who} not known: Graph would not list them (not_read in the list says why)")
    })
}

/// What the plan does about them, one sentence each.
pub fn deletion(consents: &ConsentCounts) -> Vec<String> {
    if !consents.asked.deletes() {
        return vec![STAY.to_owned()];
    }
    let mut sentences = vec![match consents.deleted {
        0 => format!("this plan deletes no consent: none is to an app that \"{}\" means", consents.asked),
        deleted => format!(
            "this plan deletes {} of {}, and no run gives them back; {TOKENS_LIVE_ON}",
            counted(deleted.into(), "consent", "consents"),
            counted(consents.people_deleted.into(), "person", "people")
        ),
    }];
    if consents.microsofts_own > 0 {
        sentences.push(format!(
            "{}: Microsoft's own apps are left (microsofts-own in the list)",
            counted(consents.microsofts_own.into(), "consent stays", "consents stay")
        ));
    }
    if consents.unknown_app > 0 {
        sentences.push(format!(
            "{}: it is not known to which app, so it cannot be matched (unknown-app in the list); look it up in the Entra admin center",
            counted(consents.unknown_app.into(), "consent stays", "consents stay")
        ));
    }
    sentences
}

/// How many of the consents to an app are deleted, as a cell has it.
pub fn deleted(app: &AppConsents) -> String {
    count(app.deleted.into())
}
