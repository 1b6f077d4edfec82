//! What is left of the passwords in the memory of a process that has set them.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::process::Stdio;
use std::time::Duration;

use sealoff::seal::{ExpectedAccount, Identities, unseal};
use sealoff::simulator::Settings;

use crate::stage::{Stage, files_below};
use crate::tools::skip;

/// Everything that a process can write to, piece by piece; an error where the system forbids it.
fn writable_memory(process: u32) -> io::Result<Vec<Vec<u8>>> {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps"))?;
    let mut memory = File::open(format!("/proc/{process}/mem"))?;
    let mut pieces = Vec::new();
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (Some(range), Some(rights)) = (words.next(), words.next()) else { continue };
        if !rights.starts_with("rw") || line.contains("[v") {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let [start, end] = [start, end].map(|address| u64::from_str_radix(address, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
        memory.seek(SeekFrom::Start(start))?;
        // A page that was never used cannot always be read, and holds nothing.
        if memory.read_exact(&mut bytes).is_ok() {
            pieces.push(bytes);
        }
    }
    Ok(pieces)
}

/// How many passwords of the usual form there are in a piece of memory that are among these.
fn found_in(memory: &[u8], passwords: &HashSet<String>) -> HashSet<String> {
    let is_alike = |text: &&[u8]| [5, 11, 17].iter().all(|place| text[*place] == b'-');
    let texts = memory.windows(23).filter(is_alike).filter_map(|text| std::str::from_utf8(text).ok());
    texts.filter(|text| passwords.contains(*text)).map(str::to_owned).collect()
}

/// Promise 2, in memory: at the end of a run, hardly any of the passwords that it set are in the memory of the process. The
/// process is stopped at its very end, where it prints the outcome into a full pipe. What is found then is what a core image
/// would hold, if the process did not forbid core images.
///
/// Some passwords are found, because `age` frees its buffer of plain text without wiping it, and later allocations overwrite only
/// a part of it. If passwords, payloads or request bodies were not wiped, all passwords would be found.
#[test]
fn after_a_run_with_an_age_key_at_most_one_password_in_four_is_left_in_memory() {
    let stage = Stage::with(Settings { users: 500, ..Settings::default() });
    let recipient = stage.recipient();
    let found = left_in_memory(&stage, &recipient, &Identities::read(&stage.path("key.txt")).unwrap());
    assert!(found.is_none_or(|found| found * 4 <= ACCOUNTS), "{found:?} of {ACCOUNTS} passwords are left in memory");
}

/// The same with a certificate: sealoff owns and wipes all buffers on that way.
#[test]
fn after_a_run_with_a_certificate_at_most_one_password_in_twenty_is_left_in_memory() {
    let stage = Stage::with(Settings { users: 500, ..Settings::default() });
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec![]).unwrap().self_signed(&key).unwrap();
    stage.write("desk.pem", certificate.pem());
    stage.write("desk.key", key.serialize_pem());
    let found = left_in_memory(&stage, "desk.pem", &Identities::read(&stage.path("desk.key")).unwrap());
    assert!(found.is_none_or(|found| found * 20 <= ACCOUNTS), "{found:?} of {ACCOUNTS} passwords are left in memory");
}

const ACCOUNTS: usize = 200;

/// How many passwords of a run that sealed them to this recipient are left in memory; `None` where the system forbids a look.
fn left_in_memory(stage: &Stage, recipient: &str, identities: &Identities) -> Option<usize> {
    let roster = stage.roster_of(&stage.members(ACCOUNTS));
    let plan =
        ["plan", &roster, "--playbook", "breach", "--out", "out", "--max-accounts", "1000", "--seal-to", recipient];
    stage.run(&plan).succeeded();
    let (mut reader, mut writer) = io::pipe().unwrap();
    writer.write_all(&vec![b'\n'; 64 * 1024]).unwrap();
    let mut command = stage.command(&["apply", "out", "--confirm", &ACCOUNTS.to_string()]);
    let mut child = command.stdin(Stdio::null()).stdout(writer).stderr(Stdio::null()).spawn().unwrap();
    drop(command);
    // After the index, the process only prints.
    while !stage.path("out/handoff/index.csv").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it printed anything");
        std::thread::sleep(Duration::from_millis(20));
    }
    let memory = writable_memory(child.id());
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id()));
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest).unwrap();
    assert!(child.wait().unwrap().success());
    let Ok(memory) = memory else {
        skip("this system does not allow a look into the memory of a process");
        return None;
    };
    let limits = limits.unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "core images are off");
    // The search finds what is there.
    let path = b"out/results.csv";
    assert!(memory.iter().any(|bytes| bytes.windows(path.len()).any(|window| window == path)));
    let results = stage.results("out");
    let tenant = stage.simulator.connection().tenant_id.parse().ok();
    let password = |row: &HashMap<String, String>| {
        let object_id = row["object_id"].parse().unwrap();
        let expected = ExpectedAccount { tenant, object_id, user_principal_name: &row["user_principal_name"] };
        let sealed = row["sealed_credential"].parse().unwrap();
        unseal(identities, &sealed, &expected).unwrap().expose().to_owned()
    };
    let passwords: HashSet<String> = results.values().map(password).collect();
    assert_eq!(passwords.len(), ACCOUNTS);
    assert_eq!(found_in(passwords.iter().next().unwrap().as_bytes(), &passwords).len(), 1);
    let found: HashSet<String> = memory.iter().flat_map(|bytes| found_in(bytes, &passwords)).collect();
    let _ = writeln!(io::stderr(), "{} of {ACCOUNTS} passwords are left in memory", found.len());
    // No file that the run has written holds any of them.
    for path in files_below(stage.folder.path()) {
        let found = found_in(&std::fs::read(&path).unwrap(), &passwords);
        assert!(found.is_empty(), "passwords are in {}", path.display());
    }
    Some(found.len())
}
