//! The commands that carry a plan out, and make a plan from what an earlier one left open.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::plan::handoff::Handoff;
use crate::plan::manifest::Manifest;
use crate::plan::rules::Options;
use crate::plan::waves::{WAVE, Wave};
use crate::run::results::PASS_FROM;
use crate::seal::PasswordStyle;
use crate::step::PassTerms;
use crate::words::quoted;

/// Carries this plan out.
pub fn apply(folder: &Path, plan: &Manifest) -> String {
    match plan.waves.as_ref().and_then(|waves| waves.waves.first()) {
        Some(first) => apply_wave(folder, plan, first),
        None => apply_part(folder, plan, "", plan.accounts().into()),
    }
}

/// Goes on with a run of it, or with one wave of it. Of a plan with waves of which none is known, it is looked up.
pub fn go_on(folder: &Path, plan: &Manifest, wave: Option<&Wave>) -> String {
    let (part, accounts) = match (wave, &plan.waves) {
        (Some(wave), _) => (naming_the_wave(wave), wave.accounts),
        (None, None) => (String::new(), plan.accounts()),
        (None, Some(_)) => return format!("sealoff status {}", quoted(folder)),
    };
    let passwords = naming_the_passwords(plan);
    format!("sealoff apply {}{part}{passwords} --confirm {}", quoted(folder), plan.phrase_for(accounts.into()))
}

/// Goes on with a run of it, whatever waves it has.
pub fn go_on_with_all(folder: &Path, plan: &Manifest) -> String {
    let part = if plan.waves.is_some() { " --every-wave" } else { "" };
    let (accounts, passwords) = (plan.phrase_for(plan.accounts().into()), naming_the_passwords(plan));
    format!("sealoff apply {}{part}{passwords} --confirm {accounts}", quoted(folder))
}

/// Carries this wave of it out.
pub fn apply_wave(folder: &Path, plan: &Manifest, wave: &Wave) -> String {
    apply_part(folder, plan, &naming_the_wave(wave), wave.accounts.into())
}

fn apply_part(folder: &Path, plan: &Manifest, part: &str, accounts: u64) -> String {
    let (number, passwords) = (naming_the_number(plan), naming_the_passwords(plan));
    format!("sealoff apply {}{part}{passwords}{number} --confirm {}", quoted(folder), plan.phrase_for(accounts))
}

/// The flag for a wave, with a blank before it.
pub fn naming_the_wave(wave: &Wave) -> String {
    // What begins with a hyphen would be read as a flag.
    let sign = if wave.name.starts_with('-') { '=' } else { ' ' };
    format!(" --wave{sign}{}", quoted(Path::new(&wave.name)))
}

/// The flags for the file that people's chosen passwords are in, with a blank before each; empty where the plan has none.
pub fn naming_the_passwords(plan: &Manifest) -> String {
    let file = plan.passwords_by_hand.as_ref().and_then(|chosen| chosen.file.as_ref());
    file.map_or_else(String::new, |file| format!(" --passwords {} -i KEY", quoted(Path::new(&file.name))))
}

/// The flag that says how many accounts may be changed, with a blank before it; empty where the plan needs none.
pub fn naming_the_number(plan: &Manifest) -> String {
    plan.too_large.map_or_else(String::new, |_| format!(" --max-accounts {}", plan.accounts()))
}

/// Plans those whom the last verification of the run in this folder found changed back.
pub fn changed_back(folder: &Path) -> String {
    format!("sealoff again {} --out {}", quoted(folder), quoted(&new_folder(folder, "-again")))
}

/// A folder beside this one with its name and this ending, which is not there yet.
pub fn new_folder(beside: &Path, ending: &str) -> PathBuf {
    let named = |number: u32| {
        let mut name = beside.file_name().unwrap_or_default().to_owned();
        name.push(ending);
        if number > 1 {
            name.push(number.to_string());
        }
        beside.with_file_name(name)
    };
    (1..100).map(named).find(|folder| !folder.exists()).unwrap_or_else(|| named(100))
}

/// Plans this list by the rules of `like`, into the folder `out`.
pub fn like(like: &Manifest, list: &Path, out: &Path) -> String {
    // A list of ours, whose key column holds what the key column of the roster held.
    let key = like.roster.by.map_or_else(String::new, |by| {
        let name: &str = by.into();
        format!(" --key user --by {name}")
    });
    plan(like, list, &key, out)
}

/// Plans those by the same rules whose accounts were no longer what the plan says: `results` lists them, by their ids.
pub fn drifted(like: &Manifest, results: &Path, out: &Path) -> String {
    plan(like, results, " --key object_id --only error_code=drifted", out)
}

/// `rows` says which rows of the list are meant, and by which column: flags, each with a blank before it.
fn plan(like: &Manifest, list: &Path, rows: &str, out: &Path) -> String {
    let (list, playbook, rules, out) = (quoted(list), like.playbook, rules(like), quoted(out));
    format!("sealoff plan {list}{rows} --playbook {playbook}{rules} --out {out}")
}

/// The rules of a plan as flags, each with a blank before it.
fn rules(plan: &Manifest) -> String {
    let mut flags = options(&plan.options);
    if let Some(consents) = plan.consents.as_ref().filter(|consents| consents.asked.deletes()) {
        let _ = write!(flags, " --consents {}", quoted(Path::new(&consents.asked.to_string())));
    }
    // Our lists have the moments in a column of their own.
    if plan.pass_moments.is_some() {
        let _ = write!(flags, " --pass-from-column {PASS_FROM}");
    }
    if (plan.playbook.resets() || plan.options.pass.is_some()) && !plan.options.discard_credentials {
        flags += &credentials(plan);
    }
    // Our lists have the waves in a column of their own, too.
    if plan.waves.is_some() {
        let _ = write!(flags, " --wave-by {WAVE}");
    }
    if let Some(list) = &plan.protected {
        flags = flags + " --protect " + &quoted(Path::new(&list.name));
    }
    flags
}

