//! `sealoff export`: a roster from the tenant.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::connect::{Connected, ConnectionArgs};
use super::exit::{Exit, Failure};
use super::failures::{self, of_protected};
use super::interrupt::StopRequests;
use super::json_line;
use super::lines::{self, Lines};
use super::messages;
use super::preview::{note_unprinted, quoted};
use super::replace_file::{self, FilePlace, ReplaceFileArgs};
use super::spinner::Spinner;
use super::words::{count, counted, harmless, span};
use crate::directory::{ExportColumns, ExportError, Exported, Listing, ListingScope, Lookup, export};
use crate::graph::paced::Paced;
use crate::graph::reading::Organization;
use crate::graph::transport::Transport;
use crate::ids::{ObjectId, TenantId};
use crate::json::DocumentVersion;
use crate::plan::protected::{Protected, ProtectedError};
use crate::private_files::{self, Pending};
use crate::spreadsheet::BYTE_ORDER_MARK;

/// Write a roster from the tenant: all people, a group, or a filter
///
/// The file holds what a person needs to review it (names, department, job title, kind of account), and `sealoff plan`
/// reads it as it is. It only reads in the tenant. The file is there when the list is whole, and not before; a file that
/// exists is not overwritten without --replace.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sealoff export --all --with-last-sign-in -o everybody.csv
  sealoff export --filter \"department eq 'Sales'\" \\
    --exclude protected.txt -o sales.csv
  sealoff export -o team.csv \\
    --group 0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11")]
pub struct ExportArgs {
    /// People to leave out, one object id or user principal name a line; every name must be there
    #[arg(long, value_name = "FILE")]
    exclude: Option<PathBuf>,
    /// Add the time of the latest sign-in: 500 people every six seconds; needs AuditLog.Read.All and Entra ID P1
    #[arg(long, conflicts_with = "group")]
    with_last_sign_in: bool,
    /// The file to write, which must not exist yet (or see --replace); - for standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    replace: ReplaceFileArgs,
    /// Print what was written as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    scope: ScopeArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Which people to list.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct ScopeArgs {
    /// All people in the tenant
    #[arg(long)]
    all: bool,
    /// The users in this group, and in the groups within it
    #[arg(long, value_name = "ID")]
    group: Option<ObjectId>,
    /// The people that match this OData filter on users
    #[arg(long, value_name = "ODATA")]
    filter: Option<String>,
}

impl ScopeArgs {
    fn scope(&self) -> ListingScope {
        match (&self.filter, self.group) {
            (Some(filter), _) => ListingScope::Filter(filter.clone()),
            (None, Some(group)) => ListingScope::Group(group),
            (None, None) => ListingScope::All,
        }
    }
}

/// What this command makes.
const A_LIST: &str = "a list of export";

/// Where the roster goes.
enum RosterOutput {
    File(Pending),
    /// Standard output gets nothing before everything is there, so it waits in a file of ours.
    Standard(File, tempfile::TempDir),
}

impl Write for RosterOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.write(bytes),
            Self::Standard(file, _) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(file) => file.flush(),
            Self::Standard(file, _) => file.flush(),
        }
    }
}

/// What was written, for the summary.
#[derive(JsonSchema, Serialize)]
pub(super) struct ExportDocument {
    sealoff_export: DocumentVersion,
    /// The tenant's id.
    tenant: TenantId,
    /// Its name; empty where it has none.
    tenant_name: String,
    /// The group that was exported, as it was named; missing where it was another choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    /// How many rows were written.
    people: u64,
    /// How many people --exclude left out.
    excluded: u64,
    /// Members of the group that are no users, by kind.
    others: BTreeMap<String, u64>,
    /// The list comes from an index of Graph that lags behind by minutes.
    from_index: bool,
    /// The roster.
    file: String,
}

