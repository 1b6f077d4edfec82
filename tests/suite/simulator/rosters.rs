//! The sample rosters name people who are in every simulated directory.

use std::collections::HashSet;
use std::path::Path;

use sealoff::simulator::{Settings, SimulatedUser, Simulator};

/// What marks the rows whose people are meant to be missing.
const GONE: &str = "left the company";

struct Row {
    user: Option<SimulatedUser>,
    handoff: String,
    priority: String,
    note: String,
}

async fn rows(name: &str, delimiter: u8, key_columns: &[&str]) -> Vec<Row> {
    let simulator = Simulator::start(Settings::default()).await.unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name);
    let bytes = std::fs::read(path).unwrap();
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text);
    let headers = reader.headers().unwrap().clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.unwrap();
        let cell = |name: &str| record[headers.iter().position(|header| header == name).unwrap()].to_owned();
        let keys: Vec<String> = key_columns.iter().map(|name| cell(name)).filter(|key| !key.is_empty()).collect();
        let users: Vec<Option<SimulatedUser>> = keys.iter().map(|key| simulator.user(key)).collect();
        assert!(users.windows(2).all(|pair| pair[0] == pair[1]), "{record:?} names two people");
        let row =
            Row { user: users[0].clone(), handoff: cell("handoff"), priority: cell("priority"), note: cell("note") };
        assert_eq!(row.user.is_none(), row.note == GONE, "{record:?}");
        assert!(!row.handoff.is_empty(), "{record:?}");
        assert!(row.priority.is_empty() || row.priority.parse::<u32>().is_ok(), "{record:?}");
        rows.push(row);
    }
    rows
}

/// The people of a roster, and how often a person comes again.
fn people(rows: &[Row]) -> (Vec<&SimulatedUser>, usize) {
    let mut seen = HashSet::new();
    let (mut people, mut again) = (Vec::new(), 0);
    for user in rows.iter().filter_map(|row| row.user.as_ref()) {
        if seen.insert(user.id) { people.push(user) } else { again += 1 }
    }
    (people, again)
}

#[tokio::test]
async fn the_first_try_has_one_of_each_kind() {
    let rows = rows("first-try.csv", b',', &["userPrincipalName"]).await;
    let (people, again) = people(&rows);
    assert_eq!((rows.len(), again), (13, 1));
    let count = |is: fn(&SimulatedUser) -> bool| people.iter().filter(|user| is(user)).count();
    assert_eq!(count(SimulatedUser::is_external), 1);
    assert_eq!(count(SimulatedUser::is_synced), 1);
    assert_eq!(count(|user| !user.account_enabled), 1);
    assert_eq!(count(|user| user.user_principal_name.contains('\'')), 1);
}

#[tokio::test]
async fn the_layoff_is_a_european_excel_file() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/layoff.csv");
    let bytes = std::fs::read(path).unwrap();
    assert!(bytes.starts_with(b"\xef\xbb\xbfName;User principal name;Department;handoff;priority;note\r\n"));
    assert_eq!(bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && !line.ends_with(b"\r")).count(), 0);
    let rows = rows("layoff.csv", b';', &["User principal name"]).await;
    let (people, again) = people(&rows);
    assert_eq!((rows.len(), again), (40, 1));
    assert!(people.iter().any(|user| user.is_synced()) && people.iter().any(|user| !user.account_enabled));
}

#[tokio::test]
async fn the_breach_names_people_by_object_id_and_by_upn() {
    let rows = rows("breach.csv", b',', &["objectId", "userPrincipalName"]).await;
    let (people, again) = people(&rows);
    assert_eq!((rows.len(), again), (61, 2));
    assert!(people.iter().any(|user| user.user_principal_name.starts_with("Sync_")));
    assert!(people.iter().any(|user| user.user_principal_name.starts_with("breakglass1@")));
    assert!(people.iter().any(|user| user.domain() == "fabrikam.com"));
}
