//! The playbook `evict` with `--devices`: what its people own is disabled, and what is not theirs or cannot be is named.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use sealoff::simulator::{
    Device, DeviceSystem, DeviceTrust, Limit, LimitShape, MOBILE_ID, Operation, Permission, Quota, Settings,
    SignInSettings, SimulatedDevice, SimulatedMethod, SimulatedMethodKind, SimulatedMethods, SimulatedUser,
};
use sealoff::words::span;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::stage::{Ran, Stage, finish};

fn settings() -> Settings {
    let mut permissions = Permission::with_methods();
    permissions.insert(Permission::DeviceReadWriteAll);
    Settings { permissions, ..Settings::default() }
}

/// One more device of somebody.
fn register(stage: &Stage, owner: &SimulatedUser, number: u128, system: DeviceSystem) -> SimulatedDevice {
    let id = Uuid::from_u128(0xd000_0000_0000_4000_8000_0000_0000_0000 + number);
    let registered = OffsetDateTime::now_utc() - time::Duration::days(1);
    let trust = DeviceTrust::Joined;
    let device = SimulatedDevice { trust, ..SimulatedDevice::brought(id, owner.id, system, registered, "DESKTOP-7QK") };
    assert!(stage.simulator.register_device(device.clone()));
    device
}

fn lines(stage: &Stage, file: &str) -> Vec<HashMap<String, String>> {
    let text = std::fs::read_to_string(stage.path(file)).unwrap();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

/// The devices of these people that an app may disable, and that are enabled.
fn to_disable(stage: &Stage, people: &[SimulatedUser]) -> BTreeSet<Uuid> {
    let all = people.iter().flat_map(|person| stage.simulator.devices_of(person.id));
    let meant =
        all.filter(|one| one.system == DeviceSystem::Windows && one.account_enabled && !one.management_restricted);
    meant.map(|device| device.id).collect()
}

/// The devices that were written to, and to what.
fn changed(stage: &Stage) -> Vec<(Uuid, bool)> {
    let ledger = stage.ledger();
    let of = |operation: &Operation| match operation {
        Operation::PatchDevice { device, account_enabled } => Some((*device, *account_enabled)),
        _ => None,
    };
    ledger.applied().filter_map(|write| of(&write.operation)).collect()
}

/// People who are blocked, each with a new computer, and the first with a telephone besides.
fn blocked(stage: &Stage, number: usize) -> (Vec<SimulatedUser>, SimulatedDevice) {
    let members = stage.members(number);
    for (place, member) in members.iter().enumerate() {
        register(stage, member, place as u128, DeviceSystem::Windows);
    }
    let phone = register(stage, &members[0], 1_000, DeviceSystem::Ios);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "blocked", &[]).succeeded();
    stage.apply("blocked").succeeded();
    (members, phone)
}

#[test]
fn every_computer_of_theirs_is_disabled_before_the_sessions_end_and_a_phone_is_left_to_a_person() {
    let stage = Stage::with(settings());
    let (members, phone) = blocked(&stage, 3);
    let (meant, earlier) = (to_disable(&stage, &members), stage.ledger().writes.len());
    let planned = stage.plan("blocked", "evict", "out", &["--methods", "all", "--devices"]).succeeded();
    planned.says(&[
        &format!("this plan disables {} devices of 3 people", meant.len()),
        "--auth device-code",
        "devices.csv",
    ]);
    assert_eq!(stage.ledger().writes.len(), earlier, "planning only reads");
    let listed = lines(&stage, "out/devices.csv");
    let of = |id: Uuid| listed.iter().find(|line| line["device"] == id.to_string()).unwrap();
    assert_eq!((of(phone.id)["plan"].as_str(), of(phone.id)["operating_system"].as_str()), ("needs-person", "iOS"));
    assert!(meant.iter().all(|id| of(*id)["plan"] == "disable" && of(*id)["enabled"] == "true"));
    assert!(std::fs::read_to_string(stage.path("out/plan.html")).unwrap().contains("id=\"devices-title\""));
    let applied = stage.apply("out");
    assert!(matches!(applied.code, Some(0 | 3)), "{}{}", applied.out, applied.err);
    let written = changed(&stage);
    assert_eq!(written.iter().map(|(id, _)| *id).collect::<BTreeSet<_>>(), meant, "these and no other");
    assert!(written.iter().all(|(_, enabled)| !enabled) && written.len() == meant.len());
    assert_eq!(to_disable(&stage, &members), BTreeSet::new());
    for member in &members {
        let ledger = stage.ledger();
        let all: Vec<_> = ledger.writes_to(member.id).map(|write| &write.operation).skip(2).collect();
        let place = |is: fn(&Operation) -> bool| all.iter().rposition(|operation| is(operation));
        let device = place(|operation| matches!(operation, Operation::PatchDevice { .. }));
        let method = place(|operation| matches!(operation, Operation::DeleteMethod { .. }));
        assert!(method < device && device < place(|operation| *operation == Operation::Revoke), "{all:?}");
    }
    let each = lines(&stage, "out/ways-in-results.csv");
    let of = |id: Uuid| each.iter().find(|line| line["id"] == id.to_string()).unwrap();
    assert!(meant.iter().all(|id| of(*id)["outcome"] == "disabled" && of(*id)["way"] == "device"));
    assert_eq!(of(phone.id)["outcome"], "cannot-disable");
    let row = stage.results("out").remove(&1).unwrap();
    assert!(row["detail"].contains("devices disabled") && row["detail"].contains("--auth device-code"), "{row:?}");
    stage.run(&["verify", "out", "--wait", "0s"]);
    let found = lines(&stage, "out/verification.csv");
    let found: Vec<_> = found.iter().filter(|line| line["step"] == "devices").collect();
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|line| line["verdict"] == "proved" && line["found"].ends_with("is enabled")), "{found:?}");
    stage.run(&["report", "out"]);
    let page = std::fs::read_to_string(stage.path("out/report.html")).unwrap();
    assert!(page.contains(">device<") && page.contains("is not changed by an app"), "{page}");
}

