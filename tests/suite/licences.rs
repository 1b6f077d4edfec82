//! What the program is built from may be passed on with it.

use std::path::Path;
use std::process::Command;

use spdx::{Expression, LicenseReq, ParseMode};

use crate::tools::{need, skip};

/// Licences that ask for their text and their notice, and for nothing else. `Apache-2.0 WITH LLVM-exception` is one, too.
const PERMISSIVE: [&str; 11] = [
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "ISC", "MIT", "MIT-0", "Unicode-3.0",
    "Zlib",
];

fn is_permissive(licence: &str) -> Result<bool, String> {
    let expression = Expression::parse_mode(licence, ParseMode::LAX).map_err(|error| error.to_string())?;
    let is_known = |wanted: &LicenseReq| wanted.license.id().is_some_and(|id| PERMISSIVE.contains(&id.name));
    Ok(expression.evaluate(is_known))
}

/// Of every crate in the tree for this machine, as cargo knows it without a network.
#[test]
fn every_crate_has_a_licence_that_lets_it_be_passed_on() {
    if !need(&["cargo", "rustc"]) {
        return;
    }
    let version = Command::new("rustc").arg("-vV").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", host])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() && complaint.contains("--offline was specified") {
        skip(format_args!("cargo does not have every crate here, and a test does not fetch: {complaint}"));
        return;
    }
    assert!(output.status.success(), "{complaint}");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100, "{} packages", packages.len());
    let refused: Vec<String> = packages
        .iter()
        .filter_map(|package| {
            let licence = package["license"].as_str().unwrap_or_default();
            let why = match is_permissive(licence) {
                Ok(true) => return None,
                Ok(false) => "is not on the list".to_owned(),
                Err(error) => error,
            };
            Some(format!("{} {}: {licence:?} {why}", package["name"], package["version"]))
        })
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn a_licence_that_asks_for_more_is_seen() {
    for licence in ["GPL-3.0-only", "MIT AND LGPL-2.1-only", "MPL-2.0", ""] {
        assert_ne!(is_permissive(licence), Ok(true), "{licence}");
    }
    for licence in ["MIT OR GPL-2.0-only", "(Apache-2.0 OR MIT) AND BSD-3-Clause", "MIT/Apache-2.0"] {
        assert_eq!(is_permissive(licence), Ok(true), "{licence}");
    }
}