/// Writes the roster.
///
/// # Errors
///
/// The file is there already or cannot be written, the list of exclusions does not hold, or the list could not be read
/// whole. There is no file then.
pub async fn run(args: ExportArgs) -> Result<Exit, Failure> {
    let to_standard_output = args.output.as_os_str() == OsStr::new("-");
    if to_standard_output && args.json {
        return Err(Failure::usage("--json and the roster cannot both go to standard output")
            .with_next("Name a file with -o FILE, or leave --json out."));
    }
    let exclude = args.exclude.as_deref().map(Exclusions::read).transpose()?;
    let place = if to_standard_output {
        FilePlace::Free
    } else {
        args.replace.place(&args.output, A_LIST, &[crate::directory::EXPORT_HEADER.join(",")])?
    };
    let mut output = open(&args.output, place, to_standard_output)?;
    let connected = args.connection.connect()?;
    let mut requests = StopRequests::take_over()
        .map_err(|error| Failure::usage(format_args!("Ctrl-C cannot be listened to: {error}")))?;
    let scope = args.scope.scope();
    let report = tokio::select! {
        report = write(&connected, &scope, exclude.as_ref(), args.with_last_sign_in, &mut output) => report?,
        () = requests.next() => {
            return Err(Failure::new(Exit::Interrupted, "interrupted; nothing was written"));
        }
    };
    let report = ExportDocument { file: args.output.display().to_string(), ..report };
    if report.people == 0 {
        return Err(Failure::usage(empty(&report)));
    }
    deliver(output, &args.output)?;
    show(&report, &args.output, place, to_standard_output, args.json);
    Ok(Exit::Done)
}

/// People to leave out, and the file that names them.
struct Exclusions {
    path: PathBuf,
    people: Protected,
}

impl Exclusions {
    fn read(path: &Path) -> Result<Self, Failure> {
        let people = Protected::read(path).map_err(|error| excluding(path, error))?;
        Ok(Self { path: path.to_owned(), people })
    }

    async fn resolve<T: Transport>(&self, paced: &Paced<'_, T>) -> Result<HashSet<ObjectId>, Failure> {
        self.people.resolve(&Lookup::paced(paced.clone())).await.map_err(|error| excluding(&self.path, error))
    }
}

/// The list has the form of a list of protected accounts, and its errors speak of one.
fn excluding(path: &Path, error: ProtectedError) -> Failure {
    let what = format!("--exclude {}: {error}", path.display());
    of_protected(error, what)
}

fn open(path: &Path, place: FilePlace, to_standard_output: bool) -> Result<RosterOutput, Failure> {
    let unwritable = |error: io::Error| Failure::usage(format_args!("{} cannot be made: {error}", path.display()));
    if to_standard_output {
        let folder = private_files::temporary_folder("sealoff-export-").map_err(unwritable)?;
        let file = private_files::open_append(&folder.path().join("roster.csv")).map_err(unwritable)?;
        return Ok(RosterOutput::Standard(file, folder));
    }
    let mut file = place.begin(path).map_err(unwritable)?;
    // People open it in a spreadsheet, and take rows out.
    file.write_all(BYTE_ORDER_MARK).map_err(unwritable)?;
    Ok(RosterOutput::File(file))
}

async fn write(
    connected: &Connected,
    scope: &ListingScope,
    exclude: Option<&Exclusions>,
    sign_ins: bool,
    output: &mut RosterOutput,
) -> Result<ExportDocument, Failure> {
    let paced = Paced::new(&connected.transport, connected.clock);
    let Organization { id, display_name, .. } = paced.organization().await?;
    let excluded = match exclude {
        Some(people) => people.resolve(&paced).await?,
        None => HashSet::new(),
    };
    if sign_ins {
        say_how_long(&paced, scope).await?;
    }
    let spinner = Spinner::start("reading the directory");
    let progress =
        |people: u64| spinner.show(format!("reading the directory: {}", counted(people, "person", "people")));
    let written = async {
        let mut listing = Listing::open(paced.clone(), connected.clock, scope, sign_ins).await?;
        let columns = ExportColumns { sign_ins, whole_tenant: *scope == ListingScope::All };
        let Exported { people, excluded } =
            export(&mut listing, columns, &excluded, io::BufWriter::new(output), progress).await?;
        Ok(ExportDocument {
            sealoff_export: DocumentVersion,
            tenant: id,
            tenant_name: display_name.unwrap_or_default(),
            group: listing.group_name().map(str::to_owned),
            people,
            excluded,
            others: listing.others(),
            from_index: listing.is_from_index(),
            file: String::new(),
        })
    };
    written.await.map_err(|error: ExportError| failures::of_export(error, scope, sign_ins))
}

