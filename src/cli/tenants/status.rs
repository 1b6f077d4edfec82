//! `sealoff status` of a set: where the run in each tenant stands, from the folders alone.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use super::ending::ending_of;
use super::{next_below, watch};
use crate::cli::exit::{Exit, Failure, printed};
use crate::cli::json_line;
use crate::cli::lines::Lines;
use crate::cli::messages;
use crate::cli::words::{count, counted, harmless, line_width, quoted, span};
use crate::digest::Digest;
use crate::json::DocumentVersion;
use crate::run::lock::FolderLock;
use crate::run::next_steps::for_broken_journal;
use crate::run::outcome_counts::OutcomeCounts;
use crate::run::proof::ProofCounts;
use crate::run::status::run_status;
use crate::tenants::not_asked;
use crate::tenants::{Member, NoPlan, TenantName, TenantSet, UNPLACED_CSV};
use crate::wording::next_steps::worded;
use crate::wording::standing::headline;
use crate::wording::worded_step::WordedStep;

/// Where the runs of a set stand, as `--json` prints it.
#[derive(JsonSchema, Serialize)]
pub(in crate::cli) struct TenantsStatusDocument {
    sealoff_tenants_status: DocumentVersion,
    /// The code with which the command ends.
    exit_code: u8,
    /// What binds the plans.
    fingerprint: Digest,
    /// How many rows of the list belong to no tenant.
    unplaced: u64,
    /// How many of these have a domain, or an id in the column tenant, that is of no tenant that could be asked: they may be of one
    /// that could not be.
    unplaced_by_domain: u64,
    /// Every tenant, the most urgent one first.
    tenants: Vec<TenantStanding>,
}

/// Where one tenant of a set stands.
#[derive(JsonSchema, Serialize)]
pub(super) struct TenantStanding {
    /// What it is called in the file of tenants.
    name: String,
    /// The code with which sealoff status ends for its plan alone.
    #[schemars(with = "u8")]
    exit_code: Exit,
    /// Has its run begun?
    begun: bool,
    /// Is a process working on it?
    in_use: bool,
    /// How many accounts its plan changes.
    accounts: u64,
    /// What became of its rows so far.
    outcomes: Option<OutcomeCounts>,
    /// How many writes are left.
    writes_left: u64,
    /// Why nothing is known or done, where that is so.
    reason: Option<String>,
    /// In a few words.
    #[serde(skip)]
    words: String,
    /// What to do about it, where that is not the same for all.
    #[serde(skip)]
    next: Vec<WordedStep>,
}

/// Shows where every run stands.
///
/// # Errors
///
/// The folder holds no set, or one that was changed.
pub(in crate::cli) async fn run(dir: &Path, watched: bool, json: bool) -> Result<Exit, Failure> {
    let set = TenantSet::open(dir)?;
    if watched {
        watch::until_all_end(&set).await?;
    }
    show(&set, HashMap::new(), json)
}

/// How a command ended in one tenant.
pub(super) type RanInTenant = Result<Exit, Failure>;

/// Shows where every run stands after a command that ended so in these tenants.
///
/// # Errors
///
/// It cannot be printed.
pub(super) fn show(set: &TenantSet, mut ran: HashMap<TenantName, RanInTenant>, json: bool) -> Result<Exit, Failure> {
    let tenants: Vec<TenantStanding> = set
        .manifest
        .tenants
        .iter()
        .map(|member| match ran.remove(&member.name) {
            Some(ran) => standing(set, member).after(ran),
            None => standing(set, member),
        })
        .collect();
    let exit = ending(set, &tenants);
    let mut out = anstream::stdout();
    let written = if json {
        let line = TenantsStatusDocument {
            sealoff_tenants_status: DocumentVersion,
            exit_code: exit as u8,
            fingerprint: set.manifest.fingerprint,
            unplaced: set.manifest.unplaced,
            unplaced_by_domain: set.manifest.unplaced_by_domain,
            tenants,
        };
        json_line::write(&mut out, &line)
    } else {
        let text = Lines::of(|lines| write(lines, set, &tenants)).laid_out(Some(line_width()));
        out.write_all(text.as_bytes())
    };
    printed(written.and_then(|()| out.flush()))?;
    if json && exit != Exit::Done {
        messages::warn(format_args!(
            "not everyone on the list in {} is dealt with, or it is not proved",
            quoted(&set.folder)
        ));
    }
    Ok(exit)
}

impl TenantStanding {
    /// The same, after a command that ended so.
    fn after(self, ran: RanInTenant) -> Self {
        let (exit_code, failure) = match ran {
            Ok(exit) => (exit, None),
            Err(failure) => (failure.exit, Some(failure.what)),
        };
        let words = match (&failure, exit_code) {
            (Some(what), _) => format!("STOPPED: {}; {}", harmless(what), self.words),
            (None, _) => self.words,
        };
        Self { exit_code, words, reason: failure.or(self.reason), ..self }
    }
}

/// Who is in no tenant is not dealt with.
fn ending(set: &TenantSet, tenants: &[TenantStanding]) -> Exit {
    let exit = ending_of(tenants.iter().map(|tenant| tenant.exit_code));
    if set.manifest.unplaced > 0 { exit.or_unfinished() } else { exit }
}

