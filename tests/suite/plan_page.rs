//! `plan.html`, by itself and in a browser.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealoff::digest::Digest;
use serde_json::Value;

use crate::browser::{Browser, Dump};
use crate::stage::Stage;

/// The page of the plan in `out`.
fn page(stage: &Stage, out: &str) -> String {
    std::fs::read_to_string(stage.path(out).join("plan.html")).unwrap()
}

/// All that stands between this and that, wherever it does.
fn between<'t>(text: &'t str, start: &str, end: &str) -> Vec<&'t str> {
    text.split(start).skip(1).map(|rest| rest.split(end).next().unwrap()).collect()
}

fn island(page: &str, id: &str) -> Value {
    let found = between(page, &format!("<script type=\"application/json\" id=\"{id}\">"), "</script>");
    assert_eq!(found.len(), 1, "{id}");
    serde_json::from_str(found[0]).unwrap()
}

fn style(page: &str) -> &str {
    between(page, "<style>", "</style>")[0]
}

fn script(page: &str) -> &str {
    between(page, "<script>", "</script>")[0]
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Digest::of(text.as_bytes()).bytes()))
}

/// Every element is closed in its turn, and every attribute is quoted.
fn assert_well_formed(page: &str) {
    const VOID: [&str; 3] = ["meta", "input", "br"];
    let mut open: Vec<String> = Vec::new();
    let mut rest = page.strip_prefix("<!DOCTYPE html>").unwrap();
    while let Some(at) = rest.find('<') {
        assert!(!rest[..at].contains('>'), "a stray > in {:?}", &rest[..at]);
        let end = at + rest[at..].find('>').unwrap();
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "closed out of turn");
            continue;
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        let name = tag.split(' ').next().unwrap();
        assert!(!name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric()), "{tag}");
        if matches!(name, "script" | "style") {
            let close = format!("</{name}>");
            let end = rest.find(&close).unwrap();
            rest = &rest[end + close.len()..];
        } else if !VOID.contains(&name) {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty(), "never closed: {open:?}");
}

/// Names and keys as somebody chooses them who wants to be more than a name.
const HOSTILE: [&str; 6] = [
    "<img src=x onerror=\"document.title='owned'\">",
    "</script><script>document.title='owned'</script>",
    "<!--<script>",
    "\u{202e}gnp.exe\u{2066}\u{200f}",
    "'\"&amp;]]>\u{2028}\u{2029}\u{85}",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
];

/// A plan with every decision in it, and with hostile names on both sides: in the directory and on the roster.
fn hostile_plan(stage: &Stage) -> String {
    let mut roster = "userPrincipalName,handoff\n".to_owned();
    for (member, name) in stage.members(59).into_iter().zip(HOSTILE.into_iter().chain(std::iter::repeat("Ada Smith"))) {
        assert!(stage.simulator.change(member.id, |user| user.display_name = name.into()));
        roster += &format!("{},\"{}\"\n", member.user_principal_name, name.replace('"', "\"\"").replace('\u{85}', ""));
    }
    for name in HOSTILE {
        roster += &format!("\"{}\",desk\n", name.replace('"', "\"\""));
    }
    roster += "ada.lovelace@contoso.com,desk\nnobody.at.all@contoso.com,desk\njulia.hartmann@contoso.com,\nlucia.fernandez@contoso.com,\n";
    let guest = stage.simulator.users().into_iter().find(|user| user.is_external()).unwrap();
    roster += &format!("{},\n", guest.user_principal_name);
    stage.write("hostile.csv", roster);
    stage.plan("hostile.csv", "breach", "out", &[]).succeeded();
    page(stage, "out")
}

