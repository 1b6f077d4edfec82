//! Every shape of list that people have is understood without a flag, and everybody on it is found.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::stage::{Stage, finish_with_input};

/// A sample, how it must be understood, and whom each of its rows must find: the first name of the account, or why there
/// is none.
type Sample = (&'static str, &'static str, &'static [&'static str]);

const EVERYBODY: &[&str] = &["ada", "grace", "siobhan", "juergen", "hans"];
const ALL_BUT_ADA: &[&str] = &["grace", "siobhan", "juergen", "hans"];

const SAMPLES: &[Sample] = &[
    ("bare-ids-and-upns.txt", "UTF-8, comma, no header, key column #1", &["grace", "ada", "siobhan"]),
    ("bare-upns.txt", "UTF-8, comma, no header, key column #1", EVERYBODY),
    ("bare-with-names.txt", "UTF-8, semicolon, no header, key column #2", EVERYBODY),
    (
        "defender-hunting.csv",
        "UTF-8, comma, key column \"AccountObjectId\", or \"AccountUpn\" where that is empty",
        ALL_BUT_ADA,
    ),
    (
        "defender-mail.csv",
        "UTF-8, comma, key column \"RecipientObjectId\", or \"RecipientEmailAddress\" where that is empty",
        &["grace", "siobhan", "juergen"],
    ),
    (
        "entra-bulk-create.csv",
        "UTF-8, comma, version line, key column \"User name [userPrincipalName] Required\"",
        &["tariq", "valerie"],
    ),
    (
        "entra-bulk-delete.csv",
        "UTF-8, comma, version line, key column \"User name [userPrincipalName] Required\"",
        EVERYBODY,
    ),
    (
        "entra-bulk-restore.csv",
        "UTF-8, comma, version line, key column \"User name [userPrincipalName] Required\"",
        &["ada", "grace"],
    ),
    (
        "entra-download-users.csv",
        "UTF-8 with byte order mark, comma, key column \"objectId\", or \"userPrincipalName\" where that is empty",
        &["grace", "siobhan", "juergen", "hans", "ava"],
    ),
    (
        "entra-download-users-preview.csv",
        "UTF-8 with byte order mark, comma, key column \"id\", or \"userPrincipalName\" where that is empty",
        ALL_BUT_ADA,
    ),
    (
        "entra-group-members.csv",
        "UTF-8, comma, version line, \
         key column \"Member object ID or user principal name [memberObjectIdOrUpn] Required\"",
        &["grace", "siobhan", "juergen", "ada"],
    ),
    (
        "entra-sign-ins.csv",
        "UTF-8 with byte order mark, comma, key column \"User ID\", or \"Username\" where that is empty",
        &["grace", "juergen", "grace", "not-found", "siobhan"],
    ),
    (
        "entra-sign-ins-legacy.csv",
        "UTF-8, comma, key column \"UserPrincipalName\"",
        &["ada", "grace", "siobhan", "ada"],
    ),
    (
        "excel-sep-line.csv",
        "UTF-8 with byte order mark, semicolon, sep= line, key column \"User principal name\"",
        EVERYBODY,
    ),
    (
        "excel-unicode-text.txt",
        "UTF-16 LE with byte order mark, tab, key column \"E-mail\"",
        &["ada", "grace", "siobhan", "juergen", "hans", "olha"],
    ),
    (
        "excel-windows-1252.csv",
        "Windows-1252, semicolon, key column \"E-Mail\"",
        &["juergen", "wiebke", "mariajose", "siobhan"],
    ),
    ("get-mguser.csv", "UTF-8, comma, key column \"Id\", or \"UserPrincipalName\" where that is empty", ALL_BUT_ADA),
    (
        "get-mguser-type-line.csv",
        "UTF-8, comma, #TYPE line, key column \"Id\", or \"UserPrincipalName\" where that is empty",
        ALL_BUT_ADA,
    ),
    (
        "m365-export-users.csv",
        "UTF-8 with byte order mark, comma, key column \"Object Id\", or \"User principal name\" where that is empty",
        ALL_BUT_ADA,
    ),
    ("pipe.csv", "UTF-8, pipe, key column \"user_principal_name\"", EVERYBODY),
    (
        "powershell-out-file-utf-16-le.csv",
        "UTF-16 LE with byte order mark, comma, #TYPE line, \
         key column \"Id\", or \"UserPrincipalName\" where that is empty",
        ALL_BUT_ADA,
    ),
    (
        "purview-audit.csv",
        "UTF-8 with byte order mark, comma, key column \"UserId\"",
        &[
            "ada", "siobhan", "no user", "no user", "no user", "no user", "no user", "Sync_AADC01_5ea10ff0c0de", "ada",
            "no user", "unreadable",
        ],
    ),
    ("search-unifiedauditlog.csv", "UTF-8, comma, #TYPE line, key column \"UserIds\"", &["ada", "hans", "no user"]),
    (
        "sentinel-identityinfo.csv",
        "UTF-8 with byte order mark, comma, key column \"AccountObjectId\", or \"AccountUPN\" where that is empty",
        ALL_BUT_ADA,
    ),
    (
        "sentinel-incident-entities.csv",
        "UTF-8 with byte order mark, comma, key column \"Entities\"",
        &["grace", "ada", "no user", "unreadable"],
    ),
    (
        "sentinel-officeactivity.csv",
        "UTF-8 with byte order mark, comma, key column \"UserId\"",
        &["ada", "siobhan", "no user"],
    ),
    (
        "sentinel-signinlogs.csv",
        "UTF-8 with byte order mark, comma, key column \"UserId\", or \"UserPrincipalName\" where that is empty",
        &["grace", "siobhan", "juergen", "hans", "grace"],
    ),
    (
        "utf-16-be.csv",
        "UTF-16 BE with byte order mark, comma, key column \"User principal name\"",
        &["ada", "grace", "siobhan", "juergen", "hans", "taro"],
    ),
    ("utf-16-le-without-mark.csv", "UTF-16 LE, comma, key column \"User principal name\"", EVERYBODY),
    (
        "azure-cli-users.json",
        "JSON, UTF-8, key column \"id\", or \"userPrincipalName\" where that is empty",
        &["grace", "siobhan"],
    ),
    (
        "commented.txt",
        "UTF-8, comma, comment lines, no header, key column #1",
        &["ada", "grace", "siobhan", "no user", "hans"],
    ),
    (
        "excel-workbook.xlsx",
        "Excel workbook, sheet \"Leavers\" and not \"Joiners\", title lines above the header, key column \"Work email\"",
        EVERYBODY,
    ),
    ("get-mailbox.csv", "UTF-8, comma, key column \"PrimarySmtpAddress\"", EVERYBODY),
    ("google-workspace-users.csv", "UTF-8, comma, key column \"Email Address [Required]\"", EVERYBODY),
    ("graph-users.json", "JSON, UTF-8, key column \"userPrincipalName\"", EVERYBODY),
    ("graph-users.jsonl", "JSON lines, UTF-8, key column \"userPrincipalName\"", EVERYBODY),
    ("header-chinese-gbk.csv", "GBK, comma, key column \"用户主体名称\"", &["ada", "grace"]),
    ("header-dutch.csv", "UTF-8 with byte order mark, semicolon, key column \"Zakelijk e-mailadres\"", EVERYBODY),
    (
        "header-french.csv",
        "UTF-8 with byte order mark, semicolon, key column \"Nom d’utilisateur principal\"",
        EVERYBODY,
    ),
    ("header-german.csv", "UTF-8 with byte order mark, semicolon, key column \"Benutzerprinzipalname\"", EVERYBODY),
    ("header-italian.csv", "UTF-8 with byte order mark, semicolon, key column \"Nome dell'entità utente\"", EVERYBODY),
    ("header-japanese-shift-jis.csv", "Shift-JIS, comma, key column \"ユーザー プリンシパル名\"", &["taro", "ada"]),
    (
        "header-polish-windows-1250.csv",
        "Windows-1250, semicolon, key column \"Adres e-mail służbowy\"",
        &["ada", "grace"],
    ),
    ("header-portuguese.csv", "UTF-8 with byte order mark, semicolon, key column \"Nome UPN\"", EVERYBODY),
    ("header-russian-windows-1251.csv", "Windows-1251, semicolon, key column \"Рабочая почта\"", &["ada", "grace"]),
    (
        "header-spanish.csv",
        "UTF-8 with byte order mark, semicolon, key column \"Nombre principal de usuario\"",
        EVERYBODY,
    ),
    ("header-chinese-traditional.csv", "UTF-8 with byte order mark, comma, key column \"公司信箱\"", &["ada", "grace"]),
    (
        "header-czech.csv",
        "UTF-8 with byte order mark, semicolon, key column \"Hlavní název uživatele\"",
        &["ada", "grace"],
    ),
    ("header-danish.csv", "UTF-8 with byte order mark, semicolon, key column \"Arbejdsmail\"", &["ada", "grace"]),
    ("header-finnish.csv", "UTF-8 with byte order mark, semicolon, key column \"Sähköpostiosoite\"", &["ada", "grace"]),
    (
        "header-hungarian.csv",
        "UTF-8 with byte order mark, semicolon, key column \"Céges e-mail-cím\"",
        &["ada", "grace"],
    ),
    ("header-korean.csv", "UTF-8 with byte order mark, comma, key column \"회사 이메일\"", &["ada", "grace"]),
    ("header-norwegian.csv", "UTF-8 with byte order mark, semicolon, key column \"E-postadresse\"", &["ada", "grace"]),
    (
        "header-swedish.csv",
        "UTF-8 with byte order mark, semicolon, key column \"Användarens huvudnamn\"",
        &["ada", "grace"],
    ),
    ("header-turkish.csv", "UTF-8 with byte order mark, semicolon, key column \"Kurumsal E-posta\"", &["ada", "grace"]),
    ("exchange-email-addresses.csv", "UTF-8, comma, key column \"EmailAddresses\"", &["ada", "grace"]),
    ("hr-work-email.csv", "UTF-8 with byte order mark, comma, key column \"Work Email\"", EVERYBODY),
    ("intune-devices.csv", "UTF-8, comma, key column \"Primary user UPN\"", EVERYBODY),
    ("okta-users.csv", "UTF-8, comma, key column \"login\"", EVERYBODY),
    ("outlook-to-line.txt", "UTF-8, semicolon, no header, key column #1", EVERYBODY),
    ("several-in-a-cell.csv", "UTF-8, comma, key column \"Email\"", EVERYBODY),
    ("get-aduser.csv", "UTF-8, comma, key column \"ObjectGUID\", by immutable id", &["hans"]),
    (
        "powershell-convertto-json.json",
        "JSON, UTF-16 LE with byte order mark, key column \"UserPrincipalName\"",
        EVERYBODY,
    ),
    (
        "report-with-title.csv",
        "UTF-8, comma, title lines above the header, key column \"User Principal Name\"",
        EVERYBODY,
    ),
];

