//! The room as its callers see it: a roster and rules in, a folder out, and the folder opened again.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_json::json;
use tempfile::TempDir;

use super::counts::Counts;
use super::error::PlanError;
use super::folder::{FolderError, PlanFolder};
use super::manifest::Manifest;
use super::planner::Planner;
use super::planning_progress::PlanningProgress;
use super::playbook::Playbook;
use super::protected::{Protected, ProtectedError};
use super::reason::Reason;
use super::row::{Decision, PlanRow};
use super::rules::{Options, Rules, RulesError};
use super::summary::Summary;
use crate::clock::Clock;
use crate::digest::Digest;
use crate::directory::test_tenant::{GraphFault, TestTenant, id};
use crate::graph::caller::Caller;
use crate::roster::{Roster, Source};
use crate::seal::PasswordStyle;
use crate::step::Step;

/// In a tenant of a handful every list is large.
const ANY_SIZE: Options = Options {
    devices: false,
    allow_privileged: false,
    allow_synced: false,
    allow_federated: false,
    skip_guests: false,
    allow_resource_accounts: false,
    check_mailboxes: false,
    handoff_by_manager: false,
    discard_credentials: false,
    password: PasswordStyle::PHRASE,
    without_roles: false,
    without_domains: false,
    since: None,
    strict: false,
    max_accounts: Some(u32::MAX),
    writeback: false,
    methods: None,
    pass: None,
    risk: None,
};

fn rules(playbook: Playbook) -> Rules {
    let recipients = if playbook.resets() { vec!["age1recipient".to_owned()] } else { Vec::new() };
    Rules { recipients, options: ANY_SIZE, ..Rules::of(playbook) }
}

fn roster(text: &str) -> Roster {
    Roster::open(Source::bytes("list.csv", text.as_bytes().to_vec())).unwrap()
}

async fn plan_into(folder: &Path, tenant: &TestTenant, rules: Rules, text: &str) -> Result<Summary, PlanError> {
    Planner::new(tenant, Clock::real(), rules, Caller::Unknown)?.plan(roster(text), folder, |_| {}).await
}

async fn plan(tenant: &TestTenant, rules: Rules, text: &str) -> (TempDir, Summary, Vec<PlanRow>) {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("plan");
    let summary = plan_into(&folder, tenant, rules, text).await.unwrap();
    let opened = PlanFolder::open(&folder).unwrap();
    assert_eq!(opened.manifest(), &summary.plan);
    let rows = opened.rows().unwrap().map(Result::unwrap).collect();
    (scratch, summary, rows)
}

/// Each row as `decision steps reason`.
async fn decisions(tenant: &TestTenant, rules: Rules, text: &str) -> Vec<String> {
    let (_, _, rows) = plan(tenant, rules, text).await;
    let words =
        |row: &PlanRow| format!("{} {} {}", row.decision, row.steps, row.reason_text()).trim_end().replace("  ", " ");
    rows.iter().map(words).collect()
}

/// One of each kind of account.
fn contoso() -> TestTenant {
    TestTenant::new()
        .with_user(1, "ada@contoso.com", json!({}))
        .with_user(2, "blocked@contoso.com", json!({"accountEnabled": false}))
        .with_user(3, "synced@contoso.com", json!({"onPremisesSyncEnabled": true}))
        .with_user(4, "guest_x.com#EXT#@contoso.com", json!({"userType": "Guest"}))
        .with_user(5, "silent@contoso.com", json!({"accountEnabled": null}))
        .with_user(6, "oldsync@contoso.com", json!({"onPremisesSyncEnabled": true, "accountEnabled": false}))
        .with_user(7, "gone_x.com#EXT#@contoso.com", json!({"accountEnabled": false}))
        .with_user(8, "bg@contoso.com", json!({"mail": "both@contoso.com"}))
        .with_user(9, "nine@contoso.com", json!({"mail": "both@contoso.com"}))
}