#[test]
fn the_page_says_what_the_plan_says() {
    let stage = Stage::new();
    let recipient = stage.recipient();
    let sample = format!("{}/samples/first-try.csv", env!("CARGO_MANIFEST_DIR"));
    stage.plan(&sample, "offboard", "out", &["--allow-synced"]).succeeded();
    let page = page(&stage, "out");
    let plan: Value = serde_json::from_slice(&std::fs::read(stage.path("out/plan.json")).unwrap()).unwrap();
    let text = |pointer: &str| plan.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    let accounts = stage.accounts("out");
    for said in [
        "Nothing has been changed yet",
        "block sign-in, new password, end all sessions",
        "first-try.csv",
        "allow-synced",
        &recipient,
        &text("/tenant/id"),
        &text("/tenant/name"),
        &text("/roster/sha256"),
        &text("/plan_csv_sha256"),
        &text("/fingerprint"),
        &text("/version"),
        &format!("<h1>{accounts} accounts would be changed at "),
        &format!("<code>sealoff apply out --confirm {accounts}@{}</code>", &stage.fingerprint("out").unwrap()[..12]),
    ] {
        assert!(page.contains(said), "{said}");
    }

    let legend = island(&page, "table-data");
    let people = island(&page, "people-data");
    let people = people.as_array().unwrap();
    assert_eq!(people.len() as u64, plan["roster"]["rows"].as_u64().unwrap());
    for (place, decision) in legend["kinds"].as_array().unwrap().iter().enumerate() {
        let name = decision["name"].as_str().unwrap();
        let tally = &plan["counts"][name];
        assert_eq!(decision["rows"], tally["rows"], "{name}");
        let listed = people.iter().filter(|row| row[4] == place);
        assert_eq!(listed.clone().count() as u64, tally["rows"].as_u64().unwrap(), "{name}");
        for (index, reason) in legend["reasons"].as_array().unwrap().iter().enumerate() {
            let rows = tally["reasons"].get(reason["name"].as_str().unwrap()).and_then(Value::as_u64).unwrap_or(0);
            assert_eq!(reason["rows"][place], rows, "{name} {reason}");
            let has = |row: &&Value| row[5].as_array().unwrap().contains(&Value::from(index));
            assert_eq!(listed.clone().filter(has).count() as u64, rows, "{name} {reason}");
        }
        let label = decision["label"].as_str().unwrap();
        let figure = format!("<span class=\"number\">{}</span><span class=\"name\">{label}</span>", tally["rows"]);
        assert!(page.contains(&figure), "{figure}");
    }
    let plain = between(&page, "<section id=\"plain\"", "</section>")[0];
    assert_eq!(plain.matches("<tr ").count() as u64 - 1, plan["counts"]["refuse"]["rows"].as_u64().unwrap());
}

#[test]
fn the_page_is_the_owners_alone_and_nothing_depends_on_it() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(3));
    stage.plan(&roster, "contain", "out", &[]).succeeded().says(&["out/plan.html"]);
    let unprotected = "No account (no --protect list)";
    assert!(page(&stage, "out").contains(unprotected), "the page must say that no account is protected");
    stage.write("keep.txt", "lidia.holloway@contoso.onmicrosoft.com\n");
    stage.plan(&roster, "contain", "protected", &["--protect", "keep.txt"]).succeeded();
    assert!(!page(&stage, "protected").contains(unprotected));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(stage.path("out/plan.html")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    stage.write("out/plan.html", "somebody was here");
    stage.apply("out").succeeded();
    stage.judge("out");
}

