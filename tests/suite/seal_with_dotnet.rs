//! `EnvelopedCms` of .NET, which PowerShell's `Unprotect-CmsMessage` calls, opens packets and cells, and so does openssl the cells
//! for Active Directory. Here it is that of Mono.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use sealoff::digest::Digest;

use crate::active_directory::{opened, work_list};
use crate::stage::Stage;
use crate::tools::need;

/// Runs a line in the folder of a stage; words stand between single blanks.
fn run_in(stage: &Stage, line: &str) -> String {
    let mut words = line.split(' ');
    let ran = Command::new(words.next().unwrap()).args(words).current_dir(stage.folder.path()).output().unwrap();
    assert!(ran.status.success(), "{line}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

/// What onprem.ps1 opens is opened by the same two that packets are, and holds what the script looks for.
#[test]
fn dotnet_and_openssl_open_each_cell_for_active_directory() {
    if !need(&["mcs", "mono", "openssl"]) {
        return;
    }
    let stage = Stage::new();
    let run = |line: &str| run_in(&stage, line);
    run("openssl req -x509 -newkey rsa:2048 -nodes -keyout ad.key -out ad.pem -days 30 -subj /CN=ad -addext \
         keyUsage=keyEncipherment -addext extendedKeyUsage=1.3.6.1.4.1.311.80.1");
    run(
        "openssl pkcs12 -export -in ad.pem -inkey ad.key -out ad.pfx -passout pass: -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES \
         -macalg SHA1",
    );
    run(concat!("mcs -r:System.Security -out:envelope.exe ", env!("CARGO_MANIFEST_DIR"), "/tests/clients/envelope.cs"));
    let people: Vec<_> = stage.simulator.users().into_iter().filter(|user| user.is_synced()).take(3).collect();
    let roster = stage.roster_of(&people);
    stage.plan(&roster, "breach", "out", &["--ad-key", "ad.pem"]).succeeded();
    let rows = work_list(&stage, "out");
    assert_eq!(rows.len(), 3);
    for row in rows {
        let cell = &row["sealed_for_active_directory"];
        let der = STANDARD.decode(cell.strip_prefix("cms:").unwrap_or_else(|| panic!("{cell}"))).unwrap();
        std::fs::write(stage.path("cell.p7m"), der).unwrap();
        let by_dotnet = run("mono envelope.exe ad.pfx cell.p7m");
        let by_dotnet = by_dotnet.strip_prefix(INTEGRITY_CODE).unwrap_or_else(|| panic!("{by_dotnet}")).trim();
        let by_openssl = run("openssl cms -decrypt -inform DER -in cell.p7m -inkey ad.key -recip ad.pem");
        assert_eq!(by_openssl.trim(), by_dotnet);
        let inside: serde_json::Value = serde_json::from_str(by_dotnet).unwrap();
        for name in ["object_id", "sid", "list"] {
            assert_eq!(inside[name], *row[name], "{name}: {inside}");
        }
        assert_eq!(inside["password"], opened(&stage, &row));
        // The order of the members, which the script goes by.
        let places = ["sealoff", "tenant", "object_id", "user_principal_name", "password", "sid", "list"]
            .map(|name| by_dotnet.find(&format!("\"{name}\":")).unwrap());
        assert!(places.is_sorted(), "{by_dotnet}");
    }
}

const INTEGRITY_CODE: &str = "attribute 1.2.840.113556.1.8000.2554.16376.30888.56285.19556.42375.6528127.197462";

#[test]
fn dotnet_opens_a_packet_and_each_cell_in_it() {
    if !need(&["mcs", "mono", "openssl"]) {
        return;
    }
    let stage = Stage::new();
    let run = |line: &str| run_in(&stage, line);
    run("openssl req -x509 -newkey rsa:2048 -nodes -keyout desk.key -out desk.pem -days 30 -subj /CN=desk -addext \
         keyUsage=keyEncipherment -addext extendedKeyUsage=1.3.6.1.4.1.311.80.1");
    run(
        "openssl pkcs12 -export -in desk.pem -inkey desk.key -out desk.pfx -passout pass: -keypbe PBE-SHA1-3DES -certpbe \
         PBE-SHA1-3DES -macalg SHA1",
    );
    run(concat!("mcs -r:System.Security -out:envelope.exe ", env!("CARGO_MANIFEST_DIR"), "/tests/clients/envelope.cs"));
    let opened = |file: &str| {
        let said = run(&format!("mono envelope.exe desk.pfx {file}"));
        said.strip_prefix(INTEGRITY_CODE).unwrap_or_else(|| panic!("{said}")).trim_start().to_owned()
    };

    let members = stage.members(3);
    let roster = stage.roster_of(&members);
    let plan = ["plan", &roster, "--playbook", "breach", "--seal-to", "desk.pem", "--out", "out"];
    stage.run(&plan).succeeded();
    stage.apply("out").succeeded();
    let packet = opened("out/handoff/default.csv.p7m");
    let mut rows = csv::Reader::from_reader(packet.trim_start_matches('\u{feff}').as_bytes());
    let header = rows.headers().unwrap().clone();
    let cell = header.iter().position(|name| name == "sealed_credential").unwrap();
    let cells: Vec<String> = rows.records().map(|row| row.unwrap()[cell].to_owned()).collect();
    assert_eq!(cells.len(), 3);
    for (sealed, member) in cells.iter().zip(&members) {
        let der = STANDARD.decode(sealed.strip_prefix("cms:").unwrap_or_else(|| panic!("{sealed}"))).unwrap();
        std::fs::write(stage.path("cell.p7m"), der).unwrap();
        let inside: serde_json::Value = serde_json::from_str(&opened("cell.p7m")).unwrap();
        assert_eq!(inside["object_id"], member.id.to_string());
        let user = stage.simulator.user(&member.id.to_string()).unwrap();
        let password = inside["password"].as_str().unwrap();
        assert_eq!(Some(Digest::of(password.as_bytes())), user.password);
    }
}
