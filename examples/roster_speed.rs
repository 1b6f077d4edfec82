//! Reads the roster named on the command line and says how fast that went: `cargo run --release --example roster_speed FILE`.
#![expect(clippy::print_stdout, reason = "an example that measures")]

use std::time::Instant;

use sealoff::roster::{Roster, Source};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("name a roster")?;
    let start = Instant::now();
    let mut roster = Roster::open(Source::from_argument(&path))?;
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