#[test]
fn devices_alone_leave_the_methods_and_go_with_no_other_playbook() {
    let stage = Stage::with(settings());
    let (members, _) = blocked(&stage, 2);
    stage.plan("blocked", "evict", "out", &["--devices"]).succeeded();
    stage.apply("out");
    assert_eq!(to_disable(&stage, &members), BTreeSet::new());
    let deleted = |operation: &Operation| matches!(operation, Operation::DeleteMethod { .. });
    assert!(!stage.ledger().writes.iter().any(|write| deleted(&write.operation)));
    for playbook in ["breach", "contain", "signout"] {
        let refused = stage.plan("blocked", playbook, "no", &["--devices", "--discard-credentials"]);
        assert_ne!(refused.code, Some(0), "{playbook}");
    }
    let refused = stage.plan("blocked", "contain", "no", &["--devices"]);
    assert!(refused.err.contains("--devices goes with the playbook evict alone"), "{}", refused.err);
    let nothing = stage.plan("blocked", "evict", "no", &[]);
    assert!(nothing.err.contains("--devices to disable their devices"), "{}", nothing.err);
    assert!(!stage.path("no").join("plan.json").exists());
}

#[test]
fn what_changed_since_the_plan_is_seen_and_a_list_that_was_changed_is_refused() {
    let stage = Stage::with(settings());
    let (members, _) = blocked(&stage, 2);
    stage.plan("blocked", "evict", "out", &["--devices"]).succeeded();
    let later = register(&stage, &members[1], 77, DeviceSystem::Windows);
    stage.apply("out");
    assert!(!changed(&stage).iter().any(|(id, _)| *id == later.id), "not in the plan, so not touched");
    stage.run(&["verify", "out", "--wait", "0s"]);
    let found = lines(&stage, "out/verification.csv");
    let found = found.iter().find(|line| line["row"] == "2" && line["step"] == "devices").unwrap();
    assert_eq!(found["verdict"], "cannot be proved");
    assert!(found["found"].contains("registered since the plan was made, and left: \"DESKTOP-7QK\" of "), "{found:?}");
    stage.plan("blocked", "evict", "other", &["--devices"]).succeeded();
    let list = stage.path("other/devices.csv");
    let text = std::fs::read_to_string(&list).unwrap();
    std::fs::write(&list, text.replacen("shared", "disable", 1) + "\n").unwrap();
    let refused = stage.run(&["apply", "other", "--confirm", "2"]);
    assert!(refused.err.contains("devices.csv was changed after the plan was made"), "{}", refused.err);
}

