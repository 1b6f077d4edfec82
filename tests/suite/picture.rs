//! The picture in the README is what a drill prints. `SEALOFF_DRAW=1 cargo test picture` draws it anew.

use std::path::Path;

use crate::stage::{bare, finish};

/// How wide the terminal is that is drawn.
const COLUMNS: usize = 100;

/// A line as it is drawn: what differs from run to run is always the same.
fn steady(line: &str) -> String {
    let mut line = line.to_owned();
    // Each desk has a key of its own.
    let key = match () {
        () if line.contains("site-berlin") => "age1m7v2k9x4q8d3w6c5n0p2r8t4s6y0u3z7a9e2g5j8l4h6f0m3q7s9v2x5k8d4w",
        () if line.contains("site-madrid") => "age1z5c8x3w7k2q9m4d6v0p8n3r5t7s2u9y4a6e0g3j7l2h8f5m9q4s6v3x8k0d2w",
        () => "age1q4d9xk7c2m5v8w3n6p0r2s4t6u8y0z2a4c6e8g0j2l4n6q8s0u2w4y6z8xq4h",
    };
    for (mark, length, stands) in
        [("age1", 62, key), ("fingerprint ", 24, "fingerprint 5ea10ff0c0de"), ("SHA-256 ", 20, "SHA-256 5ea10ff0c0de")]
    {
        if let Some(at) = line.find(mark)
            && line.len() >= at + length
        {
            line.replace_range(at..at + length, &stands[..length]);
        }
    }
    // Where the line before has no room for it.
    let digest = line.trim().strip_suffix(')').unwrap_or_default();
    if digest.len() == 12 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        line = line.replace(digest, "5ea10ff0c0de");
    }
    if let Some(at) = line.find("--confirm ")
        && let Some(sign) = line[at..].find('@').map(|sign| at + sign + 1)
        && line.len() >= sign + 12
        && line[sign..sign + 12].bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        line.replace_range(sign..sign + 12, "5ea10ff0c0de");
    }
    if let Some((before, rest)) = line.split_once(" writes in ")
        && let Some((_, after)) = rest.split_once(" (")
    {
        line = format!("{before} writes in 2 s ({after}");
    }
    line
}

/// What a drill prints from the preview to the proof.
fn drilled() -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut command = bare(&["drill", "--out", "tonight"]);
    command
        .current_dir(folder.path())
        .env_remove("NO_COLOR")
        .env("CLICOLOR_FORCE", "1")
        .env("COLUMNS", COLUMNS.to_string());
    let printed = finish(command).succeeded().out;
    let lines: Vec<String> = printed.lines().map(steady).collect();
    let end = lines.iter().position(|line| line.starts_with("Report")).expect("a drill ends with its report");
    lines[..end].join("\n") + "\n"
}

#[cfg_attr(windows, ignore = "it is drawn where paths have slashes")]
#[test]
fn the_picture_is_what_a_drill_prints() {
    let term = anstyle_svg::Term::new().palette(anstyle_lossy::palette::WIN10_CONSOLE).min_width_px(880);
    let svg = term.render_svg(&format!("$ sealoff drill\n{}", drilled()));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/drill.svg");
    if std::env::var_os("SEALOFF_DRAW").is_some() {
        std::fs::write(&path, &svg).unwrap();
    }
    let drawn = std::fs::read_to_string(&path).unwrap();
    assert!(drawn == svg, "samples/drill.svg is out of date: SEALOFF_DRAW=1 cargo test picture draws it anew");
}
