//! One reading of all accounts of a run: made, kept in the folder, and shown.

use std::collections::{BTreeSet, HashMap};
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::connect::Connected;
use super::exit::{Exit, Failure};
use super::failures;
use super::lines::{self, Lines};
use super::messages;
use super::preview::{note_unprinted, quoted};
use super::words::{count, counted, harmless, line_count};
use crate::ids::{ObjectId, RowNumber};
use crate::json::DocumentVersion;
use crate::plan::folder::{FolderError, PlanFolder};
use crate::plan::playbook::Playbook;
use crate::plan::row::ListPlace;
use crate::report::refused;
use crate::report::verification_csv;
use crate::run::lock::FolderLock;
use crate::run::next_steps::NextStep;
use crate::run::proof::{Proof, ProofCounts};
use crate::run::seen_step::SeenStep;
use crate::step::Step;
use crate::verify::claims::RunClaims;
use crate::verify::finding::Finding;
use crate::verify::news::{self as noted, VerificationNotKept};
use crate::verify::on_premises::StandingThere;
use crate::verify::pass::{Checked, Pass, PassProgress, Subject};
use crate::verify::risk::{self, RiskProofs};
use crate::wording;
use crate::wording::next_steps::worded;
use crate::wording::plan_command;
use crate::wording::proof;
use crate::wording::standing::{changed_back, keep_old_password};
use crate::wording::worded_step::WordedStep;

/// At most this many steps that are not proved are named on the terminal. verification.csv names them all.
const MAX_NAMED: usize = 50;
/// The same where people read it on a screen, which has some 24 lines; with --verbose, as many as elsewhere.
const MAX_NAMED_ON_SCREEN: usize = 5;

/// All that one reading of the accounts needs.
pub(super) struct Verification<'a> {
    pub(super) plan: &'a PlanFolder,
    pub(super) claims: RunClaims,
    pub(super) connected: &'a Connected,
    pub(super) wait: Duration,
}

impl Verification<'_> {
    /// Reads all accounts, and keeps what was found.
    pub(super) async fn make(&self, report: impl FnMut(PassProgress)) -> Result<VerificationDocument, Failure> {
        let Connected { transport, clock, .. } = self.connected;
        let pass = Pass::make(self.plan, &self.claims, transport, *clock, self.wait, report).await?;
        let risk = risk::read(self.plan, &self.claims, transport, *clock).await?;
        self.keep(&pass, risk).await
    }

    async fn keep(&self, pass: &Pass, risk: Option<RiskProofs>) -> Result<VerificationDocument, Failure> {
        let _lock = FolderLock::take(self.plan.path(), "verify")?;
        if self.claims.are_outdated(self.plan)? {
            let what = "the run went on while the accounts were read, or another verification found something changed back, so what was found is not noted";
            let again = WordedStep::typed("Look again", format_args!("sealoff verify {}", quoted(self.plan.path())));
            return Err(Failure::new(Exit::Unfinished, what).with_next(again));
        }
        let not_kept = |error: VerificationNotKept| failures::of_unkept_verification(error, self.plan);
        let path = verification_csv::write(self.plan, &self.claims, pass, risk.as_ref()).map_err(not_kept)?;
        noted::append(self.plan, &self.claims, pass, risk.as_ref()).await.map_err(|error| {
            not_kept(error).with_next("verification.csv is written; only the journal does not know all of it.")
        })?;
        if self.plan.manifest().written_back > 0 || risk.is_some() {
            // What was accepted and not confirmed may be confirmed now, and a risk that was marked may be closed.
            refused::write_all(self.plan)?;
        }
        VerificationDocument::of(pass, risk, path, self.plan, &self.claims).map_err(|error| not_kept(error.into()))
    }
}

/// What one reading of all accounts found.
#[derive(JsonSchema, Serialize)]
pub(super) struct VerificationDocument {
    sealoff_verification: DocumentVersion,
    /// The code with which the command ends.
    exit_code: u8,
    /// How many accounts were read.
    pub(super) accounts: u64,
    /// How many steps have which proof.
    steps: ProofCounts,
    /// The path of verification.csv.
    verification: PathBuf,
    /// What was found of the risk of people, where the plan marks any.
    #[serde(skip_serializing_if = "Option::is_none")]
    risk: Option<RiskProofs>,
    /// Every step that is not proved.
    pub(super) not_proved: Vec<Open>,
    /// Those of them that were so before the run; no write was sent for them.
    #[serde(skip)]
    as_before: ProofCounts,
    /// What goes on with the run, where it has not come to its end.
    #[serde(skip)]
    to_go_on: Option<String>,
    /// What plans those again who were changed back.
    #[serde(skip)]
    pub(super) again: String,
    /// Rows of the list that the plan or the run refuses: nothing was done for them.
    #[serde(skip)]
    not_touched: u64,
    /// How far Active Directory has done its part.
    #[serde(skip)]
    there: StandingThere,
    /// What is to be done there and here beside the reading, where anything is, in the order in which it is to be done.
    #[serde(skip)]
    to_do: Vec<WordedStep>,
    #[serde(skip)]
    playbook: Playbook,
    #[serde(skip)]
    dir: String,
}

