use std::time::Duration;

use super::*;
use crate::simulator::{LimitShape, Permission, SimulatedRole};

fn parse(text: &str) -> Result<Scenario, ScenarioError> {
    Scenario::of_text(text, Path::new("bad.toml"))
}

#[test]
fn what_it_says_is_set_and_what_it_does_not_mention_stays() {
    let text = "seed = 9\nclock-speed = 40\nclock-ahead = -30\nusers = 500\napps = 3\nread-lag = \"2 min\"\n\
                limiter = \"fixed-window\"\napp-role = \"user\"\nwithhold = [\"Domain.Read.All\"]\n\
                grant = [\"UserAuthenticationMethod.Read.All\"]\ncloud = \"us-government\"\nwithout-pim = true\nwithout-percentage = true\n\
                token-lifetime = 60\nretry-after = \"date\"\nretry-after-delay = \"250 ms\"\n\
                [quota]\nwrites = \"100/60\"\nwrites-of-tenant = \"none\"\n\
                [latency]\nmedian = \"80 ms\"\n[[fault]]\nkind = \"429\"\nrate = 0.5\npath = \"/users/*\"\nfrom = \"2 min\"\n\
                [[change]]\nafter-writes = 10\nwrites = \"50/60\"\n[[other-app]]\nwrites-per-second = 50\n";
    let settings = parse(text).unwrap().settings(Settings::default());
    assert_eq!((settings.seed, settings.users, settings.app_role), (9, 500, Some(SimulatedRole::UserAdministrator)));
    assert_eq!(settings.further_apps.len(), 2);
    assert!(settings.further_apps.iter().all(|app| app.app_role == Some(SimulatedRole::UserAdministrator)));
    assert_eq!((settings.clock_ahead, settings.read_lag), (time::Duration::seconds(-30), Duration::from_secs(120)));
    assert_eq!(settings.token_lifetime, Duration::from_secs(60));
    assert_eq!(settings.faults.retry_after_delay.0, Duration::from_millis(250));
    let writes = settings.quota.writes.unwrap();
    assert!((writes.amount - 100.0).abs() < f64::EPSILON && writes.shape == LimitShape::FixedWindow);
    assert_eq!(
        (settings.quota.writes_of_tenant, settings.quota.writes_of_app.map(|limit| limit.amount)),
        (None, Some(35_000.0))
    );
    assert!(!settings.permissions.contains(&"Domain.Read.All".parse::<Permission>().unwrap()));
    assert!(settings.permissions.contains(&"User.Read.All".parse::<Permission>().unwrap()));
    assert!(settings.permissions.contains(&"UserAuthenticationMethod.Read.All".parse::<Permission>().unwrap()));
    assert_eq!(settings.cloud, crate::simulator::SimulatedCloud::UsGovernment);
    assert!(!settings.reports_percentage && !settings.pim_licensed && !settings.opaque_tokens);
    let Script { faults, changes, other_apps, latency, intruder } = settings.script;
    assert_eq!(intruder, None);
    assert_eq!(faults[0].moment.from, Duration::from_secs(120));
    assert_eq!(latency.unwrap().p95, Duration::from_millis(240));
    assert_eq!((changes[0].moment.after_writes, changes[0].writes), (10, Some((50.0, Duration::from_secs(60)))));
    assert!((other_apps[0].writes_per_second - 50.0).abs() < f64::EPSILON);
}

