//! `sealoff unseal`: opens the sealed credentials of a results file.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;

use crate::ids::ObjectId;
use crate::seal::{
    ExpectedAccount, Identities, NotSealed, Password, SealedCredential, SealedRow, SealedRowsError, UnsealError,
    unseal, unseal_pass,
};
use crate::spreadsheet::BYTE_ORDER_MARK;

use super::exit::{Exit, Failure};
use super::letters::{Letters, sealed_place};
use super::opened_secret::OpenedPass;
use super::packet::{self, PacketKind};
use super::replace_file::{self, ReplaceFileArgs};
use super::spoken::SpokenPasswords;
use super::unseal_output::PasswordOutput;
use super::words::counted;
use super::{messages, passphrase, private_output, whose_key};

/// Open the sealed credentials of a results file.
///
/// Prints CSV with the columns user_principal_name, object_id, password, candidate. The last one is empty, except for an
/// account with several passwords of which any may have taken effect: then each of them has a line of its own, from
/// `1`, the earliest, and the last one is the one to try first. Where temporary access passes were made, the columns pass, pass_from,
/// pass_until and pass_once follow, and each pass has a line of its own, without a password.
///
/// Identities that are protected by a passphrase ask for it at the terminal; --passphrase-stdin takes it from a program.
///
/// A credential that was moved to another row, edited or damaged is not printed: its row is named on standard error, the
/// others are printed, and the exit code is 3. Rows without a credential are skipped.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sealoff unseal run1/results.csv -i desk.key --speak \\
    --user ada.lovelace@contoso.com
  sealoff unseal run1/results.csv -i ~/.ssh/id_ed25519 \\
    -o passwords.csv
  sealoff unseal run1/results.csv -i desk.key | pass-import
  sealoff unseal run1/handoff/site-berlin.csv.age \\
    -i berlin.key -o sign-off-sheet.csv
  sealoff unseal run1/handoff/site-berlin.csv.p7m \\
    -i certificate.pfx --letters letters")]
pub struct UnsealArgs {
    /// The results file of a run, or a packet (handoff/NAME.csv.age or .p7m).
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// What opens it: an identity file of keygen or age-keygen, a private key of SSH, or the private key of a certificate
    /// (PEM or PFX); may be given more than once.
    #[arg(short, long, value_name = "FILE")]
    identity: Vec<PathBuf>,

    /// Take the passphrase of protected identities from the first line of standard input; otherwise it is asked for.
    #[arg(long)]
    passphrase_stdin: bool,

    /// Write to this file, which must not exist yet (or see --replace) and only its owner can read, and not to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    replace: ReplaceFileArgs,

    /// Only this person, by the name in the roster, the object id, the user principal name or the display name.
    #[arg(long, value_name = "USER")]
    user: Option<String>,

    /// Print one line of JSON for each password.
    #[arg(long)]
    json: bool,

    /// Print passwords even to a terminal: there each one on a line of its own, below its person.
    #[arg(long)]
    show: bool,

    /// The same, spelled out for the telephone by the alphabet of ICAO.
    #[arg(long, conflicts_with_all = ["json", "output"])]
    speak: bool,

    /// Write a letter for each person into DIR instead of printing, with the password in large type and spelled out, and a receipt
    /// on a sheet of its own; and all of them in all.html, to be printed at once. DIR must be new or empty.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["json", "show", "speak", "output"])]
    letters: Option<PathBuf>,
}

/// Rows of other recipients are named up to this number; the others are only counted.
const MAX_NAMED: usize = 20;