/// A step that is not proved.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub(super) struct Open {
    /// The row of the plan.
    pub(super) row: RowNumber,
    /// The same row as a spreadsheet counts, header included, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    sheet_row: Option<u32>,
    /// The account.
    pub(super) object_id: ObjectId,
    /// Its sign-in name.
    pub(super) user_principal_name: String,
    /// What was done to it.
    pub(super) step: Step,
    /// What the reading shows.
    pub(super) verdict: Proof,
    /// What the directory had to show.
    expected: String,
    /// What it shows.
    pub(super) found: String,
    /// The same, to be compared.
    #[serde(skip)]
    seen: SeenStep,
}

impl Open {
    /// Where the person stands on the list.
    pub(super) const fn place(&self) -> ListPlace {
        ListPlace { row: self.row, sheet_row: self.sheet_row, among: None }
    }

    fn line(&self) -> String {
        let Self { user_principal_name, step, verdict, found, .. } = self;
        format!(
            "{} {}: {step} {verdict}: {}",
            self.place(),
            harmless(user_principal_name),
            harmless(found),
            step = step.name()
        )
    }
}

/// Those that are found otherwise than `before`, in their order.
pub(super) fn news<'a>(now: &'a [Open], before: &'a [Open]) -> impl Iterator<Item = &'a Open> {
    let old = by_step(before);
    now.iter().filter(move |open| {
        old.get(&(open.row, open.step)).is_none_or(|old| old.verdict != open.verdict || old.seen != open.seen)
    })
}

fn open(account: Checked, plan: &PlanFolder) -> impl Iterator<Item = Open> {
    let Checked { subject: Subject { row, object_id, user_principal_name, .. }, findings, .. } = account;
    let sheet_row = plan.place(row).sheet_row;
    let findings = findings.into_iter().filter(|finding| finding.verdict != Proof::Proved);
    findings.map(move |Finding { step, verdict, claim, found: seen, .. }| {
        let user_principal_name = user_principal_name.clone();
        let (expected, found, seen) =
            (proof::expected(step, claim), proof::found(step, &seen), seen.lasting().into_owned());
        Open { row, sheet_row, object_id, user_principal_name, step, verdict, expected, found, seen }
    })
}

fn by_step(all: &[Open]) -> HashMap<(RowNumber, Step), &Open> {
    all.iter().map(|open| ((open.row, open.step), open)).collect()
}

/// Only a list of which everyone is dealt with, and proved to be, is done.
fn exit(steps: ProofCounts, risk: Option<&RiskProofs>, not_touched: u64, there: StandingThere) -> Exit {
    let is_done_there = there.old_password + there.at_providers + there.not_written_back + there.partly == 0;
    let is_risk_marked = risk.is_none_or(RiskProofs::are_all);
    if steps.all_proved() && is_risk_marked && not_touched == 0 && is_done_there {
        Exit::Done
    } else {
        Exit::Unfinished
    }
}

/// People on the list for whom nothing was done.
fn people_not_touched(number: u64) -> String {
    format!("{} not touched", counted(number, "person on the list was", "people on the list were"))
}

