//! `sealoff set-password`: one person's password, chosen by another person.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::approval::Approval;
use super::approval_args::ApprovalArgs;
use super::apps::{AppArgs, Entering};
use super::carry_out::{Terms, carry_out};
use super::chosen_args;
use super::connect::ConnectionArgs;
use super::exit::{Exit, Failure};
use super::pace_args::PaceArgs;
use super::plan;
use super::planning_args::playbook;
use super::precheck::CheckArgs;
use super::preview;
use super::reading_args::ReadingArgs;
use super::replace_args::ReplaceArgs;
use super::rule_args::RuleArgs;
use super::run::number;
use super::signatures::{self, Signatures};
use super::ways_in_args::WaysInArgs;
use crate::plan::approvers::ApprovalPolicy;
use crate::plan::by_hand::ChosenPasswords;
use crate::plan::folder::PlanFolder;
use crate::plan::playbook::Playbook;
use crate::roster::Source;
use crate::run::hand_passwords::HandPasswords;
use crate::run::lock::FolderLock;
use crate::run::resume_point::{WorkScope, resume_point};
use crate::wording::plan_command;

/// Give one person a password that you choose
///
/// Asks for the password twice, without showing it, checks it against Entra's rules, and then does for this one person what
/// `sealoff run` does for a list: shows what would happen, asks, and carries it out. The password is sealed like a generated one
/// and kept nowhere else: where this is interrupted, `sealoff apply DIR` asks for it again. Passwords for many people come from a
/// sealed file: sealoff plan --passwords.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  sealoff set-password ada.lovelace@contoso.com \\
    --seal-to desk.pub --out ada")]
pub struct SetPasswordArgs {
    /// The person, by sign-in name or object id
    #[arg(value_name = "USER", value_parser = one_person)]
    user: String,
    /// The folder for the plan and everything that follows from it; new or empty, or see --replace
    #[arg(long, short = 'o', value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    replace: ReplaceArgs,
    /// What is done besides: breach (the sessions are ended), reinstate (sign-in is allowed again, too) or offboard (sign-in is
    /// blocked, too)
    #[arg(long, value_name = "PLAYBOOK", value_parser = playbook(), hide_possible_values = true, default_value = "breach")]
    playbook: Playbook,
    /// Who can open the new password: an age1… recipient, an SSH public key, a file of them, or the file of an X.509
    /// certificate; may be given more than once
    #[arg(long, value_name = "RECIPIENT")]
    seal_to: Vec<String>,
    /// Accounts that must never be touched, one object id or user principal name a line
    #[arg(long, value_name = "FILE", env = "SEALOFF_PROTECT")]
    protect: Option<PathBuf>,
    /// Take an administrator; the app then needs the role Privileged Authentication Administrator
    #[arg(long)]
    allow_privileged: bool,
    /// Try it where the password is kept on-premises
    #[arg(long)]
    allow_synced: bool,
    /// Try it in a federated domain
    #[arg(long)]
    allow_federated: bool,
    /// The number of accounts that will be changed, which is 1; without it the number is asked for
    #[arg(long, value_name = "N", value_parser = number)]
    confirm: Option<u64>,
    /// Print as JSON: a line for the plan and a line for the run
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    said: ApprovalArgs,
    #[command(flatten)]
    checks: CheckArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// One name: what separates names in a list stands in none.
fn one_person(text: &str) -> Result<String, &'static str> {
    let is_one = !text.trim().is_empty() && !text.contains([',', ';', '"', '\n', '\r', '\t']);
    if is_one { Ok(text.trim().to_owned()) } else { Err("it is the sign-in name or the object id of one person") }
}

/// Asks for the password, plans, asks for approval and applies.
///
/// # Errors
///
/// As `run` fails; or no password was typed. A plan that was made stays, and can be applied.
pub async fn run(args: SetPasswordArgs, policies: &[ApprovalPolicy]) -> Result<Exit, Failure> {
    if let Some(policy) = policies.first() {
        return Err(signatures::cannot_be_had_in_one_go(policy));
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::refused("there is no terminal to type the password at").with_next(
            "For programs, passwords come from a sealed file: sealoff plan --passwords FILE. sealoff help passwords has the steps.",
        ));
    }
    let rules = RuleArgs {
        seal_to: args.seal_to.clone(),
        protect: args.protect.clone(),
        allow_privileged: args.allow_privileged,
        allow_synced: args.allow_synced,
        allow_federated: args.allow_federated,
        // The person is named, and no list of everybody.
        allow_resource_accounts: true,
        ..RuleArgs::default()
    };
    let mut rules = rules.rules(args.playbook, None, &WaysInArgs::default())?;
    let place = args.replace.place(&args.out, None)?;
    let list = Arc::new(chosen_args::typed(&args.user)?);
    rules.by_hand = Some(ChosenPasswords { list: Arc::clone(&list), generate_missing: false });
    rules.check()?;
    let source = Source::bytes("the command line", format!("user\n{}\n", args.user).into_bytes());
    let roster = ReadingArgs::default().open(source)?;
    let connected = args.connection.connect()?;
    let (summary, plan) = plan::of_roster(roster, rules, place, &connected, args.checks).await?;
    preview::show(&summary, args.json);
    let folder = plan.map_or_else(|| PlanFolder::open(&args.out), Ok)?;
    if summary.plan.accounts() == 0 {
        return Ok(Exit::of_empty(&folder)?);
    }
    let approval = args.confirm.map_or(Approval::Asked, Approval::Number);
    approval.check(&folder, None).map_err(|failure| {
        failure.with_command("The plan is made. Read it, then", plan_command::apply(&args.out, folder.manifest()))
    })?;
    let _lock = FolderLock::take(folder.path(), "set-password")?;
    let resume_point = resume_point(&folder, WorkScope::Open)?;
    let further = AppArgs::default().of_tenant(folder.manifest().tenant.id)?;
    let entering = Entering { first: connected, further };
    let terms = Terms {
        approval,
        said: args.said,
        signatures: Signatures::none(),
        pace: PaceArgs::default(),
        checks: args.checks,
        json: args.json,
        not_before: None,
        by_hand: Some(HandPasswords::of(&folder, list)?),
        beside: None,
    };
    carry_out(&folder, &resume_point, entering, terms).await
}
