//! The file of settings on its own: what is understood, and what is refused and how.

use super::super::Cli;
use super::super::credential_args::CredentialArgs;
use super::*;
use clap::Args as _;
use clap::CommandFactory as _;
use clap::Parser as _;

fn parsed(text: &str) -> Result<SettingsFile, SettingsError> {
    let file = SettingsFile::parse(Path::new("desk/sealoff.toml"), text)?;
    let mut command = Cli::command();
    command.build();
    file.settings.iter().try_for_each(|setting| check(&command, setting, &file.path))?;
    Ok(file)
}

#[test]
fn the_sample_is_understood_and_names_every_kind_of_setting() {
    let text = include_str!("../../../samples/sealoff.toml");
    let file = parsed(text).unwrap();
    assert!(file.settings.len() >= 18, "{file:?}");
    for key in &KEYS {
        assert!(text.contains(key.name), "{} is not in the sample", key.name);
    }
    let recipients = file.settings.iter().find(|setting| setting.key.name == "recipients").unwrap();
    assert_eq!(recipients.values, [Path::new("desk").join("recipients.toml").to_string_lossy()]);
}

#[test]
fn every_setting_stands_for_an_argument() {
    let mut command = Cli::command();
    command.build();
    let config = command.find_subcommand("config").unwrap();
    for key in &KEYS {
        assert!(has(config, key.arg), "sealoff config does not know {}", key.name);
        assert!(command.get_subcommands().any(|sub| sub.get_name() != "config" && has(sub, key.arg)), "{}", key.name);
        for other in key.overruled_by() {
            assert!(has(config, other), "{} yields to {other}, which is no argument", key.name);
        }
    }
    // And how to sign in is set once, in each of its parts.
    let of_signing_in =
        |arg: &&clap::Arg| arg.get_help_heading().is_some_and(|heading| heading.starts_with("Signing in"));
    let options: Vec<&str> = config.get_arguments().filter(of_signing_in).map(|arg| arg.get_id().as_str()).collect();
    assert!(options.len() >= 7, "{options:?}");
    for option in options {
        assert!(KEYS.iter().any(|key| key.arg == option), "{option} cannot stand in a file");
    }
    for name in key::EACH_TIME {
        assert!(KEYS.iter().all(|key| key.name != name));
    }
    assert!(Cli::try_parse_from(["sealoff", "config", "--tenant", "x"]).is_ok());
}

/// An option of signing in that one of them lacks cannot be set where the others stand.
#[test]
fn every_option_of_signing_in_has_a_flag_a_variable_a_setting_and_a_key_in_the_file_of_an_app() {
    let command = CredentialArgs::augment_args(Command::new("sealoff"));
    let known: Vec<&str> = crate::graph::app_file::keys().collect();
    let options: Vec<_> = command.get_arguments().collect();
    assert!(options.len() >= 7);
    for option in options {
        let name = option.get_id().as_str();
        assert_eq!(option.get_long(), Some(&*name.replace('_', "-")));
        let help = option.get_help().map(ToString::to_string).unwrap_or_default();
        assert!(option.get_env().is_some() || help.contains("[env: "), "--{name} has no variable");
        assert!(KEYS.iter().any(|key| key.name == name && key.arg == name), "{name} is no setting");
        let in_app_file = match name {
            // There, the key that is given says how.
            "auth" => continue,
            "tenant" => "tenant_id",
            "client_certificate" => "certificate_path",
            same => same,
        };
        assert!(known.contains(&in_app_file), "the file of an app has no {in_app_file}");
    }
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    for (text, said) in [
        ("tenant = 'a'\ntennant = 'b'", "sealoff.toml:2: tennant is not a setting; did you mean tenant?"),
        ("\n\nwallpaper = 'x'", "sealoff.toml:3: wallpaper is not a setting; samples/sealoff.toml has them all"),
        ("seal-to = 'age1x'", ":1: seal-to is not a setting; did you mean seal_to?"),
        ("[playbok.breach]\nhalt_at = 1", ":1: playbok is not a setting; did you mean playbook?"),
        ("[playbook.offbord]\nhalt_at = 1", ":1: offbord is no playbook; did you mean offboard?"),
        ("[playbook.breach]\nhalt_att = 1", ":2: halt_att is not a setting; did you mean halt_at?"),
        ("[playbook.breach]\ntenant = 'x'", ":2: tenant is the same for every playbook"),
        ("tenant = 7", ":1: tenant must be a text in quotes"),
        ("tenant = ''", ":1: tenant must be a text"),
        ("halt_at = '10'", ":1: halt_at must be a whole number"),
        ("skip_guests = 'yes'", ":1: skip_guests must be true or false"),
        ("seal_to = [1]", ":1: seal_to must be a text in quotes, or a list"),
        ("playbook = 'breach'", ":1: playbook must be a table"),
        (
            "cloud = 'globl'",
            ":1: the value of cloud cannot be used: it may be global, usgov, dod, china; did you mean global?",
        ),
        ("schedule = 'sweap'", "did you mean sweep?"),
        ("auth = 'certifcate'", "did you mean certificate?"),
        ("confrim = 38", ":1: confrim is not a setting; did you mean confirm? That has to be said each time"),
        ("[playbook.zzz]\nhalt_at = 1", ":1: zzz is no playbook; there are contain, evict,"),
        ("\ncloud = 'mars'", ":2: the value of cloud cannot be used: it may be global, usgov, dod, china"),
        ("halt_at = 101", ":1: the value of halt_at cannot be used"),
        ("quota_writes = 'lots'", ":1: the value of quota_writes cannot be used"),
        ("password_length = 3000", ":1: the value of password_length cannot be used"),
        ("tenant = ", ":1: this is no TOML"),
        ("client_certificate = 'a'\nclient_secret_file = 'b'", ":2: client_certificate stands above, and"),
    ] {
        let error = parsed(text).unwrap_err().to_string();
        assert!(error.contains(said), "{text:?}: {error}");
    }
}

