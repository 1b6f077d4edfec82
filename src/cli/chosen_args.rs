//! The flags for passwords that people chose, and how these come in: from a sealed file, or typed twice without echo.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use zeroize::Zeroizing;

use super::exit::Failure;
use super::passphrase;
use super::words::quoted;
use crate::plan::by_hand::ChosenPasswords;
use crate::plan::folder::PlanFolder;
use crate::plan::password_list::{PasswordList, digest_of};
use crate::plan::password_source::PasswordsByHand;
use crate::run::hand_passwords::HandPasswords;
use crate::seal::Password;
use crate::wording::plan_command;

/// The list of passwords, and what opens it.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Passwords by hand")]
pub(super) struct ChosenArgs {
    /// New passwords that people chose: a sealed file (age, or CMS as openssl and Protect-CmsMessage make it) with the columns
    /// user,password. Needed for the plan and again to carry it out; each is checked against Entra's rules before anything is sent
    #[arg(long, value_name = "FILE")]
    pub(super) passwords: Option<PathBuf>,
    /// What opens that file: an identity of keygen or age-keygen, a private key of SSH, or that of a certificate (PEM or PFX)
    #[arg(short, long, value_name = "FILE", requires = "passwords")]
    pub(super) identity: Vec<PathBuf>,
    /// Take the passphrase of that identity from the first line of standard input; otherwise it is asked for
    #[arg(long, requires = "passwords")]
    pub(super) passphrase_stdin: bool,
}

/// The same, where a plan is made.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Passwords by hand")]
pub(super) struct ChosenForPlanArgs {
    #[command(flatten)]
    pub(super) chosen: ChosenArgs,
    /// Make a password for those on the list of people who have none in that file; otherwise their rows are refused
    #[arg(long, requires = "passwords")]
    pub(super) generate_missing: bool,
}

impl ChosenForPlanArgs {
    pub(super) const fn is_given(&self) -> bool {
        self.chosen.passwords.is_some()
    }

    /// Opens the list, where one is named.
    pub(super) fn open(&self) -> Result<Option<ChosenPasswords>, Failure> {
        let Some(list) = self.chosen.open()? else { return Ok(None) };
        Ok(Some(ChosenPasswords { list: Arc::new(list), generate_missing: self.generate_missing }))
    }
}

impl ChosenArgs {
    fn open(&self) -> Result<Option<PasswordList>, Failure> {
        let Some(path) = &self.passwords else { return Ok(None) };
        // What is not sealed is said first: the key has nothing to do with it.
        digest_of(path)?;
        if self.identity.is_empty() {
            return Err(Failure::usage(format_args!("{} is sealed, and nothing is named that opens it", quoted(path)))
                .with_next("Name the key that it was sealed to: -i FILE"));
        }
        let identities = passphrase::identities(&self.identity, self.passphrase_stdin)?;
        Ok(Some(PasswordList::open(path, &identities)?))
    }

    /// The passwords of a plan that is to be carried out: those that it was made with, or none where it makes its own.
    ///
    /// # Errors
    ///
    /// The list is not named, is another one, or the plan has none; nothing was sent.
    pub(super) fn of_plan(&self, plan: &PlanFolder) -> Result<Option<HandPasswords>, Failure> {
        let manifest = plan.manifest();
        let list = match (&manifest.passwords_by_hand, &self.passwords) {
            (None, None) => return Ok(None),
            (None, Some(_)) => {
                return Err(Failure::refused(format_args!(
                    "the plan in {} makes its passwords, and was not made with --passwords",
                    quoted(plan.path())
                ))
                .with_next("Leave --passwords out, or make a new plan with it."));
            }
            (Some(PasswordsByHand { file: None, .. }), Some(_)) => {
                return Err(Failure::refused("the password of this plan is typed, and stands in no file")
                    .with_next("Leave --passwords out: it is asked for."));
            }
            (Some(PasswordsByHand { file: None, .. }), None) => typed(&only_user(plan)?)?,
            (Some(PasswordsByHand { file: Some(file), .. }), None) => {
                return Err(Failure::refused(format_args!(
                    "the passwords of this plan are in {} (SHA-256 {}), and no password stands in the plan",
                    file.name,
                    file.sha256.short()
                ))
                .with_command("Name that file and the key that opens it", plan_command::apply(plan.path(), manifest)));
            }
            (Some(PasswordsByHand { file: Some(file), .. }), Some(path)) => {
                let found = digest_of(path)?;
                if found != file.sha256 {
                    return Err(Failure::refused(format_args!(
                        "{} (SHA-256 {}) is not the file that the plan was made with: {} (SHA-256 {})",
                        quoted(path),
                        found.short(),
                        file.name,
                        file.sha256.short()
                    ))
                    .with_next("Name that file; or, if these passwords are meant, make a new plan with them."));
                }
                self.open()?.ok_or_else(|| Failure::usage("no list of passwords is named"))?
            }
        };
        Ok(Some(HandPasswords::of(plan, Arc::new(list))?))
    }
}

/// The person of a plan for one.
fn only_user(plan: &PlanFolder) -> Result<String, Failure> {
    let row = plan.rows()?.next().transpose()?;
    Ok(row.map(|row| row.user).unwrap_or_default())
}

/// A password for one person, typed twice without echo. It is asked for again when its run is gone on with, because it is kept
/// nowhere.
pub(super) fn typed(user: &str) -> Result<PasswordList, Failure> {
    let ask = |prompt: &str| {
        rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(|error| {
            Failure::refused(format_args!("no password can be asked for: {error}"))
                .with_next("Run this at a terminal; for programs, passwords come from a sealed file: sealoff plan --passwords FILE")
        })
    };
    let password = ask(&format!("New password of {}: ", user.escape_debug()))?;
    if password.is_empty() {
        return Err(Failure::usage("the password is empty; nothing was changed"));
    }
    if *ask("The same again: ")? != *password {
        return Err(Failure::usage("the two passwords differ; nothing was changed"));
    }
    Ok(PasswordList::typed(user, Password::of(password.as_str().to_owned())))
}