/// What was lifted or narrowed. Every option is named, so that a new one is not forgotten here.
fn options(options: &Options) -> String {
    let Options {
        allow_privileged,
        allow_synced,
        allow_federated,
        skip_guests,
        // Said with the keys that new passwords are sealed to.
        password: _,
        discard_credentials,
        without_roles,
        without_domains,
        since,
        strict,
        allow_resource_accounts,
        check_mailboxes,
        handoff_by_manager,
        writeback,
        // How many accounts another list changes is another question.
        max_accounts: _,
        methods,
        devices,
        pass,
        risk,
    } = *options;
    let mut flags = String::new();
    for (is_given, flag) in [
        (discard_credentials, "--discard-credentials"),
        (skip_guests, "--skip-guests"),
        (allow_privileged, "--allow-privileged"),
        (allow_synced, "--allow-synced"),
        (allow_federated, "--allow-federated"),
        (allow_resource_accounts, "--allow-resource-accounts"),
        (check_mailboxes, "--check-mailboxes"),
        (strict, "--strict"),
        (handoff_by_manager, "--handoff-by manager"),
        (writeback, "--writeback"),
        (without_roles, "--without-roles"),
        (without_domains, "--without-domains"),
        (devices, "--devices"),
    ] {
        if is_given {
            flags = flags + " " + flag;
        }
    }
    if let Some(since) = since.and_then(|since| since.format(&Rfc3339).ok()) {
        let _ = write!(flags, " --since {since}");
    }
    if let Some(methods) = methods {
        let _ = write!(flags, " --methods {methods}");
    }
    if let Some(mark) = risk {
        flags = flags + " " + mark.flag();
    }
    flags + &pass.map(pass_flags).unwrap_or_default()
}

fn pass_flags(PassTerms { beside_password, minutes, from, .. }: PassTerms) -> String {
    let credential = if beside_password { "both" } else { "pass" };
    let to_come = from.filter(|from| *from > OffsetDateTime::now_utc());
    let from = to_come.and_then(|from| from.format(&Rfc3339).ok()).map(|from| format!(" --pass-from {from}"));
    format!(" --credential {credential} --pass-lifetime {minutes}m{}", from.unwrap_or_default())
}

/// To whom new credentials are sealed, and what new passwords are like.
fn credentials(plan: &Manifest) -> String {
    let mut flags = String::new();
    let common = plan.handoff.as_ref().filter(|_| !plan.options.handoff_by_manager).and_then(Handoff::common_keys);
    // Our lists have the column that says who hands over; with a file of recipients it is found by itself.
    if common.is_some() {
        flags += " --handoff-by handoff";
    }
    match common.or_else(|| plan.handoff.is_none().then(|| plan.recipients.clone())) {
        None => flags += " --recipients FILE",
        // Anything longer than an age recipient is named by its file.
        Some(recipients) if recipients.iter().all(|key| key.starts_with("age1")) => {
            for recipient in recipients {
                flags = flags + " --seal-to " + &recipient;
            }
        }
        Some(_) => flags += " --seal-to KEY",
    }
    // Where a file of recipients names them, too, the flag is refused: the script would set other passwords without either.
    if plan.on_premises.as_ref().is_some_and(|work| !work.keys.is_empty()) {
        flags += " --ad-key CERT";
    }
    if let Some(chosen) = &plan.passwords_by_hand {
        flags += &naming_the_passwords(plan);
        if chosen.generate_missing {
            flags += " --generate-missing";
        }
    }
    match plan.options.password {
        style if style == PasswordStyle::default() => {}
        PasswordStyle::Random(length) => {
            let _ = write!(flags, " --password-length {}", length.get());
        }
        PasswordStyle::Phrase(length) => {
            let _ = write!(flags, " --password phrase --password-length {}", length.get());
        }
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::manifest::tests::manifest;

    fn again(change: impl Fn(&mut Manifest)) -> String {
        let mut plan = manifest("Contoso", vec!["age1desk".to_owned()]);
        plan.handoff = None;
        plan.on_premises = None;
        plan.passwords_by_hand = None;
        plan.options = Options::default();
        change(&mut plan);
        like(&plan, Path::new("rest.csv"), Path::new("rest"))
    }

    #[test]
    fn a_plan_is_offered_once_more_by_all_its_rules() {
        type Change = fn(&mut Manifest);
        let cases: [(Change, &str); 5] = [
            (|plan| plan.options.strict = true, "--strict"),
            (|plan| plan.options.writeback = true, "--writeback"),
            (|plan| plan.options.since = Some(OffsetDateTime::UNIX_EPOCH), "--since 1970-01-01T00:00:00Z"),
            (|plan| plan.on_premises = manifest("Contoso", Vec::new()).on_premises, "--ad-key CERT"),
            (|plan| plan.options.devices = true, "--devices"),
        ];
        let bare = again(|_| {});
        assert!(bare.contains(" --seal-to age1desk"), "{bare}");
        for (change, flag) in cases {
            let command = again(change);
            assert!(command.contains(&format!(" {flag} ")), "{command}");
            assert!(!bare.contains(flag), "{bare}");
        }
    }
}