#[test]
fn killed_at_every_write_no_device_is_lost() {
    let stage = Stage::with(settings());
    let members = stage.members(3);
    for (place, member) in members.iter().enumerate() {
        for number in 0..3 {
            register(&stage, member, (place * 10 + number) as u128, DeviceSystem::Windows);
        }
    }
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "blocked", &[]).succeeded();
    stage.apply("blocked").succeeded();
    let meant = to_disable(&stage, &members);
    stage.plan("blocked", "evict", "out", &["--devices"]).succeeded();
    let apply = ["apply", "out", "--confirm", "3"];
    let mut kills = 0;
    for more in 1.. {
        // Counted first: what the killed process had under way may arrive in between. What was removed already is refused, and changes nothing.
        let seen = stage.ledger().writes.iter().filter(|write| write.applied).count();
        // So many writes are certainly to come.
        if to_disable(&stage, &members).len() < more {
            break;
        }
        stage.kill_after_writes((seen + more) as u64, &apply);
        kills += 1;
    }
    assert!(kills >= 3, "{kills}");
    stage.run(&apply);
    assert_eq!(to_disable(&stage, &members), BTreeSet::new());
    assert_eq!(changed(&stage).into_iter().map(|(id, _)| id).collect::<BTreeSet<_>>(), meant);
    for member in &members {
        let ledger = stage.ledger();
        assert_eq!(ledger.writes_to(member.id).last().unwrap().operation, Operation::Revoke);
    }
    let each = lines(&stage, "out/ways-in-results.csv");
    assert!(each.iter().filter(|line| line["outcome"] != "cannot-disable").all(|line| line["outcome"] == "disabled"));
}

#[test]
fn devices_have_a_quota_of_their_own_and_throttling_costs_only_time() {
    let limit = Limit { shape: LimitShape::TokenBucket, amount: 4.0, window: Duration::from_secs(2) };
    let quota = Quota { devices: Some(limit), ..Quota::documented(1_000) };
    let stage = Stage::at_speed(100.0, Settings { quota, ..settings() });
    let (members, _) = blocked(&stage, 12);
    stage.plan("blocked", "evict", "out", &["--devices"]).succeeded().says(&["at which devices are disabled"]);
    stage.apply("out");
    assert_eq!(to_disable(&stage, &members), BTreeSet::new());
}

#[test]
fn undo_enables_exactly_the_devices_that_were_enabled_before() {
    let stage = Stage::with(settings());
    let (members, phone) = blocked(&stage, 2);
    let lost = register(&stage, &members[0], 90, DeviceSystem::Windows);
    // One was disabled before, by somebody else.
    stage.plan("blocked", "evict", "first", &["--devices"]).succeeded();
    stage.apply("first");
    let before = changed(&stage).len();
    let other = register(&stage, &members[0], 91, DeviceSystem::Windows);
    stage.plan("blocked", "evict", "out", &["--devices"]).succeeded();
    stage.apply("out");
    assert_eq!(changed(&stage)[before..], [(other.id, false)], "the others were disabled already");
    let planned = stage.run(&["undo", "out", "--out", "back"]).succeeded();
    planned.says(&["this plan enables 1 device again"]);
    let listed = lines(&stage, "back/devices.csv");
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0]["device"].as_str(), listed[0]["plan"].as_str()), (other.id.to_string().as_str(), "enable"));
    stage.apply("back").succeeded();
    assert_eq!(changed(&stage)[before + 1..], [(other.id, true)]);
    assert!(!changed(&stage).iter().any(|(id, _)| *id == phone.id));
    assert!(!to_disable(&stage, &members).contains(&lost.id), "it was disabled before that run");
    stage.run(&["verify", "back", "--wait", "0s"]).succeeded();
    let again = stage.run(&["undo", "back", "--out", "more"]);
    assert_ne!(again.code, Some(0), "{}", again.out);
}

/// A person who signs in for the commands: Cloud Device Administrator, besides the right to block.
const PERSON: &str = "admin.bowen@contoso.onmicrosoft.com";

fn person_settings(quota: Quota) -> Settings {
    let device = Device { approved_by: Some(PERSON.to_owned()), interval: Duration::ZERO, ..Device::default() };
    let mut settings = settings();
    settings.permissions.insert(Permission::DirectoryAccessAsUserAll);
    let sign_in = SignInSettings { device, ..SignInSettings::default() };
    Settings { sign_in, quota, device_sync: None, ..settings }
}

fn with_device_code(stage: &Stage, arguments: &[&str]) -> Ran {
    let mut command = stage.command(&[arguments, &["--auth", "device-code"]].concat());
    command.env_remove("AZURE_CLIENT_SECRET");
    finish(command)
}

/// What these people own and is enabled, whatever runs on it.
fn enabled(stage: &Stage, people: &[SimulatedUser]) -> BTreeSet<Uuid> {
    let mut ids = BTreeSet::new();
    for person in people {
        let own = stage.simulator.devices_of(person.id).into_iter().filter(|device| device.owner == person.id);
        ids.extend(own.filter(|one| one.account_enabled && !one.management_restricted).map(|device| device.id));
    }
    ids
}

