//! The command line. Each command has a file of its name: it takes its arguments, makes one call into the library, and prints
//! the answer.
//!
//! This is the only room that knows clap, the environment and the terminal. Data for programs goes to standard output;
//! progress, questions and errors go to standard error.
//!
//! What commands share:
//!
//! | files | what they do |
//! | --- | --- |
//! | `settings` | the command line, the environment and `sealoff.toml` become arguments; where each value came from |
//! | [`connect`], `credential_args`, `passphrase`, `apps`, `tenant_check` | the way in: endpoints, secrets, further app registrations; whether it leads to the plan's tenant |
//! | `time_args`, `number_args`, `pace_args`, `rate_arg`, `password_args`, `pass_args`, `chosen_args`, `wave_args`, `ways_in_args`, `risk_args`, `rule_args`, `reading_args`, `replace_args`, `replace_file`, `scenario_args`, `sign_in_args`, `shell` | arguments that several commands take |
//! | [`exit`], `failures`, `shown_failure`, [`diagnostics`], `outage` | what went wrong, what to do next, and with which code to end |
//! | `usage`, `wishes`, `nearest_path` | what a command line lacks, what does it here, and the nearest name to one that is not there |
//! | `messages`, `words`, `lines`, `json_line` | how much is printed, in which words, how wide, and for programs |
//! | [`schemas`], `failure_document` | the JSON Schemas of all that is printed for programs; what a command that fails prints for them |
//! | `spinner`, `progress`, `drawn_line`, `watched_line`, `simulate_watch` | what is drawn and erased again |
//! | `waiting` | why a run stands still, beside what is drawn |
//! | `interrupt`, `core_dumps`, `private_output` | signals, crashes, and where secrets may be written |
//!
//! The files of single commands:
//!
//! | command | files |
//! | --- | --- |
//! | [`plan`], [`planning_args`], [`again`], [`undo`] | `preview`, as a person approves it; `explain`, how the list is understood |
//! | [`doctor`] | `doctor_plan`, what the planner would decide; `doctor_findings`, as they are printed |
//! | [`export`] | a roster from the tenant |
//! | [`apply`], [`run`], [`set_password`] | `carry_out`: `precheck`, `approval`, `approval_args`, `size_guard`, `question`, `preflight`, `scheduled_start` and `recheck` before the first write, `later_look` between two, `risk_stage`, `recap` and `pace_recap` after the last |
//! | [`status`], [`results`], [`report`] | where a run stands, and what is made of it; `status_watch`, of one that another process works on |
//! | [`verify`] | `verification`, one reading; `reading_display`, how far it is; `watch`, one after the other; `contradiction_command` |
//! | [`sign`] | `signatures`, which `apply` asks, too; `signing_key`, as [`evidence`] |
//! | [`onprem`], `writeback` | what was done in Active Directory and by hand; passwords that are written back |
//! | `tenants`, `one_or_many` | `--tenants` of several of them, and which command line means that |
//! | [`keygen`], [`packets`], [`unseal`] | `handoff`, `packet`, `whose_key`, `opened_secret`, `letters`, `spoken`, `unseal_output` |
//! | [`drill`] | [`drill_args`], `drill_run`, `drill_evict`, `drill_tenant`, `drill_keys`, `drill_kill`, `drill_phases`, `drill_script`, `drill_intruder`, `drill_proof`, `drill_output`, `real_job`, `simulated_apps` |
//! | [`simulate`] | `simulated_tenants`, and the file that names them |
//! | [`help`], [`man`], [`completions`], [`config`] | `man_topic` and `page_layout`, a page of the manual; what shells complete; which settings are in force |

