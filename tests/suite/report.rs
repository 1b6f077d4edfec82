//! `report.html`, by itself and in a browser.

use sealoff::simulator::Settings;
use serde_json::Value;

use crate::browser::{Browser, Dump};
use crate::stage::Stage;

fn page(stage: &Stage, out: &str) -> String {
    let ran = stage.run(&["report", out]).says(&["report.html"]);
    assert!(matches!(ran.code, Some(0 | 3)), "a page is written whatever became of the people: {:?}", ran.code);
    std::fs::read_to_string(stage.path(out).join("report.html")).unwrap()
}

/// All that stands between this and that, wherever it does.
fn between<'t>(text: &'t str, start: &str, end: &str) -> Vec<&'t str> {
    text.split(start).skip(1).map(|rest| rest.split(end).next().unwrap()).collect()
}

fn island(page: &str, id: &str) -> Value {
    let found = between(page, &format!("<script type=\"application/json\" id=\"{id}\">"), "</script>");
    serde_json::from_str(found[0]).unwrap()
}

const HOSTILE: &str = "</script><img src=x onerror=\"document.title='owned'\">\u{202e}";

/// A run in which something of every kind happened: done, skipped, refused, drifted, a guest, a synced account, and one
/// that was changed back behind our back.
fn eventful(stage: &Stage) {
    let members = stage.members(60);
    assert!(stage.simulator.change(members[0].id, |user| user.display_name = HOSTILE.into()));
    let mut roster = "userPrincipalName,handoff\n".to_owned();
    for member in &members {
        roster += &format!("{},\"{HOSTILE2}\"\n", member.user_principal_name);
    }
    let users = stage.simulator.users();
    let guest = users.iter().find(|user| user.is_external() && user.account_enabled).unwrap();
    let synced = users.iter().find(|user| user.is_synced() && user.account_enabled).unwrap();
    roster += &format!("{},\n{},\nnobody.at.all@contoso.com,\n", guest.user_principal_name, synced.user_principal_name);
    stage.write("eventful.csv", roster);
    stage.plan("eventful.csv", "offboard", "run", &[]).succeeded();
    assert!(stage.simulator.change(members[1].id, |user| user.user_principal_name = "renamed@contoso.com".into()));
    stage.apply("run").exited(3);
    assert!(stage.simulator.change(members[2].id, |user| user.account_enabled = true));
    stage.run(&["verify", "run", "--wait", "0s"]).exited(3);
}

const HOSTILE2: &str = "<!--<script>";