impl VerificationDocument {
    fn of(
        pass: &Pass,
        risk: Option<RiskProofs>,
        verification: PathBuf,
        plan: &PlanFolder,
        claims: &RunClaims,
    ) -> Result<Self, FolderError> {
        let steps = pass.verdicts();
        let there = StandingThere::of(plan, claims)?;
        let refused = u64::from(plan.manifest().counts.refuse.rows) - there.done_though_refused;
        let not_touched = refused + claims.drifted_though_left(plan);
        let exit = exit(steps, risk.as_ref(), not_touched, there);
        let accounts_there = there.old_password + there.partly;
        let mut to_do = match accounts_there {
            0 => Vec::new(),
            accounts => worded(&[NextStep::ChangeOnPremises { accounts }, NextStep::TakeScriptResults], plan, ""),
        };
        if there.at_providers > 0 {
            let by_hand = NextStep::ChangeByHand { accounts: there.at_providers, is_listed: plan.lists_by_hand() };
            to_do.extend(worded(&[by_hand], plan, ""));
        }
        if there.not_written_back > 0 {
            to_do.extend(worded(&[NextStep::WriteBack { people: there.not_written_back }], plan, ""));
        }
        // To look again shows no more of what Graph refused.
        let refused = claims.to_retry();
        if refused > 0 {
            to_do.extend(worded(&[NextStep::RetryFailed { accounts: refused }], plan, ""));
        }
        let closed_by_reset = risk.as_ref().map_or(0, RiskProofs::closed_by_reset);
        // Whose steps were changed back is planned again, and not only marked.
        if let Some(risk) = risk.as_ref().filter(|_| closed_by_reset > 0 && steps.contradicted == 0) {
            let again = NextStep::MarkRisk { mark: risk.mark, people: closed_by_reset, bar: None };
            to_do.extend(worded(&[again], plan, ""));
        }
        let mut not_proved = Vec::new();
        // Mostly there is nothing to look for.
        if !steps.all_proved() {
            for account in pass.checked(plan, claims)? {
                not_proved.extend(open(account?, plan));
            }
        }
        let (accounts, dir) = (pass.accounts(), quoted(plan.path()));
        let to_go_on = claims.are_open().then(|| plan_command::go_on(plan.path(), plan.manifest(), None));
        Ok(Self {
            sealoff_verification: DocumentVersion,
            exit_code: exit as u8,
            accounts,
            steps,
            verification,
            risk,
            not_proved,
            as_before: pass.as_before(),
            to_go_on,
            again: plan_command::changed_back(plan.path()),
            not_touched,
            there,
            to_do,
            playbook: plan.manifest().playbook,
            dir,
        })
    }

    /// With which code the command ends.
    pub(super) fn exit(&self) -> Exit {
        exit(self.steps, self.risk.as_ref(), self.not_touched, self.there)
    }

    /// Shows all of it, or what is found otherwise than `before`.
    pub(super) fn show(&self, json: bool, before: Option<&[Open]>) {
        // Of many, a line is shown for each when all have ended.
        if messages::is_one_of_many() {
            return;
        }
        let mut out = anstream::stdout();
        let written = match (json, before) {
            (true, _) => serde_json::to_string(self).map_err(io::Error::other).and_then(|line| writeln!(out, "{line}")),
            (false, None) => lines::write(&mut out, |out| self.write(out)),
            (false, Some(before)) => lines::write(&mut out, |out| self.write_changes(out, before)),
        };
        note_unprinted(written.and_then(|()| out.flush()));
        if json && before.is_none() && self.not_touched > 0 {
            messages::warn(people_not_touched(self.not_touched));
        }
        if json && before.is_none() && !self.steps.all_proved() {
            messages::warn(format_args!(
                "{} not proved; {} says which, and why",
                counted(self.not_proved.len() as u64, "step is", "steps are"),
                self.verification.display()
            ));
        }
    }

    /// Are all steps proved that anything in the tenant could prove? What was changed at an identity provider never can be.
    pub(super) fn is_proved(&self) -> bool {
        let open = self.steps.of(Proof::NotYet) + self.steps.of(Proof::Contradicted);
        open == 0
            && self.risk.as_ref().is_none_or(RiskProofs::are_all)
            && self.steps.of(Proof::CannotBeProved) == self.there.said_at_providers
    }

