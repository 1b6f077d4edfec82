//! What is said of the methods that people sign in with.

use std::time::Duration;

use crate::directory::MethodKind;
use crate::plan::method_counts::{MethodAges, MethodCounts};
use crate::plan::what_is_listed::WhatIsListed;
use crate::run::target_result::TargetOutcome;
use crate::step::target::TargetKind;
use crate::words::{count, counted, span};

/// What a plan that lists them does about them.
const STAY: &str =
    "this plan lists them and removes none: an intruder who registered one can still use it where sign-in is allowed";

/// What a kind is called.
pub const fn kind(kind: MethodKind) -> &'static str {
    match kind {
        MethodKind::Passkey => "passkey or security key",
        MethodKind::PlatformCredential => "platform credential of a Mac",
        MethodKind::WindowsHello => "Windows Hello for Business",
        MethodKind::External => "method of another provider",
        MethodKind::QrCodePin => "QR code with a PIN",
        MethodKind::HardwareOath => "token that shows codes",
        MethodKind::Email => "mail address that resets the password",
        MethodKind::TemporaryAccessPass => "temporary access pass",
        MethodKind::AlternateMobile => "second mobile number",
        MethodKind::OfficePhone => "number of the office",
        MethodKind::SoftwareOath => "app that shows codes",
        MethodKind::Authenticator => "Microsoft Authenticator",
        MethodKind::MobilePhone => "mobile number",
        MethodKind::Unknown => "of a kind that is not known here",
    }
}

/// What a target is called.
pub const fn target(target: TargetKind) -> &'static str {
    match target {
        TargetKind::Method(of) => kind(of),
        TargetKind::Device | TargetKind::DeviceBack => "device",
        TargetKind::Consent => "consent to an app",
    }
}

/// What is said of a method that stays because it was registered before the moment that was named.
pub const EARLIER: &str = "registered before, and left";

/// What became of a target.
pub const fn outcome(outcome: TargetOutcome) -> &'static str {
    match outcome {
        TargetOutcome::Done => "removed",
        TargetOutcome::Pending => "not removed yet",
        TargetOutcome::Uncertain => "uncertain",
        TargetOutcome::Failed => "refused or given up",
        TargetOutcome::CannotBeDone => "cannot be removed from here",
    }
}

/// `2 of the last 7 days, 9 older, 1 of unknown age`.
pub fn ages(ages: &MethodAges) -> String {
    let MethodAges { last_7_days, last_30_days, older, unknown_age } = *ages;
    let parts = [
        (last_7_days, "of the last 7 days"),
        (last_30_days, "of the 23 days before"),
        (older, "older"),
        (unknown_age, "of unknown age"),
    ];
    let parts: Vec<String> = (parts.iter().filter(|(number, _)| *number > 0))
        .map(|(number, what)| format!("{} {what}", count((*number).into())))
        .collect();
    parts.join(", ")
}

/// `passkey or security key: 9 older; 2 are removed`. What is removed is said where the plan removes any.
pub fn of_kind(methods: &MethodCounts, of: MethodKind, its: &MethodAges) -> String {
    let removed = match methods.removed_of(of) {
        None => String::new(),
        Some(0) => "; none is removed".to_owned(),
        Some(number) => format!("; {} removed", counted(number.into(), "is", "are")),
    };
    format!("{}: {}{removed}", kind(of), ages(its))
}

/// `36 methods of 12 people beside their passwords`.
pub fn headline(methods: &MethodCounts) -> String {
    let number = counted(methods.methods().into(), "method", "methods");
    let people = counted(methods.read.people.into(), "person", "people");
    format!("{number} of {people} beside the password")
}

/// Whom it concerns most, one sentence each.
pub fn people(methods: &MethodCounts) -> Vec<String> {
    let people = |number: u32, one, many| (number > 0).then(|| counted(number.into(), one, many));
    [
        people(methods.with_none, "person has", "people have")
            .map(|who| format!("{who} none: the password alone lets anyone in, who may then register one")),
        people(methods.with_one, "person has", "people have")
            .map(|who| format!("{who} one, and without it none (only_one in the list)")),
        people(methods.read.not_read, "person's methods are", "people's methods are")
            .map(|who| format!("{who} not known: Graph would not list them (not_read in the list says why)")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The types that are not known here, where there are any.
pub fn unknown_types(methods: &MethodCounts) -> Option<String> {
    let types = &methods.unknown_types;
    let names: Vec<String> = types.iter().map(|name| format!("{name:?}")).collect();
    (!types.is_empty()).then(|| format!("types that are not known here: {}", names.join(", ")))
}

/// What the plan does about them, one sentence each.
pub fn removal(methods: &MethodCounts) -> Vec<String> {
    let Some(removal) = &methods.removal else { return vec![STAY.to_owned()] };
    let people = counted(removal.people.into(), "person", "people");
    let mut sentences =
        vec![format!("this plan removes {} of {people}", counted(methods.removed().into(), "method", "methods"))];
    if removal.left_with_none > 0 {
        sentences.push(format!(
            "{} left with none: they come back in with their password alone, and register new ones; an intruder who has it can, \
             too, so hand out a new one first",
            counted(removal.left_with_none.into(), "person is", "people are")
        ));
    }
    if removal.cannot_remove > 0 {
        sentences.push(format!(
            "{} meant and cannot be removed from here (cannot-remove in the list): an administrator does it in the Entra admin center",
            counted(removal.cannot_remove.into(), "method is", "methods are")
        ));
    }
    if removal.stay > 0 {
        sentences.push(format!(
            "{}: registered before the moment that --methods since names",
            counted(removal.stay.into(), "method stays", "methods stay")
        ));
    }
    sentences
}

/// `what 10 people sign in with`.
pub fn listed(of: WhatIsListed, whose: &str) -> String {
    let (before, behind) = of.around_whose();
    format!("{before} {whose} {behind}")
}

/// How long it takes to list them, before that begins: both ends, because no page says how fast Graph lets it go.
pub fn announcement(of: WhatIsListed, people: u32, left: u32, fast: Duration, slow: Duration) -> String {
    let whose = if left == people {
        counted(people.into(), "person", "people")
    } else {
        format!(
            "{} of {} (the others are known from a planning that was stopped)",
            count(left.into()),
            counted(people.into(), "person", "people")
        )
    };
    format!(
        "listing {}: {} to {}, as fast as Graph lets it; stopped, the same command goes on from there",
        listed(of, &whose),
        span(fast),
        span(slow)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::Step;

    #[test]
    fn both_ends_of_the_time_are_said_and_what_is_known_already() {
        let said = |left| {
            announcement(
                WhatIsListed::TargetsOf(Step::Methods),
                10_000,
                left,
                Duration::from_secs(1_000),
                Duration::from_secs(10_000),
            )
        };
        assert!(
            said(10_000).contains("what 10,000 people sign in with: 16 min 40 s to 2 h 46 min"),
            "{}",
            said(10_000)
        );
        assert!(said(4).contains("what 4 of 10,000 people (the others are known"), "{}", said(4));
    }

    #[test]
    fn ages_that_do_not_occur_are_left_out() {
        let some = MethodAges { last_7_days: 2, unknown_age: 1_000, ..MethodAges::default() };
        assert_eq!(ages(&some), "2 of the last 7 days, 1,000 of unknown age");
    }
}