/// Where one tenant stands; what cannot be read is said, and takes nothing from the others.
fn standing(set: &TenantSet, member: &Member) -> TenantStanding {
    let mut standing = TenantStanding {
        name: member.name.to_string(),
        exit_code: Exit::Done,
        begun: false,
        in_use: false,
        accounts: member.accounts,
        outcomes: None,
        writes_left: 0,
        reason: None,
        words: "no one on the list".to_owned(),
        next: Vec::new(),
    };
    match &member.no_plan {
        Some(NoPlan::Failed(failure)) => {
            let exit_code = failure.exit_code().and_then(Exit::of_code).unwrap_or(Exit::Unfinished).or_unfinished();
            let words = format!("NO PLAN: {}", harmless(failure.what()));
            let (reason, next) = (Some(failure.line().to_owned()), failure.next());
            return TenantStanding { exit_code, reason, words, next, ..standing };
        }
        Some(NoPlan::NoRows) => return standing,
        None => {}
    }
    let read = || -> Result<_, Failure> {
        let plan = set.plan_of(member)?;
        // Before the journal is read: should the run end meanwhile, what is read is later than what is said.
        let in_use = FolderLock::holder(plan.path())?.is_some();
        let run = run_status(&plan)?;
        Ok((plan, in_use, run))
    };
    let (plan, in_use, run) = match read() {
        Ok(read) => read,
        Err(failure) => {
            let words = format!("CANNOT BE READ: {}", harmless(&failure.what));
            let (exit_code, reason, next) = (failure.exit, Some(failure.what), failure.next);
            return TenantStanding { exit_code, reason, words, next, ..standing };
        }
    };
    standing.exit_code = match &run.journal.broken {
        Some(_) => Exit::Refused,
        None if run.is_done() => Exit::Done,
        None => Exit::Unfinished,
    };
    if let Some(broken) = &run.journal.broken {
        standing.reason = Some(broken.to_string());
        standing.next = worded(&for_broken_journal(broken), &plan, "");
    }
    let (playbook, left) = (plan.manifest().playbook, counted(run.writes_left, "write", "writes"));
    standing.words = match (&standing.reason, run.begun) {
        (Some(reason), _) => format!("JOURNAL CANNOT BE USED: {}", harmless(reason)),
        (None, false) => format!("not begun: {left}, {}", span(run.time_left)),
        (None, true) if run.writes_left > 0 => {
            let now = if in_use { "under way" } else { "stopped" };
            format!("{now}: {left} left, {}", span(run.time_left))
        }
        (None, true) => headline(&run.outcomes, playbook) + &proved(run.journal.verified),
    };
    (standing.begun, standing.in_use, standing.writes_left) = (run.begun, in_use, run.writes_left);
    standing.outcomes = Some(run.outcomes);
    standing
}

/// What the last verification has shown, where there was one.
fn proved(verified: Option<ProofCounts>) -> String {
    match verified {
        None => String::new(),
        Some(counts) if counts.all_proved() => "; every step is proved".to_owned(),
        Some(_) => "; NOT ALL OF IT IS PROVED: see its verification.csv".to_owned(),
    }
}

fn write(lines: &mut Lines, set: &TenantSet, tenants: &[TenantStanding]) {
    let manifest = &set.manifest;
    let accounts = counted(manifest.accounts, "account", "accounts");
    let all = counted(tenants.len() as u64, "tenant", "tenants");
    lines.labelled(
        "Set",
        format_args!("{} for {accounts} in {all} (fingerprint {})", manifest.playbook, manifest.fingerprint.short()),
    );
    lines.blank();
    let width = tenants.iter().map(|tenant| tenant.name.len()).max().unwrap_or_default();
    for tenant in tenants {
        lines.at(format_args!("{:<width$}  {:>7}  ", tenant.name, count(tenant.accounts)), tenant.words.clone());
        next_below::write(lines, width + 11, &tenant.next);
    }
    if manifest.unplaced > 0 {
        lines.blank();
        lines.text(format_args!(
            "{}: {}",
            counted(
                manifest.unplaced,
                "row belongs to no tenant, and nothing was done about it",
                "rows belong to no tenant, and nothing was done about them"
            ),
            set.folder.join(UNPLACED_CSV).display()
        ));
        if let Some(sentence) = not_asked::sentence(manifest) {
            lines.text(format_args!("{sentence}."));
        }
    }
    let left: Vec<&TenantStanding> = tenants.iter().filter(|tenant| tenant.writes_left > 0 && !tenant.in_use).collect();
    if let Some(first) = left.first() {
        lines.blank();
        lines.text("To go on with all of them:");
        lines.command(
            4,
            format_args!("sealoff apply {} --tenants FILE --confirm {}", quoted(&set.folder), manifest.phrase()),
        );
        lines.text("What is left in one of them, and how to go on there alone:");
        lines.command(4, format_args!("sealoff status {}", quoted(&set.folder.join(&first.name))));
    }
}