#[test]
fn the_page_reaches_out_to_nothing_and_runs_nothing_but_its_own() {
    let stage = Stage::new();
    let page = hostile_plan(&stage);
    assert_well_formed(&page);
    let (style, script) = (style(&page), script(&page));
    let policy = between(&page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"")[0];
    let expected = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash(style),
        hash(script)
    );
    assert_eq!(policy, expected);
    assert!(page.find("Content-Security-Policy").unwrap() < page.find("<style>").unwrap());
    let mut rest = page.replacen(style, "", 1).replacen(script, "", 1);
    for forbidden in ["http://", "https://", "@import", "url("] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    // The islands hold strangers' text, and none of it is markup.
    for id in ["people-data", "table-data"] {
        let raw = between(&page, &format!("id=\"{id}\">"), "</script>")[0].to_owned();
        assert!(!raw.contains(['<', '>', '&']), "{id}");
        rest = rest.replacen(&raw, "", 1);
    }
    for tag in between(&rest, "<", ">") {
        for attribute in [" src=", " srcset=", " style=", " action=", " on", " ping=", " xlink:", " background="] {
            assert!(!tag.contains(attribute), "<{tag}>");
        }
    }
    for link in between(&rest, " href=\"", "\"") {
        assert!(link.starts_with('#'), "{link}");
    }
    assert_eq!(page.matches("<script").count(), 3);
    assert_eq!(page.matches("</script").count(), 3);
    assert!(!page.contains("<img"));
    for turning in ['\u{202e}', '\u{2066}', '\u{200f}', '\u{2028}', '\u{2029}', '\u{85}'] {
        assert!(!page.contains(turning), "{turning:?}");
    }
    assert!(page.contains("\\u{202e}"), "what turns text around is spelled out");
}

#[test]
fn a_page_of_a_hundred_thousand_rows_is_bounded_and_says_what_it_leaves_out() {
    let stage = Stage::new();
    let large = |key: &str| {
        let mut roster = "userPrincipalName,handoff\n".to_owned();
        for number in 0..99_980 {
            // No sign-in name: the row is refused without a question to the directory.
            roster += &format!("{key}{number},desk\n");
        }
        for member in stage.members(20) {
            roster += &format!("{},desk\n", member.user_principal_name);
        }
        roster
    };
    let more = "and 99,970 more in refused.csv";
    stage.write("large.csv", large("somebody "));
    stage.plan("large.csv", "contain", "out", &[]).succeeded().says(&["99,980", more]);
    let ordinary = page(&stage, "out");
    assert!(ordinary.len() < 8_000_000, "{} bytes", ordinary.len());
    for said in [
        "This page lists 25,000 of 100,000 rows",
        "Not listed: 75,000 refuse. plan.csv has them all.",
        "The first 500 of 99,980 refused rows. plan.csv has them all.",
    ] {
        assert!(ordinary.contains(said), "{said}");
    }
    // Each of these takes six bytes in the page.
    stage.write("larger.csv", large(&"<".repeat(300)));
    stage.plan("larger.csv", "contain", "larger", &[]).succeeded().says(&[more]);
    let hostile = page(&stage, "larger");
    assert!(hostile.len() < 16_000_000, "{} bytes", hostile.len());
    for (page, listed) in [(&ordinary, 25_000..25_001), (&hostile, 4_000..12_000)] {
        let people = island(page, "people-data");
        let people = people.as_array().unwrap();
        assert!(listed.contains(&people.len()), "{}", people.len());
        assert_eq!(people.iter().filter(|row| row[4] == 0).count(), 20, "no person is crowded out");
        let thousands = |number: usize| format!("{},{:03}", number / 1000, number % 1000);
        let said = format!("Not listed: {} refuse.", thousands(100_000 - people.len()));
        assert!(page.contains(&said), "{said}");
    }
}

/// The rows of the list as the browser has it.
fn listed(dump: &Dump) -> Vec<&str> {
    let list = between(&dump.dom, "id=\"list\"", "</table>")[0];
    let rows = between(list, "<tr role=\"row\">", "</tr>");
    rows.into_iter().filter(|row| row.contains("<td")).collect()
}

fn status(dump: &Dump) -> &str {
    between(&dump.dom, "aria-live=\"polite\">", "</p>")[0]
}

