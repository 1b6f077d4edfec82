//! What is left of the passwords in the memory of a process that has set them.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::process::Stdio;
use std::time::Duration;

use sealoff::simulator::Settings;

use crate::stage::Stage;

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
        // A page that nobody has touched cannot always be read, and holds nothing.
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

/// Promise 2, in memory: when all is done, and while the process still lives, hardly any of the passwords that it set can be
/// found in it. It is stopped at the very end, where it prints what became of the run: into a pipe that is full.
///
/// Not none: `age` frees its buffer of plain text without wiping it, and whatever is allocated there next may leave some of it.
/// If passwords, payloads or request bodies were not wiped, it would be all of them.
#[test]
fn hardly_a_password_is_left_in_memory_when_a_run_is_done() {
    const ACCOUNTS: usize = 200;
    let stage = Stage::with(Settings { users: 500, ..Settings::default() });
    let roster = stage.roster_of(&stage.members(ACCOUNTS));
    stage.plan(&roster, "breach", "out", &[]).succeeded();
    let (mut reader, mut writer) = io::pipe().unwrap();
    writer.write_all(&vec![b'\n'; 64 * 1024]).unwrap();
    let mut command = stage.command(&["apply", "out", "--confirm", &ACCOUNTS.to_string()]);
    let mut child = command.stdin(Stdio::null()).stdout(writer).stderr(Stdio::null()).spawn().unwrap();
    drop(command);
    // Behind the index comes nothing but the printing.
    while !stage.path("out/handoff/index.csv").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it printed anything");
        std::thread::sleep(Duration::from_millis(20));
    }
    let memory = writable_memory(child.id());
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest).unwrap();
    assert!(child.wait().unwrap().success());
    let Ok(memory) = memory else {
        let _ = writeln!(
            io::stderr(),
            "SKIPPED hardly_a_password_is_left_in_memory_when_a_run_is_done: this system lets nobody look into the process"
        );
        return;
    };
    // The search finds what is there.
    let path = b"out/results.csv";
    assert!(memory.iter().any(|bytes| bytes.windows(path.len()).any(|window| window == path)));
    let results = stage.results("out");
    let passwords: HashSet<String> =
        results.values().map(|row| stage.credentials(row)[0].expose().to_owned()).collect();
    assert_eq!(passwords.len(), ACCOUNTS);
    assert_eq!(found_in(passwords.iter().next().unwrap().as_bytes(), &passwords).len(), 1);
    let found: HashSet<String> = memory.iter().flat_map(|bytes| found_in(bytes, &passwords)).collect();
    let _ = writeln!(io::stderr(), "{} of {ACCOUNTS} passwords are left in memory", found.len());
    assert!(found.len() * 4 <= ACCOUNTS, "{} of {ACCOUNTS} passwords are left in memory", found.len());
}