/// Runs the command.
///
/// # Errors
///
/// The file cannot be opened by these keys, or what is in it cannot be written. With `-o` there is no file then.
pub fn run(args: UnsealArgs) -> Result<Exit, Failure> {
    // What was named wrongly comes before where the passwords may go, and before a passphrase is asked for.
    passphrase::check_files(&args.identity)?;
    packet::check(&args.file)?;
    if args.identity.is_empty() {
        return Err(whose_key::is_missing(&args.file));
    }
    let said = &mut anstream::stderr();
    if let Some(path) = &args.output {
        let place = args.replace.place(path, A_SHEET, &beginnings())?;
        let identities = identities(&args)?;
        let unwritable = |error: io::Error| Failure::usage(format_args!("{} cannot be made: {error}", path.display()));
        let mut file = place.begin(path).map_err(unwritable)?;
        if !args.json {
            // People open it in a spreadsheet; JSON has no mark.
            file.write_all(BYTE_ORDER_MARK).map_err(unwritable)?;
        }
        // On a failure the file is incomplete, and goes.
        let (exit, opened) = run_to(&args, identities, &mut file, said)?;
        file.commit().map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => replace_file::taken(path, A_SHEET),
            _ => unwritable(error),
        })?;
        if opened > 0 {
            let passwords = counted(opened, "password", "passwords");
            let (path, remark) = (path.display(), place.remark());
            messages::info(format_args!(
                "{passwords} in {path}, which only its owner can read{remark}: use it, then remove it"
            ));
        }
        return Ok(exit);
    }
    if args.letters.is_some() {
        // No password is printed, only where the letters are.
        return Ok(run_to(&args, identities(&args)?, &mut io::stdout().lock(), said)?.0);
    }
    if io::stdout().is_terminal() && !args.show && !args.speak {
        return Err(Failure::refused("passwords are not printed to a terminal").with_next(
            "Write them to a file of your own with -o FILE, or add --show, or --speak to have them spelled out.",
        ));
    }
    private_output::check_standard_output("a password")?;
    Ok(run_to(&args, identities(&args)?, &mut io::stdout().lock(), said)?.0)
}

/// What `-o` makes.
const A_SHEET: &str = "a sheet of passwords of unseal";

/// How each kind of sheet begins.
fn beginnings() -> [String; 3] {
    let csv = [PacketKind::Results, PacketKind::Packet].map(|kind| kind.header().join(","));
    let [results, packet] = csv;
    [results, packet, "{\"sealoff_unseal\":".to_owned()]
}

fn identities(args: &UnsealArgs) -> Result<Identities, Failure> {
    passphrase::identities(&args.identity, args.passphrase_stdin)
}

fn run_to(
    args: &UnsealArgs,
    identities: Identities,
    out: &mut dyn Write,
    problems: &mut dyn Write,
) -> Result<(Exit, u64), Failure> {
    let (rows, kind) = packet::open(&args.file, &identities)?;
    let has_passes = rows.have_passes();
    let output = match &args.letters {
        Some(folder) => PasswordOutput::Letters(Letters::into(folder)?, out),
        None if args.speak || (args.show && !args.json && args.output.is_none() && io::stdout().is_terminal()) => {
            PasswordOutput::Spoken(SpokenPasswords::new(out, args.speak))
        }
        None => PasswordOutput::new(args.json, kind, has_passes, out),
    };
    let mut opening = Opening { out: output, tally: UnsealCounts::new(problems), identities };
    for row in rows {
        match row {
            Ok(row) if args.user.as_deref().is_none_or(|person| row.is_about(person)) => opening.open(&row)?,
            Ok(_) => {}
            Err(error @ SealedRowsError::Record { .. }) => opening.tally.problem(error),
            Err(error) => return Err(Failure::usage(error)),
        }
    }
    let Opening { mut out, tally, .. } = opening;
    out.finish()?;
    let opened = tally.opened;
    Ok((tally.end(args)?, opened))
}

struct Opening<'a> {
    out: PasswordOutput<'a>,
    tally: UnsealCounts<'a>,
    identities: Identities,
}