pub mod again;
pub mod apply;
mod approval;
mod approval_args;
mod apps;
mod carry_out;
mod chosen_args;
pub mod completions;
pub mod config;
pub mod connect;
mod contradiction_command;
mod core_dumps;
mod credential_args;
pub mod diagnostics;
pub mod doctor;
mod doctor_findings;
mod doctor_plan;
mod drawn_line;
pub mod drill;
pub mod drill_args;
mod drill_evict;
mod drill_intruder;
mod drill_keys;
mod drill_kill;
mod drill_output;
mod drill_phases;
mod drill_proof;
mod drill_run;
mod drill_script;
mod drill_tenant;
pub mod evidence;
pub mod exit;
mod explain;
pub mod export;
mod failure_document;
mod failures;
mod handoff;
pub mod help;
mod interrupt;
mod json_line;
pub mod keygen;
mod later_look;
mod left_out_app;
mod letters;
mod lines;
pub mod man;
mod man_topic;
mod messages;
mod nearest_path;
mod number_args;
mod one_or_many;
pub mod onprem;
mod opened_secret;
mod outage;
mod pace_args;
mod pace_recap;
mod packet;
pub mod packets;
mod page_layout;
mod pass_args;
mod passphrase;
mod password_args;
pub mod plan;
pub mod planning_args;
mod precheck;
mod preflight;
mod preview;
mod private_output;
mod progress;
mod question;
mod rate_arg;
mod reading_args;
mod reading_display;
mod real_job;
mod recap;
mod recheck;
mod replace_args;
mod replace_file;
pub mod report;
pub mod results;
mod risk_args;
mod risk_stage;
mod rule_args;
pub mod run;
mod scenario_args;
mod scheduled_start;
pub mod schemas;
pub mod set_password;
mod settings;
mod shell;
mod shown_failure;
pub mod sign;
mod sign_in_args;
mod signatures;
mod signing_key;
pub mod simulate;
mod simulate_watch;
mod simulated_apps;
mod simulated_tenants;
mod size_guard;
mod spinner;
mod spoken;
pub mod status;
mod status_watch;
mod tenant_check;
mod tenants;
#[cfg(test)]
mod tests;
mod time_args;
pub mod undo;
pub mod unseal;
mod unseal_output;
mod usage;
mod verification;
pub mod verify;
mod waiting;
mod watch;
mod watched_line;
mod wave_args;
mod ways_in_args;
mod whose_key;
mod wishes;
mod words;
mod writeback;

use std::ffi::OsString;
use std::future::Future;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::shell::Shell;
use exit::{Exit, Failure};
use settings::InForce;

const EXIT_CODES: &str = "Exit codes:
  0    everyone on the list is dealt with
  2    usage, or input that cannot be read
  3    finished, and somebody on the list is not dealt with,
       or what was done was found changed back
  4    refused by a guard, or not confirmed
  5    authentication, permission, or Graph not reachable
  130  interrupted; resume with the same command
       (after sealoff run: sealoff apply DIR)";

/// Lock out thousands of Microsoft 365 accounts: as fast as the tenant's quota allows, able to be killed and resumed, with
/// every new password sealed to the people who may hand it over.
#[derive(Debug, Parser)]
#[command(name = "sealoff", version, propagate_version = true, disable_help_subcommand = true, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    messages: messages::MessageArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    Plan(plan::PlanArgs),
    Sign(sign::SignArgs),
    Apply(apply::ApplyArgs),
    Run(run::RunArgs),
    SetPassword(set_password::SetPasswordArgs),
    Status(status::StatusArgs),
    Results(results::ResultsArgs),
    Verify(verify::VerifyArgs),
    Report(report::ReportArgs),
    Evidence(evidence::EvidenceArgs),
    Again(again::AgainArgs),
    Undo(undo::UndoArgs),
    Unseal(unseal::UnsealArgs),
    Onprem(onprem::OnPremArgs),
    Packets(packets::PacketsArgs),
    Keygen(keygen::KeygenArgs),
    Export(export::ExportArgs),
    Doctor(doctor::DoctorArgs),
    Config(config::ConfigArgs),
    Drill(drill_args::DrillArgs),
    Simulate(simulate::SimulateArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    Help(help::HelpArgs),
}

/// The command line, with examples that the platform's shell takes as they stand.
fn program() -> clap::Command {
    Cli::command().mut_subcommands(|command| match command.get_after_help().map(ToString::to_string) {
        Some(examples) => command.after_help(Shell::here().continued(&examples)),
        None => command,
    })
}

