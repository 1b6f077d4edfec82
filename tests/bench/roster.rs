//! How fast a roster is read: `cargo bench --bench roster [-- FILE]`. Without a file it reads a million made-up rows.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::fmt::Write as _;
use std::time::Instant;

use sealoff::roster::{Roster, Source};
use uuid::Uuid;

const ROWS: u32 = 1_000_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let source = match std::env::args_os().skip(1).find(|argument| argument != "--bench") {
        Some(path) => Source::from_argument(&path),
        None => Source::bytes("made-up rows", made_up()?),
    };
    let start = Instant::now();
    let mut roster = Roster::open(source)?;
    println!("{}", roster.shape());
    let mut defects = 0;
    for entry in &mut roster {
        defects += u32::from(entry?.content.is_err());
    }
    let ending = roster.finish()?;
    let seconds = start.elapsed().as_secs_f64();
    println!("{} rows, {defects} defects, {seconds:.2} s, {:.0} rows/s", ending.rows, f64::from(ending.rows) / seconds);
    Ok(())
}

fn made_up() -> Result<Vec<u8>, std::fmt::Error> {
    let mut csv = "objectId,userPrincipalName,displayName,department,handoff,priority\r\n".to_owned();
    for row in 0..ROWS {
        let id = Uuid::from_u128(u128::from(row) << 64 | 0x8000_0000_0000_0001);
        write!(csv, "{id},person{row}@contoso.com,\"Person, {row}\",Sales,service-desk,{}\r\n", row % 5)?;
    }
    Ok(csv.into_bytes())
}