impl Opening<'_> {
    fn open(&mut self, row: &SealedRow) -> Result<(), Failure> {
        self.tally.rows += 1;
        if row.candidates.is_empty() && row.pass.is_none() {
            return Ok(());
        }
        let object_id = match &row.object_id {
            Ok(id) => *id,
            Err(text) => {
                let problem = format!("{}: {text:?} is not an object id, so nothing is opened for it", named(row));
                self.tally.problem(problem);
                return Ok(());
            }
        };
        let several = row.candidates.len() > 1;
        let mut is_for_others = false;
        let mut opened = Vec::with_capacity(row.candidates.len());
        for (index, sealed) in row.candidates.iter().enumerate() {
            let candidate = several.then_some(index + 1);
            match self.password(row, object_id, sealed) {
                Ok(Some(password)) => {
                    self.tally.opened += 1;
                    opened.push((candidate, password));
                }
                Ok(None) => is_for_others = true,
                Err(problem) => {
                    let which = candidate.map(|number| format!(", candidate {number}")).unwrap_or_default();
                    self.tally.problem(format_args!("{}{which}: {problem}", named(row)));
                }
            }
        }
        let pass = match row.pass.as_ref().map(|sealed| self.pass(row, object_id, sealed)) {
            Some(Ok(Some(pass))) => {
                self.tally.opened += 1;
                Some(pass)
            }
            Some(Ok(None)) => {
                is_for_others = true;
                None
            }
            Some(Err(problem)) => {
                self.tally.problem(format_args!("{}, its pass: {problem}", named(row)));
                None
            }
            None => None,
        };
        if is_for_others {
            self.tally.others.push(named(row));
        }
        self.out.account(row, object_id, &opened, pass.as_ref())
    }

    /// The pass, or `None` if it is sealed to another recipient.
    fn pass(
        &self,
        row: &SealedRow,
        object_id: ObjectId,
        sealed: &Result<SealedCredential, NotSealed>,
    ) -> Result<Option<OpenedPass>, String> {
        let expected = ExpectedAccount { tenant: None, object_id, user_principal_name: &row.user_principal_name };
        let sealed = sealed.as_ref().map_err(ToString::to_string)?;
        match unseal_pass(&self.identities, sealed, &expected) {
            Ok((pass, times)) if pass.expose().bytes().all(|byte| byte.is_ascii_graphic()) => {
                Ok(Some(OpenedPass { pass, times }))
            }
            Ok(_) => Err("sealoff did not seal it: it holds characters that no pass has".into()),
            Err(UnsealError::NotForThisIdentity) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    /// The password, or `None` if it is sealed to another recipient.
    fn password(
        &self,
        row: &SealedRow,
        object_id: ObjectId,
        sealed: &Result<SealedCredential, NotSealed>,
    ) -> Result<Option<Password>, String> {
        let expected = ExpectedAccount { tenant: None, object_id, user_principal_name: &row.user_principal_name };
        let sealed = sealed.as_ref().map_err(ToString::to_string)?;
        match unseal(&self.identities, sealed, &expected) {
            Ok(password) if password.could_be_sealed() => Ok(Some(password)),
            Ok(_) => Err("sealoff did not seal it: it holds characters that no password of sealoff has".into()),
            Err(UnsealError::NotForThisIdentity) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Where the row stands, and whose it is; a file that was changed may say anything.
fn named(row: &SealedRow) -> String {
    format!("{} {}", sealed_place(row), row.user_principal_name.escape_debug())
}

/// What was found, for the exit code and the last message.
struct UnsealCounts<'a> {
    /// Where problems are named.
    said: &'a mut dyn Write,
    rows: u64,
    opened: u64,
    problems: u64,
    /// The rows of which something is sealed to others, in words.
    others: Vec<String>,
}

impl<'a> UnsealCounts<'a> {
    fn new(said: &'a mut dyn Write) -> Self {
        Self { said, rows: 0, opened: 0, problems: 0, others: Vec::new() }
    }

    /// Errors are ignored: passwords are printed also if standard error is closed.
    fn say(&mut self, line: std::fmt::Arguments<'_>) {
        let _ = writeln!(self.said, "{line}");
    }

    fn problem(&mut self, problem: impl std::fmt::Display) {
        self.problems += 1;
        self.say(format_args!("error: {problem}"));
    }

    fn end(mut self, args: &UnsealArgs) -> Result<Exit, Failure> {
        let file = args.file.display();
        if !self.others.is_empty() {
            let mut rows = self.others.iter().take(MAX_NAMED).cloned().collect::<Vec<_>>().join(", ");
            if self.others.len() > MAX_NAMED {
                rows.push_str(", …");
            }
            self.say(format_args!(
                "error: {} not sealed to the key in {}: {rows}",
                counted(self.others.len() as u64, "row is", "rows are"),
                args.identity.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
            ));
        }
        if self.problems > 0 || !self.others.is_empty() {
            return Ok(Exit::Unfinished);
        }
        match &args.user {
            _ if self.opened > 0 => Ok(Exit::Done),
            Some(person) if self.rows == 0 => Err(Failure::usage(format_args!("{file} has no row for {person:?}"))
                .with_next(
                    "Give the name as it stands in the columns user, object_id, user_principal_name or display_name.",
                )),
            Some(person) => Err(Failure::usage(format_args!("{file} has no credential for {person:?}"))
                .with_next("Its row says in the columns outcome and detail what became of that account.")),
            None => Err(Failure::usage(format_args!("{file} has no sealed credential in it")).with_next(
                "Playbooks that set no password seal none; the column outcome says what became of each account.",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::TenantId;
    use crate::seal::{Binding, Identity, Recipients, seal};
    use clap::Parser;
    use std::path::Path;
    use uuid::Uuid;

    #[derive(Parser)]
    struct CredentialDocument {
        #[command(flatten)]
        args: UnsealArgs,
    }

    /// A folder with an identity and a results file, and what the command says about them.
    struct Desk {
        folder: tempfile::TempDir,
        recipients: Recipients,
        rows: Vec<String>,
    }

    fn id(number: u32) -> ObjectId {
        ObjectId::new(Uuid::from_u128(number.into()))
    }

    impl Desk {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let identity = Identity::generate();
            std::fs::write(folder.path().join("key"), identity.file_text().as_bytes()).unwrap();
            Self { folder, recipients: identity.recipients(), rows: Vec::new() }
        }

        fn sealed(&self, number: u32, password: &str) -> String {
            let tenant = TenantId::new(Uuid::nil());
            let binding =
                Binding { tenant, object_id: id(number), user_principal_name: format!("u{number}@contoso.com") };
            seal(&self.recipients, &binding, &Password::of(password.into())).unwrap().to_string()
        }

        fn row(&mut self, number: u32, sealed: &str) {
            self.rows.push(format!("{number},U{number},{},u{number}@contoso.com,done,{sealed}\n", id(number)));
        }

        fn path(&self, name: &str) -> std::path::PathBuf {
            self.folder.path().join(name)
        }

        fn run(&self, more: &[&str]) -> (Result<Exit, Failure>, String, String) {
            let header = "row,user,object_id,user_principal_name,outcome,sealed_credential\n";
            std::fs::write(self.path("results.csv"), header.to_owned() + &self.rows.concat()).unwrap();
            self.run_on(&self.path("results.csv"), more)
        }

        fn run_on(&self, file: &Path, more: &[&str]) -> (Result<Exit, Failure>, String, String) {
            let key = self.path("key");
            let fixed = ["unseal", file.to_str().unwrap(), "-i", key.to_str().unwrap()];
            let line = CredentialDocument::try_parse_from(fixed.iter().chain(more)).unwrap();
            let (mut out, mut said) = (Vec::new(), Vec::new());
            let ending = identities(&line.args).and_then(|ids| run_to(&line.args, ids, &mut out, &mut said));
            (ending.map(|(exit, _)| exit), String::from_utf8(out).unwrap(), String::from_utf8(said).unwrap())
        }
    }

    #[test]
    fn every_credential_comes_out_with_its_account() {
        let mut desk = Desk::new();
        desk.row(1, &desk.sealed(1, "first"));
        desk.row(2, "");
        desk.row(3, &format!("{} {}", desk.sealed(3, "old"), desk.sealed(3, "new")));
        let (ending, out, said) = desk.run(&[]);
        assert_eq!((ending.unwrap(), said.as_str()), (Exit::Done, ""));
        let expected = format!(
            "user_principal_name,object_id,password,candidate\n\
             u1@contoso.com,{},first,\nu3@contoso.com,{three},old,1\nu3@contoso.com,{three},new,2\n",
            id(1),
            three = id(3)
        );
        assert_eq!(out, expected);
    }

    #[test]
    fn one_person_is_found_by_any_name() {
        let mut desk = Desk::new();
        desk.row(1, &desk.sealed(1, "first"));
        desk.row(2, &desk.sealed(2, "second"));
        for person in ["u2", "U2@CONTOSO.com", &id(2).to_string()] {
            let (ending, out, _) = desk.run(&["--json", "--user", person]);
            assert_eq!(ending.unwrap(), Exit::Done);
            let line: serde_json::Value = serde_json::from_str(&out).unwrap();
            assert_eq!((line["password"].as_str(), line["candidate"].is_null()), (Some("second"), true), "{person}");
        }
        assert!(desk.run(&["--user", "u9"]).0.unwrap_err().what.contains("no row for"));
    }

    #[test]
    fn a_moved_or_damaged_credential_is_named_and_the_others_still_open() {
        let mut desk = Desk::new();
        let (one, two) = (desk.sealed(1, "first"), desk.sealed(2, "second"));
        desk.row(1, &two);
        desk.row(2, &one);
        desk.row(3, &desk.sealed(3, "third"));
        desk.row(4, "age:AAAA");
        let (ending, out, said) = desk.run(&[]);
        assert_eq!(ending.unwrap(), Exit::Unfinished);
        assert!(out.contains("third") && !out.contains("first") && !out.contains("second"), "{out}");
        assert!(said.contains("row 1 u1@contoso.com: it was sealed for u2@contoso.com"), "{said}");
        assert!(said.contains("row 2 u2@contoso.com") && said.contains("row 4 u4@contoso.com"), "{said}");
        assert!(!said.contains("first") && !said.contains("second"));
    }

    #[test]
    fn what_a_stranger_sealed_reaches_no_spreadsheet_and_no_terminal() {
        let mut desk = Desk::new();
        desk.row(1, &desk.sealed(1, "=HYPERLINK(1)"));
        desk.row(2, &desk.sealed(2, "a\u{1b}[2J"));
        desk.row(3, &desk.sealed(3, "third"));
        let (ending, out, said) = desk.run(&[]);
        assert_eq!(ending.unwrap(), Exit::Unfinished);
        assert!(out.contains("third") && !out.contains("HYPERLINK") && !out.contains('\u{1b}'), "{out}");
        assert!(said.contains("row 1 u1@contoso.com: sealoff did not seal it") && said.contains("row 2"), "{said}");
        assert!(!said.contains("HYPERLINK") && !said.contains('\u{1b}'), "{said}");
    }

    #[test]
    fn what_is_sealed_to_others_is_counted() {
        let mut desk = Desk::new();
        let other = Desk::new();
        desk.row(1, &other.sealed(1, "theirs"));
        desk.row(2, &desk.sealed(2, "ours"));
        let (ending, out, said) = desk.run(&[]);
        assert_eq!(ending.unwrap(), Exit::Unfinished);
        assert!(out.contains("ours") && !out.contains("theirs"));
        assert!(said.contains("1 row is not sealed to the key") && said.contains(": row 1 u1@contoso.com\n"), "{said}");
    }

    #[test]
    fn what_cannot_be_opened_at_all_is_a_clear_failure() {
        let mut desk = Desk::new();
        desk.row(1, "");
        assert!(desk.run(&[]).0.unwrap_err().what.contains("no sealed credential in it"));
        assert!(desk.run(&["--user", "u1"]).0.unwrap_err().what.contains("no credential for"));
        let failure = desk.run_on(&desk.path("key"), &[]).0.unwrap_err();
        assert!(failure.what.contains("is no results file") && failure.exit == Exit::Usage, "{failure:?}");
        assert!(!failure.what.contains("AGE-SECRET"), "{failure:?}");
        assert!(desk.run_on(&desk.path("nowhere"), &[]).0.unwrap_err().what.contains("cannot be read"));
    }
}