const KINDS: &str = "upn\nada@contoso.com\nblocked@contoso.com\nsynced@contoso.com\nguest_x.com#EXT#@contoso.com\n\
                     silent@contoso.com\noldsync@contoso.com\ngone_x.com#EXT#@contoso.com\n";

#[tokio::test(start_paused = true)]
async fn every_playbook_decides_for_every_kind_of_account() {
    let expected = [
        (
            Playbook::Breach,
            [
                "act reset+revoke", "act reset+revoke", "act revoke synced", "skip guest", "act reset+revoke",
                "act revoke synced", "skip guest",
            ],
        ),
        (
            Playbook::Contain,
            [
                "act block+revoke",
                "act revoke already-blocked",
                "act block+revoke synced",
                "act block guest",
                "act block+revoke unknown-state",
                "act revoke synced+already-blocked",
                "already guest+already: sign-in is blocked",
            ],
        ),
        (
            Playbook::Offboard,
            [
                "act block+reset+revoke",
                "act reset+revoke already-blocked",
                "act block+revoke synced",
                "act block guest",
                "act block+reset+revoke unknown-state",
                "act revoke synced+already-blocked",
                "already guest+already: sign-in is blocked",
            ],
        ),
        (
            Playbook::Signout,
            ["act revoke", "act revoke", "act revoke", "skip guest", "act revoke", "act revoke", "skip guest"],
        ),
        (
            Playbook::Reinstate,
            [
                "act reset+revoke already-enabled",
                "act unblock+reset+revoke",
                "act revoke synced+already-enabled",
                "already guest+already: sign-in is allowed",
                "act unblock+reset+revoke unknown-state",
                "refuse synced",
                "act unblock guest",
            ],
        ),
    ];
    for (playbook, expected) in expected {
        assert_eq!(decisions(&contoso(), rules(playbook), KINDS).await, expected, "{playbook}");
    }
}