#[test]
fn in_a_browser_the_people_are_listed_searched_and_harmless() {
    let Some(browser) = Browser::find("in_a_browser_the_people_are_listed_searched_and_harmless") else { return };
    let stage = Stage::new();
    hostile_plan(&stage);
    let path = stage.path("out/plan.html");

    let all = browser.open(&path, "");
    assert_eq!(all.console, Vec::<String>::new());
    assert_eq!(listed(&all).len(), 50, "one page of rows");
    assert_eq!(status(&all), "1 to 50 of 70 rows.");
    assert!(
        all.dom.contains("<section id=\"plain\" aria-labelledby=\"plain-title\" hidden"),
        "the plain table gives way"
    );
    assert!(!between(&all.dom, "<section id=\"people\"", ">")[0].contains("hidden"));
    assert!(all.dom.contains("Page 1 of 2"));
    let title = between(&all.dom, "<title>", "</title>")[0];
    assert!(title.contains("plan for Contoso"), "a name became a program: {title}");
    assert!(!all.dom.contains("<img"));
    for text in [
        "&lt;img src=x onerror=", "&lt;/script&gt;&lt;script&gt;", "&lt;!--&lt;script&gt;", "\\u{202e}gnp.exe\\u{2066}",
    ] {
        let rows = listed(&all);
        assert!(rows.iter().any(|row| row.contains(text)), "{text} in {rows:?}");
    }

    let second = browser.open(&path, "#page=2");
    assert_eq!(status(&second), "51 to 70 of 70 rows.");

    // By part of a name, whatever its case and accents; two words both have to be there.
    let lucia = browser.open(&path, "#q=L%C3%9ACIA%20fernandez");
    assert_eq!(listed(&lucia).len(), 1, "{}", status(&lucia));
    assert!(listed(&lucia)[0].contains("Lucía Fernández"));
    assert_eq!(status(&lucia), "1 row matches.");

    let refused = browser.open(&path, "#decision=refuse&reason=not-found");
    assert_eq!(listed(&refused).len(), 1);
    assert!(listed(&refused)[0].contains("nobody.at.all@contoso.com"));
    let pressed = between(&refused.dom, "<button type=\"button\" value=\"refuse\"", ">")[0];
    assert!(pressed.contains("aria-pressed=\"true\""), "{pressed}");

    let nobody = browser.open(&path, "#q=%3Cscript%3Ealert(1)%3C/script%3E-no-such");
    assert_eq!(status(&nobody), "No row matches.");
    for dump in [second, lucia, refused, nobody] {
        assert_eq!(dump.console, Vec::<String>::new());
    }
}

#[test]
fn in_a_browser_a_changed_script_does_not_run_and_the_refused_rows_are_still_there() {
    let Some(browser) = Browser::find("in_a_browser_a_changed_script_does_not_run") else { return };
    let stage = Stage::new();
    let page = hostile_plan(&stage);
    // What a mail gateway, or somebody else, may do to a page on its way.
    stage.write("out/changed.html", page.replacen("\"use strict\";", "\"use strict\"; document.title = \"owned\";", 1));
    let changed = browser.open(&stage.path("out/changed.html"), "");
    assert!(changed.console.iter().any(|line| line.contains("Content Security Policy")), "{:?}", changed.console);
    assert!(!changed.dom.contains("<title>owned"));
    assert!(between(&changed.dom, "<section id=\"people\"", ">")[0].contains("hidden"));
    let plain = between(&changed.dom, "<section id=\"plain\"", "</section>")[0];
    assert!(!plain.starts_with("hidden") && plain.contains("nobody.at.all@contoso.com"));
}