/// Says before the wait for sign-ins how long it is.
async fn say_how_long<T: Transport>(paced: &Paced<'_, T>, scope: &ListingScope) -> Result<(), Failure> {
    let people = crate::directory::count(paced, scope).await?;
    let Some(people) = people else { return Ok(()) };
    let time = Listing::<T>::time_for(people);
    if time > Duration::ZERO {
        messages::info(format_args!(
            "{} with their latest sign-ins: about {} (500 people every six seconds is as fast as Graph allows)",
            counted(people, "person", "people"),
            span(time)
        ));
    }
    Ok(())
}

fn empty(report: &ExportDocument) -> String {
    let left_out = match report.excluded {
        0 => String::new(),
        excluded => format!(" but {} that --exclude names", counted(excluded, "person", "people")),
    };
    format!("no person is on the list{left_out}, so no roster was written")
}

/// The roster takes its name, or goes to standard output whole.
fn deliver(output: RosterOutput, path: &Path) -> Result<(), Failure> {
    match output {
        RosterOutput::File(pending) => pending.commit().map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => replace_file::taken(path, A_LIST),
            _ => Failure::usage(format_args!("{} cannot be written: {error}", path.display())),
        }),
        RosterOutput::Standard(file, folder) => {
            drop(file);
            let mut roster = File::open(folder.path().join("roster.csv"))
                .map_err(|error| Failure::usage(format_args!("the roster cannot be read back: {error}")))?;
            let mut out = io::stdout().lock();
            io::copy(&mut roster, &mut out).and_then(|_| out.flush()).map_err(|error| Failure::unprinted(&error))
        }
    }
}

fn show(report: &ExportDocument, path: &Path, place: FilePlace, to_standard_output: bool, json: bool) {
    if to_standard_output {
        if !messages::is_quiet() {
            messages::print(&Lines::of(|out| describe(out, report, None)));
        }
        return;
    }
    let mut out = anstream::stdout();
    let written = if json {
        json_line::write(&mut out, report)
    } else {
        lines::write(&mut out, |out| describe(out, report, Some((path, place))))
    };
    note_unprinted(written.and_then(|()| out.flush()));
}

fn describe(out: &mut Lines, report: &ExportDocument, file: Option<(&Path, FilePlace)>) {
    out.at("Tenant   ", format_args!("{} ({})", harmless(&report.tenant_name), report.tenant));
    if let Some(group) = &report.group {
        out.at("Group    ", format_args!("{}", harmless(group)));
    }
    let people = counted(report.people, "person", "people");
    match file {
        Some((path, place)) => {
            out.at("Roster   ", format_args!("{}, {people}{}", path.display(), place.remark()));
        }
        None => out.at("Roster   ", format_args!("{people}")),
    }
    if report.excluded > 0 {
        out.at("Excluded ", format_args!("{}", counted(report.excluded, "person", "people")));
    }
    if !report.others.is_empty() {
        let others: Vec<String> = report
            .others
            .iter()
            .map(|(kind, number)| format!("{} of the kind {}", count(*number), harmless(kind)))
            .collect();
        out.at("Left out ", format_args!("{}: members of the group that are no users", others.join(", ")));
    }
    if report.from_index {
        out.at("Note     ", "only Graph's index could answer the filter; it may lag behind by some minutes");
    }
    if let Some((path, _)) = file {
        out.blank();
        out.text("Read it, take out the people who are not meant, and see what would happen to the others:");
        out.command(2, format_args!("sealoff plan {} --playbook PLAYBOOK --out DIR", quoted(path)));
    }
}