/// Runs the program: command line in, exit code out.
pub fn main() -> ExitCode {
    core_dumps::forbid();
    // The time zone can be asked for while this is the only thread.
    crate::local_time::learn();
    let line: Vec<OsString> = std::env::args_os().collect();
    if line.len() <= 1 {
        return first_contact().unwrap_or(Exit::Usage).into();
    }
    let ended = settings::parse(&line, &program()).and_then(|(matches, in_force)| {
        let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| usage::end(error, &line));
        dispatch(cli, &in_force).map_err(|failure| in_force.with_origin(failure))
    });
    warn_of_onlookers();
    match ended {
        Ok(exit) => exit.into(),
        Err(failure) => {
            if failure.exit != Exit::Done {
                shown_failure::show(&failure);
                if failure_document::is_asked_for(&line) {
                    failure_document::print(&failure);
                }
            }
            failure.exit.into()
        }
    }
}

/// Where a disk has no rights, or Windows does not say, what was written may be read by others.
fn warn_of_onlookers() {
    let places = crate::private_files::take_not_ensured();
    if places.is_empty() {
        return;
    }
    let places: Vec<String> = places.iter().map(|path| path.display().to_string()).collect();
    messages::warn(format_args!(
        "whether others may read or change {} cannot be ensured here: keep it on a disk with rights, in a folder of your own",
        places.join(", ")
    ));
}

/// What a new user sees: the job in its order, and where to begin. It fits into a terminal of 24 lines of 80 columns.
const FIRST_CONTACT: &str = "\
sealoff locks out lists of Microsoft 365 accounts, and proves it.

The job, in this order:
  sealoff plan LIST.csv --playbook P --out DIR    the preview; it only reads
  sealoff apply DIR --confirm N@FINGERPRINT       do it; run again, it resumes
  sealoff verify DIR                              read every account again
  sealoff unseal DIR/handoff/FILE -i KEY          open the new passwords

Where to begin:
  an intruder is in       sealoff help breach     contain now, reinstate later
  people leave at five    sealoff help layoff     offboard, at the agreed minute
  before the first run    sealoff doctor          what is missing; it only reads
  without a tenant        sealoff drill           the whole job, simulated

  the manual, offline     sealoff help TOPIC      sealoff help lists the topics
  all commands            sealoff --help
";

/// A command is missing, so the exit code is that of a wrong command line.
fn first_contact() -> std::io::Result<Exit> {
    std::io::Write::write_all(&mut std::io::stderr().lock(), FIRST_CONTACT.as_bytes())?;
    Ok(Exit::Usage)
}

fn dispatch(cli: Cli, in_force: &InForce) -> Result<Exit, Failure> {
    match cli.command {
        Command::Plan(args) => in_runtime(one_or_many::plan(args)),
        Command::Sign(args) => one_or_many::sign(&args, &in_force.policies),
        Command::Apply(args) => in_runtime(one_or_many::apply(args.with_origins_of(in_force), &in_force.policies)),
        Command::Run(args) => in_runtime(run::run(args, &in_force.policies)),
        Command::SetPassword(args) => in_runtime(set_password::run(args, &in_force.policies)),
        Command::Status(args) => in_runtime(status::run(args)),
        Command::Results(args) => results::run(args),
        Command::Verify(args) => in_runtime(one_or_many::verify(args)),
        Command::Evidence(args) => evidence::run(&args),
        Command::Report(args) => report::run(args),
        Command::Again(args) => in_runtime(again::run(args)),
        Command::Undo(args) => in_runtime(undo::run(args)),
        Command::Unseal(args) => unseal::run(args),
        Command::Onprem(args) => in_runtime(onprem::run(args, &in_force.policies)),
        Command::Packets(args) => packets::run(args),
        Command::Keygen(args) => keygen::run(args),
        Command::Export(args) => in_runtime(export::run(args)),
        Command::Doctor(args) => in_runtime(one_or_many::doctor(args)),
        Command::Config(args) => config::run(&args, in_force),
        Command::Drill(args) => in_runtime(drill::run(args)),
        Command::Simulate(args) => in_runtime(simulate::run(args)),
        Command::Completions(args) => completions::run(args, program()),
        Command::Man(args) => man::run(args, program()),
        Command::Help(args) => help::run(&args, program()),
    }
}

fn in_runtime(command: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::usage(format_args!("the program cannot start its threads: {error}")))?;
    let ended = runtime.block_on(command);
    // What still runs in the background has nothing left to do.
    runtime.shutdown_background();
    ended
}