    /// What comes before everything else: who was let in again, and who was not touched at all.
    fn headline(&self) -> Option<String> {
        let back = self.not_proved.iter().filter(|open| open.verdict == Proof::Contradicted);
        let back = back.map(|open| open.row).collect::<BTreeSet<_>>().len() as u64;
        let old_password = self.there.old_password + self.there.at_providers + self.there.not_written_back;
        let parts = [
            (back > 0).then(|| changed_back(back, self.playbook)),
            (self.not_touched > 0).then(|| people_not_touched(self.not_touched)),
            (old_password > 0).then(|| keep_old_password(old_password, self.playbook)),
            (self.there.partly > 0).then(|| {
                format!(
                    "{} in Active Directory",
                    counted(self.there.partly, "account is half done", "accounts are half done")
                )
            }),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    fn write(&self, out: &mut Lines) {
        if let Some(headline) = self.headline() {
            out.text(format_args!("{headline}."));
            out.blank();
        }
        for verdict in Proof::all().filter(|verdict| self.steps.of(*verdict) > 0) {
            let number = count(self.steps.of(verdict));
            out.at(format_args!("{:<16} {number:>8}  ", verdict.name()), wording::proof::meaning(verdict));
            let as_before = self.as_before.of(verdict);
            if as_before > 0 {
                let were = counted(as_before, "of these was so", "of these were so");
                out.at(format_args!("{:<27}", ""), format_args!("{were} before the run, which sent no write for it"));
            }
        }
        out.blank();
        if self.steps.all_proved() {
            let of_whom = match self.accounts {
                1 => "the account".to_owned(),
                accounts => format!("all {} accounts", count(accounts)),
            };
            out.text(format_args!("Every step of {of_whom} is proved."));
        } else {
            out.text("Not proved:");
            let is_short = line_count().is_some() && !messages::is_verbose();
            let shown = if is_short { MAX_NAMED_ON_SCREEN } else { MAX_NAMED };
            for open in self.not_proved.iter().take(shown) {
                out.at("  ", open.line());
            }
            let more = self.not_proved.len().saturating_sub(shown);
            if more > 0 {
                out.at("  ", format_args!("and {} more in verification.csv", count(more as u64)));
            }
        }
        if let Some(risk) = &self.risk {
            wording::risk::proofs(risk).into_iter().for_each(|sentence| out.at("Risk  ", sentence));
        }
        out.at("Verification  ", self.verification.display().to_string());
        self.write_next(out)
    }

    fn write_next(&self, out: &mut Lines) {
        if self.exit() == Exit::Done {
            return;
        }
        out.blank();
        out.text("What is left to do, in order:");
        let mut lines = Vec::new();
        if let Some(command) = &self.to_go_on {
            lines.push(WordedStep::typed("The run has not come to its end. To go on", command));
        }
        if self.steps.contradicted > 0 {
            lines.push(
                "Find out who changed it back: Entra's audit log lists it as Enable account or Reset user password."
                    .into(),
            );
            lines.push(WordedStep::typed("To plan exactly these accounts again", &self.again));
        }
        if self.not_touched > 0 {
            let who = people_not_touched(self.not_touched);
            let status = format_args!("sealoff status {}", self.dir);
            lines.push(WordedStep::typed(format_args!("{who}; who they are, and what to do"), status));
        }
        lines.extend(self.to_do.iter().cloned());
        for step in Step::all() {
            let is_open = |open: &Open| open.step == step && open.verdict == Proof::CannotBeProved;
            let advice = step.facts().prove_again.filter(|_| self.not_proved.iter().any(is_open));
            lines.extend(advice.map(WordedStep::from));
        }
        if self.there.said_at_providers > 0 {
            let passwords = counted(self.there.said_at_providers, "password", "passwords");
            lines.push(
                format!("Only the identity provider's own log shows that {passwords} kept there changed.").into(),
            );
        }
        if !self.steps.all_proved() {
            lines.push(WordedStep::typed("To look again", format_args!("sealoff verify {}", self.dir)));
            let watch = format_args!("sealoff verify {} --watch", self.dir);
            lines.push(WordedStep::typed("To report every account that comes back", watch));
        }
        let risk_not_marked = self.risk.as_ref().map_or(0, |risk| risk.not_marked);
        if risk_not_marked > 0 {
            let who = counted(risk_not_marked, "person", "people");
            let status = format_args!("sealoff status {}", self.dir);
            lines.push(WordedStep::typed(format_args!("The risk of {who} is not marked; why, and what to do"), status));
        }
        if self.steps.all_proved() && self.risk.as_ref().is_some_and(RiskProofs::is_another_than_marked) {
            lines.push(WordedStep::typed("To look at the risk again", format_args!("sealoff verify {}", self.dir)));
        }
        for (number, line) in (1..).zip(lines) {
            out.numbered(number, line);
        }
    }

    fn write_changes(&self, out: &mut Lines, before: &[Open]) {
        let new = by_step(&self.not_proved);
        let now = crate::words::moment(time::OffsetDateTime::now_utc());
        for open in news(&self.not_proved, before) {
            out.text(format_args!("{now}  {}", open.line()));
        }
        for gone in before.iter().filter(|gone| !new.contains_key(&(gone.row, gone.step))) {
            let name = harmless(&gone.user_principal_name);
            out.text(format_args!("{now}  {} {name}: {} proved", gone.place(), gone.step.name()));
        }
    }
}
