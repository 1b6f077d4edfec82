//! `sealoff sign`: a second person approves a plan with a key of their own.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::connect::SettingsArgs;
use super::exit::{Exit, Failure, printed};
use super::lines::{self, Lines};
use super::messages;
use super::signatures::failure;
use super::signing_key;
use super::tenants::WholeSetArgs;
use super::words::{counted, harmless, quoted};
use crate::digest::Digest;
use crate::json::DocumentVersion;
use crate::plan::approvers::{self, ApprovalPolicy, RecordedSignature};
use crate::plan::folder::{OpeningPlan, PLAN_JSON, PlanFolder};
use crate::plan::signatures;
use crate::report::plan_page;
use crate::run::lock::FolderLock;
use crate::shell::Shell;
use crate::signing::{Purpose, SigningKey};

/// Approve a plan with a signature
///
/// Signs the plan in DIR, as it is now, with an Ed25519 SSH key, and puts the signature beside it. Read the plan first:
/// plan.html in DIR shows it. A plan that is changed afterwards has lost its signatures. Where sealoff.toml names approvers,
/// sealoff apply refuses a plan that they have not signed. In the folder of many tenants, the plan of each is signed, as the set
/// binds it. Nothing is sent.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sealoff sign friday --key ~/.ssh/id_ed25519")]
pub struct SignArgs {
    /// The folder that sealoff plan made, of one tenant or of many
    #[arg(value_name = "DIR")]
    pub(super) dir: PathBuf,
    /// Your private Ed25519 SSH key; its passphrase is asked for at the terminal
    #[arg(long, value_name = "KEY")]
    pub(super) key: PathBuf,
    /// Print as JSON, a line for each plan
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    settings: SettingsArgs,
    #[command(flatten)]
    whole_set: WholeSetArgs,
}

impl SignArgs {
    /// Are the plans of a set meant?
    ///
    /// # Errors
    ///
    /// The file of tenants cannot be used.
    pub(super) fn mean_set(&self) -> Result<bool, Failure> {
        self.whole_set.mean_set(&self.dir)
    }
}

/// What was signed, as `--json` prints it.
#[derive(JsonSchema, Serialize)]
pub(super) struct SignDocument<'a> {
    sealoff_sign: DocumentVersion,
    /// The fingerprint of the plan.
    plan: Digest,
    /// How many accounts it changes.
    accounts: u32,
    /// The file with the new signature.
    signature: String,
    /// The fingerprint of the key that made it, as ssh-keygen -l shows it.
    key: &'a str,
    /// All signatures of the plan that hold.
    signatures: &'a [RecordedSignature],
}

/// Signs.
///
/// # Errors
///
/// There is no plan or no key, the key has signed the plan before, or the file cannot be written.
pub(super) fn run(args: &SignArgs, policies: &[ApprovalPolicy]) -> Result<Exit, Failure> {
    let plan = PlanFolder::open(&args.dir)?;
    let key = signing_key::read(&args.key)?;
    let signed = one(&plan, &key, policies)?;
    let mut out = anstream::stdout();
    let written = if args.json {
        signed.write_json(&mut out)
    } else {
        lines::write(&mut out, |out| write(out, &plan, &signed, policies))
    };
    printed(written.and_then(|()| out.flush()))?;
    Ok(Exit::Done)
}

/// A plan that was signed just now.
pub(super) struct SignedPlan {
    plan: Digest,
    accounts: u32,
    /// The file with the new signature.
    pub(super) file: PathBuf,
    /// The fingerprint of the key that made it.
    key: String,
    /// All signatures of the plan that hold.
    all: Vec<RecordedSignature>,
}

impl SignedPlan {
    /// One line of JSON.
    pub(super) fn write_json(&self, out: &mut impl io::Write) -> io::Result<()> {
        let line = SignDocument {
            sealoff_sign: DocumentVersion,
            plan: self.plan,
            accounts: self.accounts,
            signature: self.file.display().to_string(),
            key: &self.key,
            signatures: &self.all,
        };
        let line = serde_json::to_string(&line)?;
        writeln!(out, "{line}")
    }
}

/// Signs one plan, and shows it on its page.
///
/// # Errors
///
/// Another process works in the folder, the key has signed the plan before, or the file cannot be written.
pub(super) fn one(plan: &PlanFolder, key: &SigningKey, policies: &[ApprovalPolicy]) -> Result<SignedPlan, Failure> {
    let _lock = FolderLock::take(plan.path(), "sign")?;
    let file = signatures::sign(plan.path(), key).map_err(failure)?;
    let all = approvers::recorded(policies, &signatures::read(plan.path()).map_err(failure)?);
    // The signature is there, whatever becomes of the page.
    if let Err(error) =
        OpeningPlan::begin(plan.path()).map_err(Into::into).and_then(|plan| plan_page::write(plan, &all))
    {
        messages::note(format_args!("the plan is signed, and its page does not show it: {error}"));
    }
    let (plan, accounts) = (plan.manifest().fingerprint(), plan.manifest().accounts());
    Ok(SignedPlan { plan, accounts, file, key: key.fingerprint(), all })
}

fn write(out: &mut Lines, plan: &PlanFolder, signed: &SignedPlan, policies: &[ApprovalPolicy]) {
    let SignedPlan { file, key, all, .. } = signed;
    let manifest = plan.manifest();
    let accounts = counted(manifest.accounts().into(), "account", "accounts");
    let tenant = harmless(&manifest.tenant.name);
    let what = format!("{}, {accounts} of {tenant}, fingerprint {}", manifest.playbook, manifest.fingerprint().short());
    out.labelled("Signed", what);
    out.labelled("With", format_args!("the key {key}"));
    out.labelled("Signature", quoted(file));
    out.labelled("All", all.iter().map(named).collect::<Vec<_>>().join(", "));
    write_needed(out, policies);
    out.blank();
    out.text("To check it without sealoff, with a file of those who may sign (ssh-keygen's ALLOWED SIGNERS):");
    let (file, message) = (quoted(file), quoted(&plan.path().join(PLAN_JSON)));
    let check = format!(
        "ssh-keygen -Y verify -f allowed_signers -I NAME -n {} -s {file} < {message}",
        Purpose::Plan.namespace()
    );
    // PowerShell reserves the sign for input, and its pipes change a file's line ends.
    let check = if Shell::here() == Shell::Powershell { format!("cmd /c '{check}'") } else { check };
    out.command(2, check);
}

/// How many must sign, and who demands it.
pub(super) fn write_needed(out: &mut Lines, policies: &[ApprovalPolicy]) {
    for policy in policies {
        let needed = counted(policy.approvals as u64, "approver", "approvers");
        out.labelled("Needed", format_args!("{needed}, as {} demands", quoted(&policy.source)));
    }
}

fn named(signature: &RecordedSignature) -> String {
    let RecordedSignature { key, name } = signature;
    name.as_deref().map_or_else(|| format!("a key without a name ({key})"), |name| harmless(name).into_owned())
}