#[tokio::test(start_paused = true)]
async fn flags_lift_and_narrow() {
    let allowed = Rules { options: Options { allow_synced: true, ..ANY_SIZE }, ..rules(Playbook::Offboard) };
    let rows = decisions(&contoso(), allowed, KINDS).await;
    assert_eq!(
        (rows[2].as_str(), rows[5].as_str()),
        ("act block+reset+revoke synced", "act reset+revoke synced+already-blocked")
    );
    for playbook in Playbook::ALL.into_iter().filter(|playbook| !playbook.removes_methods()) {
        let skipped = Rules { options: Options { skip_guests: true, ..ANY_SIZE }, ..rules(playbook) };
        let rows = decisions(&contoso(), skipped, KINDS).await;
        assert_eq!((rows[3].as_str(), rows[6].as_str()), ("skip guest", "skip guest"), "{playbook}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_row_that_names_no_account_for_certain_is_refused() {
    let text = format!(
        "id,upn\n,nobody@contoso.com\nnonsense,\n,both@contoso.com\n{one},blocked@contoso.com\n{two},BLOCKED@contoso.com\n{none},ada@contoso.com\n",
        one = id(1),
        two = id(2),
        none = id(77)
    );
    let rows = decisions(&contoso(), rules(Playbook::Signout), &text).await;
    assert_eq!(rows[0], "refuse not-found");
    assert!(rows[1].starts_with("refuse unreadable: line 3") && rows[1].contains("\"nonsense\""), "{}", rows[1]);
    assert!(rows[2].starts_with("refuse ambiguous: bg@contoso.com (") && rows[2].contains(" and nine@contoso.com ("));
    assert_eq!(
        rows[3],
        format!("refuse mismatch: the roster says blocked@contoso.com, the directory ada@contoso.com ({})", id(1))
    );
    assert_eq!(rows[4], "act revoke", "case does not matter");
    assert_eq!(rows[5], "refuse not-found", "a name beside an id does not stand in for it");
}

#[tokio::test(start_paused = true)]
async fn one_account_is_treated_once_whatever_it_is_called() {
    let tenant = contoso().with_user(10, "ten@contoso.com", json!({"mail": "x@contoso.com"}));
    let text = format!(
        "id,upn\n,x@contoso.com\n,bg@contoso.com\n{ten},\n{eight},\n,Ten@contoso.com\n{one},ten@contoso.com\n,ada@contoso.com\n",
        ten = id(10),
        eight = id(8),
        one = id(1),
    );
    let guarded = Rules { protected: Protected::parse("BG@contoso.com").unwrap(), ..rules(Playbook::Contain) };
    let rows = decisions(&tenant, guarded, &text).await;
    let expected = [
        format!("refuse mail-address: belongs to ten@contoso.com ({})", id(10)),
        "refuse protected".to_owned(),
        "act block+revoke".to_owned(),
        "skip duplicate: row 2 (sheet row 3)".to_owned(),
        "skip duplicate: row 3 (sheet row 4)".to_owned(),
    ];
    assert_eq!(rows[..5], expected);
    assert!(rows[5].starts_with("refuse mismatch"), "{}", rows[5]);
    assert_eq!(rows[6], "act block+revoke", "a row that names two people has claimed neither");
}

#[tokio::test(start_paused = true)]
async fn no_flag_lifts_the_protection() {
    let everything = Rules {
        options: Options { allow_synced: true, allow_privileged: true, allow_federated: true, ..ANY_SIZE },
        protected: Protected::parse(&format!("ada@contoso.com\n{}\n{}\n", id(3), id(4))).unwrap(),
        ..rules(Playbook::Offboard)
    };
    let rows = decisions(&contoso(), everything, KINDS).await;
    assert_eq!(
        (rows[0].as_str(), rows[2].as_str(), rows[3].as_str()),
        ("refuse protected", "refuse protected", "refuse protected")
    );
    assert_eq!(Reason::Protected.flag(), None);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_does_not_protect_every_account_on_it_refuses_the_plan() {
    let scratch = tempfile::tempdir().unwrap();
    for (list, line) in [("ada@contoso.com\ntypo@contoso.com", "line 2 "), ("both@contoso.com", "line 1 ")] {
        let guarded = Rules { protected: Protected::parse(list).unwrap(), ..rules(Playbook::Contain) };
        let error = plan_into(scratch.path(), &contoso(), guarded, KINDS).await.unwrap_err();
        let PlanError::Protected { source, .. } = &error else { panic!("{error}") };
        assert!(matches!(**source, ProtectedError::NotFound { .. } | ProtectedError::Ambiguous { .. }), "{error}");
        assert!(error.to_string().contains(line), "{error}");
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0, "there is no plan");
    }
}

#[tokio::test(start_paused = true)]
async fn passwords_without_a_recipient_are_refused_before_graph_is_asked() {
    let tenant = contoso();
    let refused = Planner::new(&tenant, Clock::real(), Rules::of(Playbook::Breach), Caller::Unknown).err().unwrap();
    assert_eq!(refused, RulesError::NoRecipient { playbook: Playbook::Breach });
    assert_eq!(tenant.calls().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_cannot_be_read_leaves_no_plan() {
    for fault in [GraphFault::ItemRefused, GraphFault::ItemLost, GraphFault::Nameless, GraphFault::FiltersIgnored] {
        let scratch = tempfile::tempdir().unwrap();
        let tenant = contoso().with_fault(fault);
        let error = plan_into(scratch.path(), &tenant, rules(Playbook::Contain), KINDS).await.unwrap_err();
        assert!(matches!(error, PlanError::Lookup(_)), "{fault:?}: {error}");
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0);
        assert!(matches!(PlanFolder::open(scratch.path()), Err(FolderError::NoPlan { .. })));
    }
}

#[tokio::test(start_paused = true)]
async fn the_preview_says_what_it_costs() {
    let (_scratch, summary, rows) = plan(&contoso(), rules(Playbook::Offboard), KINDS).await;
    let counts = &summary.plan.counts;
    assert_eq!((counts.act.rows, counts.already.rows, counts.skip.rows, counts.refuse.rows), (6, 1, 0, 0));
    let steps = counts.steps;
    let counted: Vec<_> = steps.counted().collect();
    assert_eq!(counted, [(Step::Block, 4), (Step::Reset, 3), (Step::Revoke, 5)]);
    assert_eq!((summary.plan.accounts(), summary.plan.writes(), summary.sealed), (6, 10, 3));
    assert_eq!(summary.plan.writes(), rows.iter().map(|row| row.steps.writes()).sum::<u64>());
    assert_eq!(summary.plan.floor_seconds, 0);
    assert_eq!((summary.plan.roster.name.as_str(), summary.plan.roster.rows), ("list.csv", 7));
    assert_eq!(summary.plan.tenant.name, "Contoso");
    assert!(summary.plan.roster.read_as.contains("comma"), "{}", summary.plan.roster.read_as);
    let synced = summary.reasons.iter().find(|line| line.reason == Reason::Synced).unwrap();
    assert_eq!((synced.decision, synced.rows, synced.flag), (Decision::Act, 2, Some("--allow-synced")));
    let json = serde_json::to_value(&summary).unwrap();
    assert_eq!(json["plan"]["counts"]["act"]["reasons"]["synced"], 2);
    assert_eq!(json["plan"]["fingerprint"], summary.fingerprint.to_string());

    let discarded =
        Rules { options: Options { discard_credentials: true, ..ANY_SIZE }, ..Rules::of(Playbook::Offboard) };
    assert_eq!(plan(&contoso(), discarded, KINDS).await.1.sealed, 0);
}

#[tokio::test(start_paused = true)]
async fn rows_keep_the_order_and_the_columns_of_the_roster() {
    let text = "upn,handoff,priority\nada@contoso.com,desk,\nblocked@contoso.com,=cmd(),2\nsynced@contoso.com,,1\n";
    let (_scratch, _, mut rows) = plan(&contoso(), rules(Playbook::Contain), text).await;
    let seen: Vec<_> = rows.iter().map(|row| (row.row.get(), row.user.as_str(), row.handoff.as_str())).collect();
    assert_eq!(
        seen,
        [(1, "ada@contoso.com", "desk"), (2, "blocked@contoso.com", "=cmd()"), (3, "synced@contoso.com", "")]
    );
    assert!(rows[0].account_enabled == Some(true) && rows[0].last_password_change.is_some());
    rows.sort_by_key(PlanRow::order_key);
    assert_eq!(rows.iter().map(|row| row.row.get()).collect::<Vec<_>>(), [3, 2, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_long_roster_is_planned_piece_by_piece_and_only_read() {
    let tenant = contoso();
    let text = (0..13_000).fold("upn\n".to_owned(), |text, n| text + &format!("nobody{}@contoso.com\n", n % 9_000));
    let scratch = tempfile::tempdir().unwrap();
    let mut progress = Vec::new();
    let planner = Planner::new(&tenant, Clock::real(), rules(Playbook::Signout), Caller::Unknown).unwrap();
    let summary = planner.plan(roster(&text), scratch.path(), |how_far| progress.push(how_far)).await.unwrap();
    assert_eq!(progress, [6_000, 12_000, 13_000].map(|rows| PlanningProgress::Decided { rows }));
    assert_eq!((summary.plan.counts.refuse.rows, summary.plan.roster.rows), (13_000, 13_000));
    assert_eq!(PlanFolder::open(scratch.path()).unwrap().rows().unwrap().count(), 13_000);
}

#[tokio::test(start_paused = true)]
async fn a_log_asks_for_each_of_its_people_once() {
    let names = ["ada", "blocked", "synced", "nobody"];
    let once = names.iter().fold("upn\n".to_owned(), |text, name| text + &format!("{name}@contoso.com\n"));
    let tenant = contoso();
    let scratch = tempfile::tempdir().unwrap();
    plan_into(&scratch.path().join("once"), &tenant, rules(Playbook::Signout), &once).await.unwrap();
    let calls = tenant.calls().len();
    // Three pieces long, and in another order each time.
    let log =
        (0..14_000).fold("upn\n".to_owned(), |text, n| text + &format!("{}@contoso.com\n", names[(n * 5 + n / 7) % 4]));
    let tenant = contoso();
    let summary = plan_into(&scratch.path().join("log"), &tenant, rules(Playbook::Signout), &log).await.unwrap();
    assert_eq!(tenant.calls().len(), calls);
    let counts = &summary.plan.counts;
    let nobody = log.lines().filter(|line| line.starts_with("nobody")).count() as u32;
    assert_eq!((counts.act.rows, counts.refuse.rows, counts.skip.rows), (3, nobody, 14_000 - 3 - nobody));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_ever_overwritten() {
    let tenant = contoso();
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("deep/plan");
    plan_into(&folder, &tenant, rules(Playbook::Contain), KINDS).await.unwrap();
    let asked = tenant.calls().len();
    let before = fs::read(folder.join("plan.json")).unwrap();
    let error = plan_into(&folder, &tenant, rules(Playbook::Contain), KINDS).await.unwrap_err();
    assert!(matches!(error, PlanError::Folder(FolderError::HoldsAPlan { .. })), "{error}");
    assert_eq!(fs::read(folder.join("plan.json")).unwrap(), before);

    let other = scratch.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("holiday.jpg"), "x").unwrap();
    let error = plan_into(&other, &tenant, rules(Playbook::Contain), KINDS).await.unwrap_err();
    assert!(error.to_string().contains("holiday.jpg"), "{error}");
    let error = plan_into(&other.join("holiday.jpg"), &tenant, rules(Playbook::Contain), KINDS).await.unwrap_err();
    assert!(matches!(error, PlanError::Folder(FolderError::NotAFolder { .. })), "{error}");
    assert_eq!(tenant.calls().len(), asked, "refused before Graph is asked");

    let killed = scratch.path().join("killed");
    fs::create_dir(&killed).unwrap();
    fs::write(killed.join(".sealoff-abc.part"), "half").unwrap();
    plan_into(&killed, &tenant, rules(Playbook::Contain), KINDS).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn planning_may_move_between_threads() {
    fn movable<F: Future + Send>(future: F) -> F {
        future
    }
    let tenant = contoso();
    let scratch = tempfile::tempdir().unwrap();
    let planner = Planner::new(&tenant, Clock::real(), rules(Playbook::Contain), Caller::Unknown).unwrap();
    movable(planner.plan(roster(KINDS), scratch.path(), |_| {})).await.unwrap();
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn a_plan_belongs_to_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (scratch, _, _) = plan(&contoso(), rules(Playbook::Contain), KINDS).await;
    let mode = |name: &str| fs::metadata(scratch.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("plan"), mode("plan/plan.csv"), mode("plan/plan.json")), (0o700, 0o600, 0o600));
}

#[tokio::test(start_paused = true)]
async fn no_byte_of_the_rows_can_be_changed_unnoticed() {
    let (scratch, _, _) = plan(&contoso(), rules(Playbook::Offboard), KINDS).await;
    let folder = scratch.path().join("plan");
    let path = folder.join("plan.csv");
    let whole = fs::read(&path).unwrap();
    for index in 0..whole.len() {
        let mut changed = whole.clone();
        changed[index] ^= 1;
        fs::write(&path, &changed).unwrap();
        let error = PlanFolder::open(&folder).unwrap_err();
        assert!(matches!(error, FolderError::Changed { .. }), "byte {index}: {error}");
    }
    for cut in [0, 1, whole.len() - 1] {
        fs::write(&path, &whole[..cut]).unwrap();
        assert!(matches!(PlanFolder::open(&folder), Err(FolderError::Changed { .. })));
    }
    fs::write(&path, &whole).unwrap();
    let opened = PlanFolder::open(&folder).unwrap();
    let mut longer = whole.clone();
    longer.extend_from_slice(b"8,eve@contoso.com,,,,refuse,not-found,,,,,,\n");
    fs::write(&path, &longer).unwrap();
    assert!(
        matches!(opened.rows().unwrap().last(), Some(Err(FolderError::Changed { .. }))),
        "changed after it was opened"
    );
    fs::remove_file(&path).unwrap();
    assert!(matches!(PlanFolder::open(&folder), Err(FolderError::Changed { .. })));
}

/// A folder whose digests agree, with any content.
fn forged(csv: &str, genuine: &Summary, counts: Counts) -> TempDir {
    let scratch = tempfile::tempdir().unwrap();
    let plan_csv_sha256 = Digest::of(csv.as_bytes());
    let manifest = Manifest { counts, plan_csv_sha256, fingerprint: None, ..genuine.plan.clone() }.bound();
    fs::write(scratch.path().join("plan.csv"), csv).unwrap();
    fs::write(scratch.path().join("plan.json"), serde_json::to_vec(&manifest.unwrap()).unwrap()).unwrap();
    scratch
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_contradicts_itself_does_not_open() {
    let (scratch, genuine, _) =
        plan(&contoso(), rules(Playbook::Contain), "upn\nada@contoso.com\nx@contoso.com\n").await;
    let csv = fs::read_to_string(scratch.path().join("plan/plan.csv")).unwrap();
    let counts = &genuine.plan.counts;
    assert!(PlanFolder::open(forged(&csv, &genuine, counts.clone()).path()).is_ok());

    let mut more = counts.clone();
    more.act.rows += 1;
    let error = PlanFolder::open(forged(&csv, &genuine, more).path()).unwrap_err();
    assert!(matches!(error, FolderError::DoesNotAddUp { .. }), "{error}");

    let forgeries = [
        ("\n2,", "\n3,"),
        ("block+revoke", ""),
        ("refuse,not-found,", "refuse,not-found,revoke"),
        ("not-found", "whim"),
        (id(1).as_str(), ""),
        ("row,", "rows,"),
    ]
    .map(|(genuine, forged)| csv.replace(genuine, forged));
    for forgery in forgeries {
        assert_ne!(forgery, csv);
        let error = PlanFolder::open(forged(&forgery, &genuine, counts.clone()).path()).unwrap_err();
        assert!(matches!(error, FolderError::Row { .. }), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_row_comes_back_from_the_folder(
        names in prop::collection::vec(("[a-z']{1,12}|nobody|nonsense", ".{0,8}", prop::option::of(any::<u32>())), 1..30)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let mut text = "upn,handoff,priority\n".to_owned();
            let mut tenant = TestTenant::new();
            for (number, (name, handoff, priority)) in (1..).zip(&names) {
                let at = if name == "nonsense" { "" } else { "@contoso.com" };
                let handoff = handoff.replace('"', "\"\"");
                let priority = priority.map(|p| p.to_string()).unwrap_or_default();
                text += &format!("{name}{at},\"{handoff}\",{priority}\n");
                if name != "nobody" && !names[..number as usize - 1].iter().any(|(earlier, ..)| earlier == name) {
                    tenant = tenant.with_user(number, &format!("{name}@contoso.com"), json!({"displayName": handoff}));
                }
            }
            let (_scratch, summary, rows) = plan(&tenant, rules(Playbook::Offboard), &text).await;
            assert_eq!(rows.len(), names.len(), "one row out for each row in");
            assert!((1..).zip(&rows).all(|(number, row)| row.row.get() == number));
            let mut acting: Vec<_> = rows.iter().filter(|r| !r.steps.is_empty()).map(|r| r.object_id.unwrap()).collect();
            assert_eq!(acting.len(), summary.plan.accounts() as usize);
            acting.sort_unstable();
            acting.dedup();
            assert_eq!(acting.len(), summary.plan.accounts() as usize, "no account twice");
        });
    }
}