#[test]
fn a_person_who_signs_in_disables_telephones_and_macs_too_and_keeps_to_the_quota_of_a_person() {
    // So many devices that the pace of an app would meet the limit of a person.
    let stage = Stage::at_speed(20.0, person_settings(Quota::documented(1_000)));
    let members = stage.members(30);
    for (place, member) in members.iter().enumerate() {
        for (number, system) in [DeviceSystem::Windows, DeviceSystem::Ios, DeviceSystem::MacOs].into_iter().enumerate()
        {
            register(&stage, member, (place * 10 + number) as u128, system);
        }
    }
    let cloud_device_administrator = "7698a772-787b-4ac8-901f-60d6b08affd2".parse().unwrap();
    let person = stage.simulator.user(PERSON).unwrap();
    assert!(stage.simulator.assign_role(person.id, cloud_device_administrator));
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "blocked", &[]).succeeded();
    stage.apply("blocked").succeeded();
    let meant = enabled(&stage, &members);
    assert!(meant.len() >= 90);
    let arguments = ["plan", "blocked", "--playbook", "evict", "--devices", "--max-accounts", "30", "--out", "out"];
    // Two a second, and not the twenty of an app.
    let least = Duration::from_secs(meant.len().div_ceil(2) as u64);
    let least = format!("at least {} by the write quota and the pace at which devices are disabled", span(least));
    let planned = with_device_code(&stage, &arguments).succeeded();
    planned.says(&[&least]).never_says(&["than it begins with"]);
    let listed = lines(&stage, "out/devices.csv");
    assert!(listed.iter().all(|line| line["plan"] != "needs-person"), "a person makes the plan");
    let number = stage.accounts("out").to_string();
    let applied = with_device_code(&stage, &["apply", "out", "--max-accounts", "30", "--confirm", &number]);
    assert_eq!(applied.code, Some(0), "{}{}", applied.out, applied.err);
    applied.says(&[&least]);
    assert_eq!(enabled(&stage, &members), BTreeSet::new());
    assert_eq!(changed(&stage).into_iter().map(|(id, _)| id).collect::<BTreeSet<_>>(), meant);
    assert_eq!(stage.ledger().counters.throttled_items, 0);
    let each = lines(&stage, "out/ways-in-results.csv");
    assert!(each.iter().all(|line| line["outcome"] == "disabled") && each.len() == meant.len());
}

#[test]
fn a_device_that_is_gone_opens_nothing_and_is_not_enabled_again() {
    let stage = Stage::with(settings());
    let members = stage.members(1);
    let [gone, later] = [1, 2].map(|number| register(&stage, &members[0], number, DeviceSystem::Windows));
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "blocked", &[]).succeeded();
    stage.apply("blocked").succeeded();
    stage.plan("blocked", "evict", "out", &["--devices"]).succeeded();
    assert!(stage.simulator.delete_device(gone.id));
    stage.apply("out");
    let of = |file: &str, id: Uuid| {
        let each = lines(&stage, file);
        each.into_iter().find(|line| line["id"] == id.to_string()).unwrap()
    };
    // No person signs in from it, which is what was asked for.
    assert_eq!(of("out/ways-in-results.csv", gone.id)["outcome"], "disabled");
    assert_eq!(of("out/ways-in-results.csv", later.id)["outcome"], "disabled");
    stage.run(&["verify", "out", "--wait", "0s"]).succeeded();

    // To enable it again is another matter.
    stage.run(&["undo", "out", "--out", "back"]).succeeded();
    assert!(stage.simulator.delete_device(later.id));
    let applied = stage.apply("back");
    assert_eq!(applied.code, Some(3), "{}", applied.out);
    let result = of("back/ways-in-results.csv", later.id);
    assert_eq!(result["outcome"], "failed");
    assert!(result["detail"].contains("404"), "{result:?}");
}

/// Graph refuses a default method until it is the last one. That it goes to the end of its step is no failure, and excuses none.
#[test]
fn a_default_that_is_removed_at_the_end_hides_no_other_failure() {
    let stage = Stage::with(settings());
    let (members, _) = blocked(&stage, 60);
    let mobile = MOBILE_ID.to_string();
    for member in &members {
        assert!(stage.simulator.change_methods(member.id, |held| {
            let password = held.methods.remove(0);
            *held = SimulatedMethods::default();
            held.register(password);
            held.register(SimulatedMethod::new(SimulatedMethodKind::Authenticator, "app", None, "label"));
            held.register(SimulatedMethod::new(SimulatedMethodKind::Phone, &mobile, None, "label"));
        }));
    }
    stage.plan("blocked", "evict", "out", &["--methods", "all", "--devices"]).succeeded();
    for member in &members {
        let computer =
            stage.simulator.devices_of(member.id).into_iter().find(|device| &*device.display_name == "DESKTOP-7QK");
        assert!(stage.simulator.change_device(computer.unwrap().id, |device| device.management_restricted = true));
    }
    stage.apply("out").exited(3).complains(&["the run was stopped"]);
}