#[test]
fn the_report_says_who_did_what_and_what_is_left() {
    let stage = Stage::new();
    eventful(&stage);
    let page = page(&stage, "run");
    let plan: Value = serde_json::from_slice(&std::fs::read(stage.path("run/plan.json")).unwrap()).unwrap();
    for said in [
        " at ",
        "1 account was let in again since",
        "app sealoff rehearsal (a9904d1d-0c13-4f0e-9b61-5ea10ff00002)",
        plan["fingerprint"].as_str().unwrap(),
        plan["roster"]["sha256"].as_str().unwrap(),
        "No longer the account that was approved (drifted)",
        "renamed to renamed@contoso.com",
        "sign-in is allowed again, changed between",
        "onprem.csv is the list",
        "not-found",
        "access tokens that were issued before live on",
        "Graph accepted every one of",
        "sealoff undo run --out run-undone",
    ] {
        assert!(page.to_lowercase().contains(&said.to_lowercase()), "{said}");
    }
    let results = stage.results("run");
    let people = island(&page, "people-data");
    assert_eq!(people.as_array().unwrap().len(), results.len());
    let legend = island(&page, "table-data");
    for (name, count) in stage.outcomes("run") {
        let line = legend["kinds"].as_array().unwrap().iter().find(|line| line["name"] == *name).unwrap();
        assert_eq!(line["rows"], count, "{name}");
    }
    for row in people.as_array().unwrap() {
        let outcome = &legend["kinds"][row[4].as_u64().unwrap() as usize]["name"];
        assert_eq!(outcome, &results[&(row[0].as_u64().unwrap() as u32)]["outcome"]);
    }
    assert!(!page.contains("sealoff report"), "the reader has the report already");
    // The curve ends where the results do, and its table says the same.
    assert!(page.contains("sign-in blocked: 62") || page.contains("sign-in blocked: 61"), "the curve's legend");
    assert!(page.contains("every step done: 61"));
    // No credential, sealed or not.
    // The base64 of what every age file begins with.
    let sealed = "YWdlLWVuY3J5cHRpb24ub3Jn";
    assert!(!page.contains(sealed) && results.values().any(|row| row["sealed_credential"].contains(sealed)));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(stage.path("run/report.html")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn the_time_between_the_work_and_its_proof_is_no_work() {
    // A thousand seconds of the tenant in one of ours: whatever is counted too many is seen.
    let stage = Stage::at_speed(1000.0, Settings { users: 250, ..Settings::default() });
    let roster = stage.roster_of(&stage.members(30));
    stage.plan(&roster, "offboard", "run", &[]).succeeded();
    stage.apply("run").succeeded();
    let worked = |page: &str| between(page, "<p>Over ", " of work: ")[0].to_owned();
    let before = worked(&page(&stage, "run"));
    stage.run(&["verify", "run", "--wait", "0s"]);
    assert_eq!(worked(&page(&stage, "run")), before);
}

#[test]
fn the_report_reaches_out_to_nothing() {
    let stage = Stage::new();
    eventful(&stage);
    let page = page(&stage, "run");
    for forbidden in ["http://", "https://", "@import", "url(", "<img", "\u{202e}", "<!--<script>"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    let markup: String =
        page.split("<script").map(|piece| piece.split("</script>").last().unwrap_or_default()).collect();
    for tag in between(&markup, "<", ">") {
        for attribute in [" src=", " style=", " action=", " on", " xlink:"] {
            assert!(!tag.contains(attribute), "<{tag}>");
        }
    }
    assert_eq!(page.matches("<script").count(), 3);
    assert!(page.find("Content-Security-Policy").unwrap() < page.find("<style>").unwrap());
}

#[test]
fn a_run_that_has_not_begun_and_one_that_was_cut_short_have_a_report_too() {
    let stage = Stage::new();
    let members = stage.members(45);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "breach", "run", &[]).succeeded();
    let before = page(&stage, "run");
    assert!(before.contains("Not begun") && before.contains("sealoff apply run --confirm 45"), "{before}");
    stage.kill_after_writes(30, &["apply", "run", "--confirm", "45", "--max-in-flight", "1"]);
    let cut = page(&stage, "run");
    for said in ["Not finished", "killed, or still at work", "Sent, but never answered", "Not begun, or not finished"] {
        assert!(cut.contains(said), "{said}");
    }
    stage.apply("run").succeeded();
    let after = page(&stage, "run");
    assert!(
        after.contains("Finished: everyone on the list is dealt with")
            && after.contains("another process went on (1 time)")
    );
    stage.run(&["report", "nowhere"]).exited(2).complains(&["does not exist"]);
}

fn listed(dump: &Dump) -> Vec<&str> {
    let list = between(&dump.dom, "id=\"list\"", "</table>")[0];
    between(list, "<tr role=\"row\">", "</tr>").into_iter().filter(|row| row.contains("<td")).collect()
}

fn status(dump: &Dump) -> &str {
    between(&dump.dom, "aria-live=\"polite\">", "</p>")[0]
}

#[test]
fn in_a_browser_everybody_is_listed_searched_and_harmless() {
    let Some(browser) = Browser::find("in_a_browser_everybody_is_listed_searched_and_harmless") else { return };
    let stage = Stage::new();
    eventful(&stage);
    page(&stage, "run");
    let path = stage.path("run/report.html");
    let all = browser.open(&path, "");
    assert_eq!(all.console, Vec::<String>::new());
    assert_eq!((listed(&all).len(), status(&all)), (50, "1 to 50 of 63 rows."));
    assert!(listed(&all)[0].contains("old-password"), "what needs eyes stands first: {}", listed(&all)[0]);
    assert!(!all.dom.contains("<img") && between(&all.dom, "<title>", "</title>")[0].contains("report for Contoso"));
    let refused = browser.open(&path, "#outcome=refused");
    assert_eq!(status(&refused), "2 rows.");
    let found = browser.open(&path, "#q=NOBODY.at%20contoso&order=row");
    assert_eq!((listed(&found).len(), status(&found)), (1, "1 row matches."));
    let back = browser.open(&path, "#q=contradicted");
    assert!(listed(&back)[0].contains("sign-in is allowed again"), "{:?}", listed(&back));
    for dump in [refused, found, back] {
        assert_eq!(dump.console, Vec::<String>::new());
    }
}

/// Put behind the page's own script in a copy: it says how wide the page is, and how long a search takes.
const PROBE: &str = r##"
(() => {
  const root = document.documentElement;
  const seen = { width: innerWidth, opened: Math.max(root.scrollWidth, document.body.scrollWidth) };
  const search = document.getElementById("search");
  search.value = "no such person";
  search.dispatchEvent(new Event("input"));
  search.value = "p49999x";
  search.dispatchEvent(new Event("input"));
  seen.found = document.getElementById("status").textContent;
  for (const details of document.querySelectorAll("details")) details.open = true;
  seen.searched = Math.max(root.scrollWidth, document.body.scrollWidth);
  parent.postMessage(JSON.stringify(seen), "*");
})();
"##;

fn probed(stage: &Stage, browser: &Browser, page: &str, widths: &[u32]) -> Vec<Value> {
    use base64::Engine as _;
    let script = *between(page, "<script>", "</script>").last().unwrap();
    let hash = |text: &str| {
        let digest = sealoff::digest::Digest::of(text.as_bytes());
        format!("'sha256-{}'", base64::engine::general_purpose::STANDARD.encode(digest.bytes()))
    };
    let (before, after) = page.split_once(&format!("<script>{script}</script>")).unwrap();
    let copy = format!("{before}<script>{script}</script><script>{PROBE}</script>{after}").replacen(
        &hash(script),
        &format!("{} {}", hash(script), hash(PROBE)),
        1,
    );
    stage.write("run/probe.html", copy);
    let frames: String = widths
        .iter()
        .map(|width| {
            format!("<iframe src=\"probe.html\" width=\"{width}\" height=\"800\" style=\"border:0\"></iframe>")
        })
        .collect();
    let listener = "addEventListener('message', (event) => { const line = document.createElement('pre'); \
                    line.textContent = event.data; document.body.append(line); });";
    stage.write("run/frames.html", format!("<!DOCTYPE html><body><script>{listener}</script>{frames}</body>"));
    let dump = browser.open(&stage.path("run/frames.html"), "");
    assert_eq!(dump.console, Vec::<String>::new());
    let lines = between(&dump.dom, "<pre>", "</pre>");
    lines.into_iter().map(|line| serde_json::from_str(&line.replace("&amp;", "&")).unwrap()).collect()
}

#[test]
fn in_a_browser_the_report_is_no_wider_than_a_phone() {
    let Some(browser) = Browser::find("in_a_browser_the_report_is_no_wider_than_a_phone") else { return };
    let stage = Stage::new();
    eventful(&stage);
    let page = page(&stage, "run");
    let seen = probed(&stage, &browser, &page, &[360, 768, 1280]);
    assert_eq!(seen.len(), 3);
    for seen in seen {
        for state in ["opened", "searched"] {
            assert!(seen[state].as_u64() <= seen["width"].as_u64(), "something is wider than the screen: {seen}");
        }
    }
}

#[test]
fn in_a_browser_fifty_thousand_accounts_open_and_are_searched() {
    let Some(browser) = Browser::find("in_a_browser_fifty_thousand_accounts_open_and_are_searched") else { return };
    let stage = Stage::new();
    let mut roster = "userPrincipalName,handoff\n".to_owned();
    for number in 0..50_000 {
        // No sign-in name: the row is refused without a question to the directory.
        roster += &format!("person p{number}x,desk\n");
    }
    for member in stage.members(20) {
        roster += &format!("{},desk\n", member.user_principal_name);
    }
    stage.write("large.csv", roster);
    stage.plan("large.csv", "contain", "run", &[]).succeeded();
    stage.apply("run").exited(3);
    let page = page(&stage, "run");
    assert!(page.len() < 9_000_000, "{} bytes", page.len());
    assert_eq!(island(&page, "people-data").as_array().unwrap().len(), 50_020, "all people can be searched");
    let seen = probed(&stage, &browser, &page, &[800]);
    assert_eq!(seen[0]["found"], "1 row matches.");
}
