//! Can a plan be put where it is meant to go?

use std::fs;
use std::io;
use std::path::Path;

use super::check::Check;
use crate::private_files;
use crate::words::quoted;

/// Whether a plan can be made in this folder, which may not be there yet. Nothing is left behind.
pub fn judge(folder: &Path) -> Check {
    const CHECK: &str = "folder";
    let name = quoted(folder);
    let another = "Name another folder: --out DIR";
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let above = folder
                .ancestors()
                .skip(1)
                .map(|above| if above.as_os_str().is_empty() { Path::new(".") } else { above });
            let Some(above) = above.into_iter().find(|above| above.exists()) else {
                return Check::failed(CHECK, format!("{name} cannot be made: nothing is above it"), another);
            };
            match tempfile::tempfile_in(above) {
                Ok(_) => Check::ok(CHECK, format!("{name} can be made")),
                Err(error) => Check::failed(CHECK, format!("{name} cannot be made: {error}"), another),
            }
        }
        Err(error) => Check::failed(CHECK, format!("{name} cannot be used: {error}"), another),
        Ok(mut entries) => {
            if let Some(Ok(entry)) = entries.next() {
                let found = entry.file_name();
                return Check::failed(
                    CHECK,
                    format!(
                        "{name} is not empty: it holds {:?}, and a plan takes a new or an empty folder",
                        found.to_string_lossy()
                    ),
                    another,
                );
            }
            match (private_files::writable_by_others(folder), tempfile::tempfile_in(folder)) {
                (Ok(true), _) => Check::failed(
                    CHECK,
                    format!("{name} can be written to by others, who could change a plan between preview and run"),
                    private_files::how_to_keep_others_out(folder, "go-w"),
                ),
                (Ok(false), Ok(_)) => Check::ok(CHECK, format!("{name} is there, empty and yours")),
                (Err(error), _) | (_, Err(error)) => {
                    Check::failed(CHECK, format!("{name} cannot be written to: {error}"), another)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::CheckStatus;
    use super::*;

    #[test]
    fn new_and_empty_folders_do_and_nothing_is_left_in_them() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        assert_eq!(judge(&at("new/and/deep")).status, CheckStatus::Ok);
        assert!(!at("new").exists());
        private_files::create_folder(&at("empty")).unwrap();
        assert_eq!(judge(&at("empty")).status, CheckStatus::Ok);
        assert_eq!(fs::read_dir(at("empty")).unwrap().count(), 0);
        fs::write(at("empty/plan.json"), "{}").unwrap();
        let full = judge(&at("empty"));
        assert!(full.status == CheckStatus::Failed && full.found.contains("plan.json"), "{full:?}");
        assert_eq!(judge(&at("empty/plan.json")).status, CheckStatus::Failed);
        assert_eq!(judge(&at("empty/plan.json/below")).status, CheckStatus::Failed);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_others_may_write_to_does_not() {
        use std::os::unix::fs::PermissionsExt as _;
        let scratch = tempfile::tempdir().unwrap();
        fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let check = judge(scratch.path());
        assert!(
            check.status == CheckStatus::Failed && check.remedy.unwrap().starts_with("chmod go-w "),
            "{}",
            check.found
        );
    }
}