#[test]
fn what_lifts_a_guard_is_said_each_time() {
    for text in [
        "allow_privileged = true",
        "confirm = 312",
        "without-checks = true",
        "[playbook.offboard]\ndiscard_credentials = true",
    ] {
        let error = parsed(text).unwrap_err().to_string();
        assert!(error.contains("has to be said each time"), "{text}: {error}");
    }
}

#[test]
fn no_secret_can_stand_in_it_and_none_is_repeated() {
    let secret = "abc8Q~aBcDeFgHiJkLmNoPqRsTuVwXyZ01234567";
    let own = "AGE-SECRET-KEY-1QQPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
    for text in [
        format!("client_secret = \"{secret}\""),
        format!("AZURE_CLIENT_SECRET = \"{secret}\""),
        format!("client_secret = {secret}"),
        format!("tenant = \"{secret}\""),
        format!("seal_to = [\"desk.pub\", \"{own}\"]"),
        format!("recipients = \"{}\"", own.to_lowercase()),
        format!("[playbook.breach]\nhandoff_by = \"{secret}\""),
        format!("[playbook.\"{secret}\"]"),
        format!("[secrets]\nmine = \"{secret}\""),
        format!("\"{secret}\" = 1"),
        "access_token = \"hunter2hunter2\"".to_owned(),
        // A password where the kind of password belongs.
        "password = \"hunter2hunter2\"".to_owned(),
        "halt_at = \"hunter2hunter2\"".to_owned(),
        "quota_writes = \"hunter2hunter2\"".to_owned(),
        "cloud = \"hunter2hunter2\"".to_owned(),
    ] {
        let error = parsed(&text).unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(said.contains("sealoff.toml"), "{said}");
        for part in [&secret[4..20], &own[16..30], "hunter2"] {
            assert!(!said.to_lowercase().contains(&part.to_lowercase()), "{text}: {said}");
        }
    }
}

#[test]
fn a_failure_names_the_line_of_the_setting_that_it_is_about_and_of_no_other() {
    let setting = |name, origin| SettingInForce { name, values: vec!["manager".to_owned()], origin };
    let in_force = InForce {
        file: Some(PathBuf::from("sealoff.toml")),
        playbook: None,
        settings: vec![
            setting("handoff_by", Origin::File { line: 3, playbook: None }),
            setting("protect", Origin::Flag("--protect".to_owned())),
        ],
        policies: Vec::new(),
    };
    let next = |failure: Failure| in_force.with_origin(failure).remedy();
    let failure = || Failure::usage("the roster has no column \"manager\"");
    assert_eq!(next(failure().about("handoff_by")).unwrap(), "handoff_by stands in line 3 of sealoff.toml.");
    assert_eq!(next(failure().about("protect")), None, "it was typed");
    assert_eq!(next(failure()), None);
}