#[test]
fn whatever_is_wrong_is_named_with_its_line_and_the_nearest_right_word() {
    for (text, line, what) in [
        ("sed = 1", 1, "did you mean \"seed\"?"),
        ("seed = 1\n\n[quotas]\n", 3, "did you mean \"quota\"?"),
        ("clock_speed = 3", 1, "did you mean \"clock-speed\"?"),
        ("clock-speed = 0", 1, "from 0.01"),
        ("[quota]\nwrites = \"fast\"", 2, "3000/150"),
        ("limiter = \"token-buckt\"", 1, "did you mean \"token-bucket\"?"),
        ("apps = 0", 1, "from 1 to 32"),
        ("app-role = \"users\"", 1, "did you mean \"user\"?"),
        ("withhold = [\"Domain.Read.Al\"]", 1, "did you mean \"Domain.Read.All\"?"),
        ("cloud = \"chine\"", 1, "did you mean \"china\"?"),
        ("retry-after = \"second\"", 1, "did you mean \"seconds\"?"),
        ("[[fault]]\nrate = 0.5\nkind = \"lost-anwser\"", 3, "did you mean \"lost-answer\"?"),
        ("[[fault]]\nkind = \"429\"\nrate = 3", 3, "no share"),
        ("[[fault]]\nkind = \"429\"\nrates = 1", 3, "did you mean \"rate\"?"),
        ("[[fault]]\nrate = 1", 1, "kind"),
        ("[[fault]]\nkind = \"429\"\nfrom = \"soon\"", 3, "no span"),
        ("[[fault]]\nkind = \"429\"\nmethod = \"PATHC\"", 3, "did you mean \"PATCH\"?"),
        ("[[fault]]\nkind = \"429\"\ntimes = 0", 1, "never"),
        ("[[fault]]\nkind = \"missing-id\"\npath = \"/$batch\"", 1, "name their path"),
        ("[[fault]]\nkind = \"500\"\nmethod = \"GET\"", 1, "strikes writes alone"),
        ("[[fault]]\nkind = \"token-500\"\npath = \"/users/*\"", 1, "the token service alone"),
        ("[[fault]]\nkind = \"token-500\"\nmethod = \"GET\"", 1, "the token service alone"),
        ("[[fault]]\nkind = \"429\"\npath = \"users\"", 1, "below the version"),
        ("[[fault]]\nkind = \"429\"\npath = \"/v1.0/users\"", 1, "below the version"),
        ("[[fault]]\nkind = \"429\"\nfrom = \"2 s\"\nuntil = \"1 s\"", 1, "over before it begins"),
        ("[latency]\nmedian = \"2 s\"\np95 = \"1 s\"", 1, "no less"),
        ("[passes]\nmin-minutes = 5", 1, "from 10 to 43200"),
        ("[passes]\ndefault-minutes = 600", 1, "from min-minutes to max-minutes"),
        ("[passes]\nonly-once = true", 2, "there is no key"),
        ("[intruder]\nshare = 0.5\nregistered-ago = \"2 h\"\nevery = \"0 s\"", 1, "more than nothing"),
        ("[intruder]\nshare = 2\n", 2, "no share"),
        ("users = 3", 1, "from"),
        ("[[change]]\nat = \"3 s\"", 2, "there is no key \"at\""),
        ("[[change]]\nafter-writes = 3", 1, "changes nothing"),
        ("[[other-app]]\nfrom = \"3 s\"", 1, "writes-per-second"),
        ("seed = \"one\"", 1, "invalid type"),
        ("seed = ", 1, ""),
    ] {
        let said = parse(text).unwrap_err().to_string();
        assert!(
            said.starts_with(&format!("the scenario bad.toml, line {line}: ")) && said.contains(what),
            "{text}\n{said}"
        );
    }
    let said = parse("no-quota = true\nlimiter = \"fixed-window\"").unwrap_err().to_string();
    assert!(said.starts_with("the scenario bad.toml: no-quota"), "{said}");
    for beside in ["[[other-app]]\nat-once = 5", "[[change]]\nafter-writes = 5\nwrites = \"5/10\""] {
        let said = parse(&format!("no-quota = true\n{beside}")).unwrap_err().to_string();
        assert!(said.contains("no-quota leaves nothing"), "{beside}: {said}");
    }
    let settings = parse("[passes]\nonce = true\nmax-minutes = 120").unwrap().settings(Settings::default());
    assert!(settings.passes.once && settings.passes.max_minutes == 120 && settings.passes.min_minutes == 60);
    for sound in [
        "no-quota = true\n[[change]]\nafter-writes = 5\napp-role = \"none\"",
        "[[fault]]\nkind = \"call-503\"\npath = \"/$batch\"",
        "[[fault]]\nkind = \"429\"\nmethod = \"GET\"",
        "[[fault]]\nkind = \"token-500\"\npath = \"*/token\"\nmethod = \"POST\"",
    ] {
        assert!(parse(sound).is_ok(), "{sound}");
    }
    let said = Scenario::read(Path::new("nowhere.toml")).unwrap_err().to_string();
    assert!(said.contains("nowhere.toml cannot be read"), "{said}");
}
