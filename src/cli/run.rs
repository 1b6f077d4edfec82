//! `sealoff run`: plan, ask, apply.

use std::io::IsTerminal as _;
use std::sync::Arc;

use clap::Args;

use super::approval::Approval;
use super::approval_args::ApprovalArgs;
use super::apps::{AppArgs, Entering};
use super::carry_out::{Terms, carry_out};
use super::connect::ConnectionArgs;
use super::exit::{Exit, Failure};
use super::messages;
use super::pace_args::PaceArgs;
use super::plan;
use super::planning_args::PlanningArgs;
use super::preview;
use super::signatures::{self, Signatures};
use super::size_guard;
use crate::plan::approvers::ApprovalPolicy;
use crate::plan::folder::PlanFolder;
use crate::plan::phrase::spoken_number;
use crate::run::hand_passwords::HandPasswords;
use crate::run::lock::FolderLock;
use crate::run::resume_point::{WorkScope, resume_point};
use crate::wording::plan_command;

/// Plan, ask, and apply in one go
///
/// Makes the plan, shows it, asks for the number of accounts that will be changed, and carries it out. With --dry-run it
/// ends after the preview, and nothing is changed.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  sealoff run leavers.csv --playbook contain \\
    --out monday --dry-run")]
pub struct RunArgs {
    /// End after the preview
    #[arg(long)]
    dry_run: bool,
    /// How many accounts will be changed; without it the number is asked for at the terminal
    #[arg(long, value_name = "N", conflicts_with = "dry_run", value_parser = number)]
    confirm: Option<u64>,
    /// Print as JSON: a line for the plan and a line for the run
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    plan: PlanningArgs,
    #[command(flatten)]
    said: ApprovalArgs,
    #[command(flatten)]
    pace: PaceArgs,
    #[command(flatten)]
    apps: AppArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Plans, asks and applies.
///
/// # Errors
///
/// As `plan` or `apply` fails. A plan that was made stays, and can be applied.
pub async fn run(args: RunArgs, policies: &[ApprovalPolicy]) -> Result<Exit, Failure> {
    if args.plan.explain {
        return args.plan.explained(args.json);
    }
    if let Some(policy) = policies.first().filter(|_| !args.dry_run) {
        return Err(signatures::cannot_be_had_in_one_go(policy));
    }
    let from_stdin = args.plan.roster.as_os_str() == "-";
    let can_ask = std::io::stdin().is_terminal() && !from_stdin;
    if !args.dry_run && args.confirm.is_none() && !can_ask {
        return Err(Failure::refused("there is no terminal to ask for approval").with_command(
            "Make the plan first (sealoff plan, or --dry-run), read it, then",
            "sealoff apply DIR --confirm N@FINGERPRINT",
        ));
    }
    // Checked before the plan is made, and not after it.
    args.apps.read()?;
    let rules = plan::rules_of(&args.plan)?;
    args.pace.check(rules.playbook, None)?;
    let chosen = rules.by_hand.as_ref().map(|chosen| Arc::clone(&chosen.list));
    let (summary, plan, connected) = plan::make(&args.plan, rules, &args.connection).await?;
    preview::show(&summary, args.json);
    if args.dry_run {
        return Ok(Exit::Done);
    }
    let folder = plan.map_or_else(|| PlanFolder::open(&args.plan.out), Ok)?;
    if summary.plan.accounts() == 0 {
        // A script must not take "no account was found" for "every account is locked out".
        let exit = Exit::of_empty(&folder)?;
        if args.json && exit != Exit::Done {
            messages::warn(
                "no account would be changed, and somebody on the list is not dealt with: there is nothing to apply",
            );
        }
        return Ok(exit);
    }
    let approval = args.confirm.map_or(Approval::Asked, Approval::Number);
    approval.check(&folder, None).map_err(|failure| {
        failure.with_command("The plan is made. Read it, then", plan_command::apply(&args.plan.out, folder.manifest()))
    })?;
    // What may be changed was said when the plan was made: the same command says it.
    size_guard::check(&folder, None, None)?;
    let _lock = FolderLock::take(folder.path(), "run")?;
    let resume_point = resume_point(&folder, WorkScope::Open)?;
    let further = args.apps.of_tenant(folder.manifest().tenant.id)?;
    let entering = Entering { first: connected, further };
    let by_hand = chosen.map(|list| HandPasswords::of(&folder, list)).transpose()?;
    let terms = Terms {
        approval,
        said: args.said,
        signatures: Signatures::none(),
        pace: args.pace,
        checks: args.plan.checks,
        json: args.json,
        not_before: None,
        by_hand,
        beside: None,
    };
    carry_out(&folder, &resume_point, entering, terms).await
}

/// A number of accounts, as people write it.
pub(super) fn number(text: &str) -> Result<u64, &'static str> {
    spoken_number(text).ok_or("it is a number of accounts, such as 278 or 11,554")
}