/// Put behind the page's own script in a copy: it uses the page as a person does and says to the frame around it what came
/// of it. The copy's policy allows it, by its hash, and nothing else.
const PROBE: &str = r##"
(() => {
  const seen = { width: innerWidth, script: document.querySelectorAll("#list td").length > 0 };
  const root = document.documentElement;
  const measure = (name) => { seen[name] = Math.max(root.scrollWidth, document.body.scrollWidth); };
  const rows = () => document.querySelectorAll("#list tbody tr:not(.group)").length;
  const button = (text) => [...document.querySelectorAll("button")].find((one) => one.textContent.startsWith(text));
  measure("opened");
  button("Next").click();
  seen.second = document.getElementById("status").textContent;
  measure("turned");
  const search = document.getElementById("search");
  search.value = "wwwwwwwww";
  search.dispatchEvent(new Event("input", { bubbles: true }));
  seen.found = rows();
  seen.hash = location.hash;
  measure("searched");
  search.value = "";
  search.dispatchEvent(new Event("input", { bubbles: true }));
  button("refuse").click();
  seen.refused = rows();
  measure("filtered");
  dispatchEvent(new Event("beforeprint"));
  seen.printed = rows();
  dispatchEvent(new Event("afterprint"));
  parent.postMessage(JSON.stringify(seen), "*");
})();
"##;

/// What the probe saw in frames of these widths: a browser's own window does not get as narrow as a phone.
fn probe(stage: &Stage, browser: &Browser, page: &str, widths: &[u32]) -> Vec<Value> {
    let own = hash(script(page));
    let page = page.replacen(&own, &format!("{own} {}", hash(PROBE)), 1);
    stage.write("out/probed.html", page.replacen("</body>", &format!("<script>{PROBE}</script></body>"), 1));
    let frames: String = widths
        .iter()
        .map(|width| format!("<iframe src=\"probed.html\" style=\"border:0;width:{width}px;height:900px\"></iframe>"))
        .collect();
    let listener = "addEventListener('message', (event) => { const line = document.createElement('pre'); \
                    line.textContent = event.data; document.body.append(line); });";
    stage.write("out/frames.html", format!("<!DOCTYPE html><body><script>{listener}</script>{frames}</body>"));
    let dump = browser.open(&stage.path("out/frames.html"), "");
    assert_eq!(dump.console, Vec::<String>::new());
    let mut seen: Vec<Value> = between(&dump.dom, "<pre>", "</pre>")
        .into_iter()
        .map(|line| serde_json::from_str(&line.replace("&amp;", "&")).unwrap())
        .collect();
    seen.sort_by_key(|seen| seen["width"].as_u64());
    let found: Vec<u64> = seen.iter().map(|seen| seen["width"].as_u64().unwrap()).collect();
    assert_eq!(found, widths.iter().map(|width| u64::from(*width)).collect::<Vec<_>>(), "{seen:?}");
    seen
}

fn widest(seen: &Value) -> u64 {
    ["opened", "turned", "searched", "filtered"].iter().map(|state| seen[state].as_u64().unwrap()).max().unwrap()
}

#[test]
fn in_a_browser_nothing_is_wider_than_a_phone_and_everything_can_be_used() {
    let Some(browser) = Browser::find("in_a_browser_nothing_is_wider_than_a_phone") else { return };
    let stage = Stage::new();
    let page = hostile_plan(&stage);
    for seen in probe(&stage, &browser, &page, &[360, 768, 1280]) {
        assert!(Some(widest(&seen)) <= seen["width"].as_u64(), "something is wider than the screen: {seen}");
        assert_eq!(seen["script"], true);
        assert_eq!(seen["second"], "51 to 70 of 70 rows.");
        assert_eq!(seen["found"], 2, "the name and the key of many letters: {seen}");
        assert_eq!(seen["hash"], "#q=wwwwwwwww", "what was searched for can be linked to");
        let refused: Value = serde_json::from_slice(&std::fs::read(stage.path("out/plan.json")).unwrap()).unwrap();
        assert_eq!(seen["refused"], refused["counts"]["refuse"]["rows"], "{seen}");
        assert_eq!(seen["printed"], seen["refused"]);
    }
    // The measure itself: what is too wide is seen to be.
    let wide = page.replacen(
        "</h1>",
        "</h1><table><tr><td nowrap>wide wide wide wide wide wide wide wide wide wide</table>",
        1,
    );
    assert!(widest(&probe(&stage, &browser, &wide, &[360])[0]) > 360);
}