/// The samples that need a flag.
const WITH_A_FLAG: &[&str] = &["hr-employee-ids.csv"];

/// The samples that are no lists, what each is called, and what exports it properly.
const REFUSED: &[(&str, &str, &str)] = &[
    ("convertto-html.xls", "a web page (HTML)", "Export-Csv"),
    ("excel-2003.xml", "an XML spreadsheet of Excel 2003", ".xlsx"),
    ("format-list.txt", "Format-List", "Export-Csv"),
    ("format-table.txt", "Format-Table", "Export-Csv"),
    ("list-of-a-program.py", "over several lines", "json.dumps"),
    ("powershell-objects.csv", "objects of PowerShell", "Select-Object"),
];

fn sample(name: &str) -> String {
    format!("{}/samples/rosters/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Whom each row of a plan finds.
fn found(stage: &Stage, out: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_path(stage.path(out).join("plan.csv")).unwrap();
    let rows = reader.deserialize().map(Result::unwrap).map(|row: HashMap<String, String>| {
        let name = row["user_principal_name"].split(['@', '.']).next().unwrap_or_default();
        match (name, row["reason"].as_str()) {
            ("", reason) if reason.starts_with("not-a-user") || reason.contains("is no user") => "no user".to_owned(),
            ("", reason) => reason.split(':').next().unwrap_or_default().to_owned(),
            (name, _) => name.to_owned(),
        }
    });
    rows.collect()
}

/// Plans a roster and says how it was understood.
fn understood(stage: &Stage, roster: &str, out: &str, more: &[&str]) -> String {
    let ran = stage.plan(roster, "contain", out, &[more, &["--json"]].concat()).succeeded();
    ran.json()["plan"]["roster"]["read_as"].as_str().unwrap().to_owned()
}

#[test]
fn every_shape_that_people_have_is_understood_without_a_flag() {
    let stage = Stage::new();
    for (name, shape, people) in SAMPLES {
        assert_eq!(understood(&stage, &sample(name), name, &[]), *shape, "{name}");
        assert_eq!(found(&stage, name), *people, "{name}");
    }
}

#[test]
fn every_sample_has_a_test_and_a_line_in_the_table() {
    let readme = std::fs::read_to_string(sample("README.md")).unwrap();
    let files = std::fs::read_dir(sample("")).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let files: BTreeSet<String> = files.filter(|name| name != "README.md").collect();
    let tested: BTreeSet<String> =
        SAMPLES.iter().map(|(name, ..)| *name).chain(WITH_A_FLAG.iter().copied()).map(str::to_owned).collect();
    let refused = REFUSED.iter().map(|(name, ..)| (*name).to_owned());
    let tested = tested.into_iter().chain(refused).collect();
    assert_eq!(files, tested);
    for name in files {
        assert!(readme.contains(&format!("`{name}`")), "{name} is not in the table");
    }
}

#[test]
fn what_is_no_list_is_refused_by_its_name() {
    let stage = Stage::new();
    for (name, what, export) in REFUSED {
        let refused = stage.run(&["plan", &sample(name), "--playbook", "contain", "--out", "none"]).exited(2);
        refused.complains(&[what, "no list of people", export]);
    }
}

#[test]
fn an_export_of_active_directory_is_read_by_the_short_name() {
    let stage = Stage::new();
    stage
        .plan(&sample("get-aduser.csv"), "contain", "by-guid", &[])
        .succeeded()
        .says(&["export of Active Directory", "--by sam"]);
    understood(&stage, &sample("get-aduser.csv"), "by-sam", &["--by", "sam"]);
    assert_eq!(found(&stage, "by-sam"), ["hans"]);
}

#[test]
fn each_of_several_people_on_a_row_has_a_row_of_the_plan() {
    let stage = Stage::new();
    let ran = stage.plan(&sample("several-in-a-cell.csv"), "contain", "out", &[]).succeeded();
    ran.says(&["2 rows name several people: 4 people in all", "the list of 3 rows makes 5"]);
    let places = |file: &str| {
        let text = std::fs::read_to_string(stage.path("out").join(file)).unwrap();
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let rows = reader.deserialize().map(Result::unwrap);
        rows.map(|row: HashMap<String, String>| format!("{} {} {}", row["row"], row["sheet_row"], row["place"]))
            .collect::<Vec<_>>()
    };
    let expected = ["1 2 1 of 2", "2 2 2 of 2", "3 3 1 of 2", "4 3 2 of 2", "5 4 "];
    assert_eq!(places("plan.csv"), expected);
    stage.apply("out").succeeded();
    assert_eq!(places("results.csv"), expected);
    stage.write("missing.csv", "user\nada.lovelace@contoso.com; nobody.knows@contoso.com\n");
    stage.plan("missing.csv", "contain", "missing", &[]).succeeded();
    let refused = std::fs::read_to_string(stage.path("missing").join("refused.csv")).unwrap();
    assert!(refused.contains(",2,2,2 of 2,"), "{refused}");
    stage.write("half.csv", "user\nada.lovelace@contoso.com; Bob; grace.hopper@contoso.com\n");
    let half = stage.run(&["plan", "half.csv", "--playbook", "contain", "--out", "none"]).exited(2);
    half.complains(&["several people", "row of their own"]);
}

#[test]
fn an_object_guid_is_an_immutable_id_and_never_an_object_id() {
    let stage = Stage::new();
    let users = stage.simulator.users();
    let user = |name: &str| users.iter().find(|user| user.user_principal_name.starts_with(name)).unwrap();
    let (ada, hans) = (user("ada.lovelace@").id, &user("hans.zimmermann@").on_premises.as_ref().unwrap().immutable_id);
    stage.write(
        "ids.csv",
        format!("ObjectGUID,SamAccountName\n{ada},ada\n{{3c1f2a5e-7d11-4d0c-9a51-0b1c2d3e4f51}},x\n"),
    );
    stage.plan("ids.csv", "contain", "ids", &[]).succeeded().says(&["by immutable id"]);
    assert_eq!(found(&stage, "ids"), ["ambiguous", "not-found"]);
    stage.write("by.csv", format!("who\n{hans}\n"));
    understood(&stage, "by.csv", "by", &["--by", "immutable-id", "--key", "who"]);
    assert_eq!(found(&stage, "by"), ["hans"]);
    stage.write(
        "fresh.csv",
        "ObjectGUID,SID,UserPrincipalName\n3c1f2a5e-7d11-4d0c-9a51-0b1c2d3e4f51,x,grace.hopper@contoso.local\n",
    );
    understood(&stage, "fresh.csv", "fresh", &[]);
    assert_eq!(found(&stage, "fresh"), ["not-found"]);
}

#[test]
fn another_sheet_of_a_workbook_is_named() {
    let stage = Stage::new();
    let shape = understood(&stage, &sample("excel-workbook.xlsx"), "joiners", &["--sheet", "Joiners"]);
    assert_eq!(shape, "Excel workbook, sheet \"Joiners\" and not \"Leavers\", key column \"Work email\"");
    assert_eq!(found(&stage, "joiners"), ["olha"]);
    let book = sample("excel-workbook.xlsx");
    let command = ["plan", book.as_str(), "--playbook", "contain", "--out", "none", "--sheet"];
    stage.run(&[&command[..], &["Joinars"]].concat()).exited(2).complains(&["\"Leavers\", \"Joiners\""]);
    stage.run(&[&command[..], &["Lists"]].concat()).exited(2).complains(&["--sheet Leavers"]);
}

#[test]
fn any_list_is_explained_column_by_column() {
    let stage = Stage::new();
    let dutch = sample("header-dutch.csv");
    let shown = stage.run(&["plan", &dutch, "--explain"]).succeeded();
    shown.says(&[
        "5 rows (UTF-8 with byte order mark, semicolon, key column \"Zakelijk e-mailadres\")",
        "#1 \"Personeelsnummer\": not used; to find people by it: --by employee-id",
        "#3 \"Zakelijk e-mailadres\": who is meant",
        "#4 \"E-mail leidinggevende\": not used; by its name it holds somebody else",
        "row 1 on line 2: ada.lovelace@contoso.com",
    ]);
    let json = stage.run(&["plan", &sample("excel-workbook.xlsx"), "--explain", "--json"]).succeeded().json();
    assert_eq!(json["first"][2]["key"], "siobhan.o'neil@contoso.com");
    assert_eq!((&json["first"][2]["line"], &json["rows"], &json["first"][3]), (&6.into(), &5.into(), &Value::Null));
    assert_eq!(json["columns"][2]["use"], "key");
    let secret = "upn,Password\nada@contoso.com,Sommer2026!\nbob,Sommer2026!\n";
    stage.write("secret.csv", secret);
    let shown = stage
        .run(&["plan", "secret.csv", "--explain"])
        .succeeded()
        .says(&["it holds passwords", "2 rows, 1 of which cannot be read"]);
    assert!(!format!("{}{}", shown.out, shown.err).contains("Sommer"), "{}", shown.out);
    stage.run(&["plan", "secret.csv", "--out", "none"]).exited(2).complains(&["--playbook"]);
}

#[test]
fn a_list_that_is_refused_is_explained_with_why() {
    let stage = Stage::new();
    let differ = "Name,Employee UPN,Email\nAda,ada.lovelace@contoso.com,grace.hopper@contoso.com\n";
    stage.write("differ.csv", differ);
    let shown = stage.run(&["plan", "differ.csv", "--explain"]).exited(2);
    let shown = shown.says(&["#2 \"Employee UPN\": not used", "row 1 on line 2", "The list is refused"]);
    shown.complains(&["two columns that name different accounts", "--key \"Employee UPN\""]);
    let json = stage.run(&["plan", "differ.csv", "--explain", "--json"]).exited(2).json();
    assert!(json["refused"]["reason"].as_str().unwrap().contains("different accounts"), "{json}");
    assert_eq!((&json["columns"][2]["use"], &json["rows"]), (&"key".into(), &1.into()));
    stage.write("no-key.csv", "Manager email,Leaver\ngrace.hopper@contoso.com,ada.lovelace@contoso.com\n");
    let shown = stage.run(&["plan", "no-key.csv", "--explain"]).exited(2);
    let shown = shown.says(&["could not be read as a list of people", "somebody else", "name it with --key"]);
    shown.complains(&["no key column"]);
    let json = stage.run(&["plan", "no-key.csv", "--explain", "--json"]).exited(2).json();
    assert_eq!((&json["columns"][1]["why"], &json["shape"]), (&"accounts".into(), &Value::Null), "{json}");
    stage.run(&["plan", "none.csv", "--explain"]).exited(2).complains(&["does not exist"]);
    stage.write("headless.csv", "ada.lovelace@contoso.com,Sales,grace.hopper@contoso.com\n");
    let shown = stage.run(&["plan", "headless.csv", "--explain"]).exited(2);
    shown.says(&["#1: not used", "#3: not used"]).complains(&["#1, #3", "--key \"#1\" or --key \"#3\""]);
}

#[test]
fn what_people_write_beside_a_name_is_no_other_person_and_no_secret_is_shown() {
    let stage = Stage::new();
    stage.write(
        "bullets.txt",
        "- ada.lovelace@contoso.com\n2. grace.hopper@contoso.com\n\u{2022} Hans <hans.zimmermann@contoso.com>\n",
    );
    understood(&stage, "bullets.txt", "bullets", &[]);
    assert_eq!(found(&stage, "bullets"), ["ada", "grace", "hans"]);
    stage.write("words.csv", "User\nManager: grace.hopper@contoso.com\nada.lovelace@contoso.com\n");
    understood(&stage, "words.csv", "words", &[]);
    assert_eq!(found(&stage, "words"), ["unreadable", "ada"]);
    stage.write(
        "names.csv",
        "First Name,Last Name,Email\nJohn,Smith,ada.lovelace@contoso.com\nHopper,Grace,grace.hopper@contoso.com\n",
    );
    understood(&stage, "names.csv", "names", &["--strict"]);
    assert_eq!(found(&stage, "names"), ["ada", "grace"]);
    let plan = std::fs::read_to_string(stage.path("names").join("plan.csv")).unwrap();
    assert!(
        plan.contains("contradicted")
            && plan.contains("name John Smith on the roster")
            && plan.matches("refuse").count() == 1,
        "{plan}"
    );
    stage.write(
        "unresolved.txt",
        "Smith, John; Lovelace, Ada <ada.lovelace@contoso.com>; Hopper, Grace <grace.hopper@contoso.com>\n",
    );
    let refused = stage.run(&["plan", "unresolved.txt", "--playbook", "contain", "--out", "none"]).exited(2);
    refused.never_says(&["--key"]).complains(&["several people"]);
    for list in [
        "ada.lovelace@contoso.com Hunter2!!x\ngrace.hopper@contoso.com Hunter2!!y\n",
        "ada.lovelace@contoso.com:Hunter2!!x;grace.hopper@contoso.com:Hunter2!!y\n",
        "User,API key\nada.lovelace@contoso.com,Hunter2!!x\nHunter2!!y\n",
    ] {
        stage.write("secret.txt", list);
        for more in [&["--out", "out", "-v"][..], &["--explain"]] {
            let ran = stage.run(&[&["plan", "secret.txt", "--playbook", "contain"], more].concat());
            assert!(!format!("{}{}", ran.out, ran.err).contains("Hunter"), "{list}: {}{}", ran.out, ran.err);
        }
        let plan = std::fs::read_to_string(stage.path("out").join("plan.csv")).unwrap_or_default();
        assert!(!plan.contains("Hunter"), "{plan}");
    }
}

#[test]
fn a_list_from_a_pipe_is_understood_as_well() {
    let stage = Stage::new();
    for name in [
        "excel-windows-1252.csv", "powershell-out-file-utf-16-le.csv", "bare-upns.txt", "excel-workbook.xlsx",
        "graph-users.json",
    ] {
        let bytes = std::fs::read(sample(name)).unwrap();
        let command = stage.command(&["plan", "-", "--playbook", "contain", "--out", name]);
        let (_, shape, people) = SAMPLES.iter().find(|(sample, ..)| *sample == name).unwrap();
        finish_with_input(command, &bytes).succeeded().says(&[shape]);
        assert_eq!(found(&stage, name), *people, "{name}");
    }
}

#[test]
fn the_operator_names_the_column() {
    let stage = Stage::new();
    stage.write("managers.csv", "Last day,Wer,Manager UPN\n1,ada.lovelace@contoso.com,grace.hopper@contoso.com\n");
    stage
        .run(&["plan", "managers.csv", "--playbook", "contain", "--out", "none"])
        .exited(2)
        .complains(&["\"Last day\", \"Wer\"", "--> managers.csv:1", "1 | Last day,Wer", "--key COLUMN"]);
    for (key, people) in [
        ("wer", &["ada"][..]),
        ("MANAGER_UPN", &["grace"]),
        // A number is for lists without a header. A first line without any known name may be a person with a typing
        // error, so it is a row that cannot be read rather than a person who is lost.
        ("#2", &["unreadable", "ada"]),
    ] {
        understood(&stage, "managers.csv", key, &["--key", key]);
        assert_eq!(found(&stage, key), people);
    }
    stage
        .run(&["plan", "managers.csv", "--playbook", "contain", "--out", "none", "--key", "Manger UPN"])
        .exited(2)
        .complains(&["no column \"Manger UPN\": its 3 columns are", "; did you mean \"Manager UPN\"?"]);
    assert!(!stage.path("none").join("plan.json").exists());
}

#[test]
fn a_list_without_a_header_and_with_two_people_on_a_row_is_a_question() {
    let stage = Stage::new();
    stage.write(
        "pairs.csv",
        "ada.lovelace@contoso.com,grace.hopper@contoso.com\nhans.zimmermann@contoso.com,grace.hopper@contoso.com\n",
    );
    let refused = stage.run(&["plan", "pairs.csv", "--playbook", "contain", "--out", "none"]).exited(2);
    refused.complains(&["no header", "#1, #2", "--key \"#1\" or --key \"#2\"", "line of their own"]);
    assert_eq!(understood(&stage, "pairs.csv", "second", &["--key", "#2"]), "UTF-8, comma, no header, key column #2");
    assert_eq!(found(&stage, "second"), ["grace", "grace"]);
}

#[test]
fn people_are_named_by_a_property_only_when_the_operator_says_so() {
    let stage = Stage::new();
    let roster = sample("hr-employee-ids.csv");
    stage.run(&["plan", &roster, "--playbook", "contain", "--out", "none"]).exited(2).complains(&["\"Employee ID\""]);
    let shape = understood(&stage, &roster, "by-id", &["--by", "employee-id"]);
    assert_eq!(shape, "UTF-8, comma, key column \"Employee ID\", by employee id");
    stage
        .run(&["plan", &roster, "--playbook", "contain", "--out", "none", "--by", "sid"])
        .exited(2)
        .complains(&["no key column for the SID", "onpremisessecurityidentifier", "--key COLUMN"]);
    stage
        .run(&["plan", &roster, "--playbook", "contain", "--out", "none", "--by", "shoe-size"])
        .exited(2)
        .complains(&["mail, proxy, employee-id, sid, sam"]);
}

#[test]
fn a_short_name_of_another_domain_is_another_person() {
    let stage = Stage::new();
    stage.write("sam.csv", "user,dept\nNOWHERE\\hans.zimmermann,x\nCORP\\hans.zimmermann,x\n");
    stage
        .write("columns.csv", "AccountName,AccountDomain\nhans.zimmermann,ws-0042\nhans.zimmermann,corp.contoso.com\n");
    for (list, more) in [("sam.csv", &["--by", "sam", "--key", "user"][..]), ("columns.csv", &["--by", "sam"])] {
        understood(&stage, list, &format!("{list}.plan"), more);
        let rows = std::fs::read_to_string(stage.path(&format!("{list}.plan")).join("plan.csv")).unwrap();
        let rows: Vec<&str> = rows.lines().skip(1).collect();
        assert!(rows[0].contains("mismatch") && !rows[1].contains("mismatch"), "{rows:?}");
        assert!(rows[1].contains("hans.zimmermann@contoso.com"), "{rows:?}");
    }
}

#[test]
fn a_named_column_does_not_silence_the_one_beside_it() {
    let stage = Stage::new();
    let (ada, grace) = ("ada.lovelace@contoso.com", "78020313-a336-4408-b1ce-602c649fe7dd");
    stage.write("pairs.csv", format!("objectId,userPrincipalName\n{grace},{ada}\n"));
    for key in ["objectId", "userPrincipalName"] {
        understood(&stage, "pairs.csv", key, &["--key", key]);
        let rows = std::fs::read_to_string(stage.path(key).join("plan.csv")).unwrap();
        assert!(rows.contains("mismatch"), "{rows}");
    }
}

/// A list may say of its own people to leave them alone. They are not planned unasked.
#[test]
fn who_is_to_be_left_alone_by_the_list_is_asked_about() {
    let stage = Stage::new();
    let members = stage.members(3);
    for (column, leaves, other) in [
        ("Action", ["DO NOT TOUCH", "keep"], "disable"),
        ("Exclude?", ["Yes", "x"], "no"),
        ("Disable", ["no", "No"], "yes"),
        ("Comments", ["Don't disable!", "exclude"], "disable"),
    ] {
        let said = [leaves[0], other, leaves[1]];
        let mut list = format!("userPrincipalName,{column}\n");
        for (member, said) in members.iter().zip(said) {
            list += &format!("{},{said}\n", member.user_principal_name);
        }
        stage.write("leave.csv", &list);
        let ran = stage.run(&["plan", "leave.csv", "--playbook", "contain", "--out", "refused"]).exited(2);
        let only = format!("{column}={other}");
        ran.complains(&["on 2 of 3 rows to leave people alone", "--every-row", "--only ", &only]);
        assert!(!stage.path("refused").exists());
        for (flags, count) in [(vec!["--only", &only], 1), (vec!["--every-row"], 3)] {
            let out = format!("{}-{count}", column.trim_end_matches('?'));
            stage.plan("leave.csv", "contain", &out, &flags).succeeded();
            assert_eq!(stage.accounts(&out), count, "{column}");
        }
    }
    let plan = stage.path("Action-1").join("plan.csv");
    let acting = std::fs::read_to_string(plan).unwrap();
    assert!(
        acting.lines().any(|line| line.contains(&*members[1].user_principal_name) && line.contains(",act,")),
        "{acting}"
    );
    // Another column may say who is meant, and among these the list leaves people alone, too.
    let mut list = "userPrincipalName,Status,Action\n".to_owned();
    for (member, said) in members.iter().zip(["Leaver,keep", "Leaver,disable", "Stays,keep"]) {
        list += &format!("{},{said}\n", member.user_principal_name);
    }
    stage.write("both.csv", &list);
    let only = ["plan", "both.csv", "--playbook", "contain", "--out", "both", "--only", "Status=Leaver"];
    stage.run(&only).exited(2).complains(&["on 1 of 3 rows to leave people alone", "--every-row"]);
    stage.run(&[&only[..], &["--every-row"]].concat()).succeeded();
    assert_eq!(stage.accounts("both"), 2, "the row without the value stays out");
    stage.write("mailboxes.csv", format!("user,Action\n{},keep the mailbox\n", members[0].user_principal_name));
    stage.plan("mailboxes.csv", "contain", "mailboxes", &[]).succeeded();
}

/// Whatever says it: a column without a name, an empty cell where others have a date, a heading, a title.
#[test]
fn who_is_to_be_left_alone_by_any_part_of_the_list_is_asked_about() {
    let stage = Stage::new();
    let names: Vec<String> =
        stage.members(3).into_iter().map(|member| member.user_principal_name.to_string()).collect();
    let [a, b, c] = [&names[0], &names[1], &names[2]];
    for (name, list, says, only) in [
        ("plain", format!("{a},disable\n{b},disable\n{c},keep\n"), "\"#2\" says \"keep\" 1", Some("#2=disable")),
        (
            "dates",
            format!("UPN,Termination Date\n{a},2026-11-20\n{b},2026-11-20\n{c},\n"),
            "empty on 1",
            Some("Termination Date=*"),
        ),
        ("heading", format!("{a}\n{b}\n\nDo NOT disable:\n{c}\n"), "1 person stands below that line", None),
        ("title", format!("# VIP list - never disable\n{a}\n{b}\n{c}\n"), "above its people, on line 1", None),
    ] {
        let file = format!("{name}.csv");
        stage.write(&file, &list);
        let ran = stage.run(&["plan", &file, "--playbook", "contain", "--out", "refused"]).exited(2);
        let ran = ran.complains(&[says, "--every-row"]);
        assert!(!stage.path("refused").exists());
        let all = format!("{name}-all");
        stage.plan(&file, "contain", &all, &["--every-row"]).succeeded();
        assert_eq!(stage.accounts(&all), 3, "{name}");
        if let Some(only) = only {
            ran.complains(&[only]);
            stage.plan(&file, "contain", name, &["--only", only]).succeeded();
            assert_eq!(stage.accounts(name), 2, "{name}");
        }
    }
    stage.write("none.csv", format!("user,Status\n{a},Leaver\n"));
    let none =
        stage.run(&["plan", "none.csv", "--playbook", "contain", "--out", "none", "--only", "Status=Terminated"]);
    none.exited(2).complains(&["no row", "\"Terminated\"", "\"leaver\" 1", "Status=*"]);
    assert!(!stage.path("none").exists());
}
