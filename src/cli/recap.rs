//! What became of a run, as it is shown at its end: for people, or for programs.

use std::io::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::exit::Exit;
use super::handoff;
use super::json_line;
use super::lines::{self, Lines};
use super::messages;
use super::pace_args::EffectivePace;
use super::pace_recap;
use super::preview::note_unprinted;
use super::words::{count, counted, quoted};
use crate::digest::Digest;
use crate::json::DocumentVersion;
use crate::plan::folder::PlanFolder;
use crate::plan::waves::Wave;
use crate::run::event::Statistics;
use crate::run::next_steps::next_steps;
use crate::run::outcome_counts::OutcomeCounts;
use crate::run::output::RunOutput;
use crate::run::packets;
use crate::run::risk_result::RiskCounts;
use crate::run::run_end::RunEnd;
use crate::wording;
use crate::wording::next_steps::worded;
use crate::wording::plan_command;
use crate::wording::standing::headline;
use crate::wording::steps::how_far;
use crate::wording::worded_step::WordedStep;

/// What became of a run.
pub(super) struct Recap<'a> {
    pub(super) plan: &'a PlanFolder,
    pub(super) output: RunOutput,
    pub(super) statistics: Option<Statistics>,
    pub(super) pace: Option<EffectivePace>,
    pub(super) ending: RunEnd,
    pub(super) exit: Exit,
    /// The wave that was worked on, where it was not the whole plan.
    pub(super) wave: Option<Wave>,
    /// What a command that goes on should be given, too.
    pub(super) again: &'a str,
    /// Its tenant ends with it, so that nothing is left to do.
    pub(super) is_drill: bool,
}

/// The recap as `--json` prints it.
#[derive(JsonSchema, Serialize)]
pub(super) struct RunDocument<'a> {
    sealoff_run: DocumentVersion,
    /// How the process stopped.
    ending: RunEnd,
    /// The code with which the command ends.
    exit_code: u8,
    /// The fingerprint of the plan.
    plan: Digest,
    /// How many rows have each outcome; an outcome that no row has is left out.
    outcomes: &'a OutcomeCounts,
    /// How many accounts are no longer what the plan says.
    drifted: u64,
    /// Accounts at which the last verification found something changed back.
    contradicted: u64,
    /// How far the risk of its people is marked, where the plan does that.
    #[serde(skip_serializing_if = "Option::is_none")]
    risk: Option<&'a RiskCounts>,
    /// The path of results.csv.
    results: String,
    /// One for each person who hands passwords over.
    packets: &'a [packets::Packet],
    /// What the run went by; missing where nothing was left to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pace: Option<EffectivePace>,
    /// How fast the run was, in tenant time; missing where nothing was left to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    statistics: Option<&'a Statistics>,
}

impl Recap<'_> {
    /// Prints it. A recap that cannot be shown changes nothing about the run.
    pub(super) fn show(&self, json: bool) {
        // Of many, a line is shown for each when all have ended.
        if messages::is_one_of_many() {
            return;
        }
        let mut out = anstream::stdout();
        let written = if json {
            let recap = RunDocument {
                sealoff_run: DocumentVersion,
                ending: self.ending,
                exit_code: self.exit as u8,
                plan: self.plan.manifest().fingerprint(),
                outcomes: &self.output.outcomes,
                drifted: self.output.outcomes.drifted(),
                contradicted: self.output.outcomes.contradicted().count,
                risk: self.output.outcomes.risk(),
                results: self.output.results.display().to_string(),
                packets: &self.output.packets,
                pace: self.pace,
                statistics: self.statistics.as_ref(),
            };
            json_line::write(&mut out, &recap)
        } else {
            lines::write(&mut out, |out| self.write(out))
        };
        note_unprinted(written.and_then(|()| out.flush()));
        // The reader of the JSON sees in the mail of the job why its code was not 0. A run that was stopped has an error.
        if json && matches!(self.exit, Exit::Unfinished | Exit::Interrupted) && self.ending != RunEnd::Stopped {
            messages::warn(self.why_not_done());
        }
    }

    fn why_not_done(&self) -> WordedStep {
        let dir = quoted(self.plan.path());
        if self.ending == RunEnd::Interrupted {
            let go_on = plan_command::go_on(self.plan.path(), self.plan.manifest(), self.wave.as_ref());
            let command = format!("{go_on}{}", self.again);
            let not_done = counted(self.output.outcomes.not_done(), "account is", "accounts are");
            return WordedStep::typed(format_args!("interrupted: {not_done} not done yet; to go on"), command);
        }
        let headline = headline(&self.output.outcomes, self.plan.manifest().playbook);
        WordedStep::typed(format_args!("{headline}. Why, and what is left to do"), format_args!("sealoff status {dir}"))
    }

    fn write(&self, out: &mut Lines) {
        let outcomes = &self.output.outcomes;
        out.blank();
        match self.ending {
            RunEnd::Finished => {}
            RunEnd::Interrupted => {
                out.text("Interrupted: what was under way was waited for, and the rest is pending.");
                out.blank();
            }
            RunEnd::Stopped => {
                out.text("Stopped before the end; the rest is pending.");
                out.blank();
            }
        }
        out.text(format_args!("{}.", headline(outcomes, self.plan.manifest().playbook)));
        out.blank();
        let width = wording::outcome::name_width(outcomes);
        for (outcome, rows) in outcomes.iter() {
            out.at(format_args!("{:<width$} {:>7}  ", outcome.name(), count(rows)), wording::outcome::meaning(outcome));
        }
        if outcomes.drifted() > 0 {
            let drifted = counted(outcomes.drifted(), "of these is", "of these are");
            out.at(
                format_args!("{:<1$}", "", width + 10),
                format_args!("{drifted} no longer what the plan says: drifted"),
            );
        }
        if outcomes.steps().planned().next().is_some() {
            out.blank();
            out.labelled("Steps", how_far(outcomes.steps()));
        }
        if let Some(risk) = outcomes.risk() {
            out.labelled("Risk", wording::risk::how_far(risk));
        }
        if let Some(statistics) = &self.statistics {
            out.blank();
            pace_recap::write(out, statistics, self.pace.and_then(|pace| pace.rate), self.ending == RunEnd::Finished);
        }
        out.labelled("Results", self.output.results.display().to_string());
        handoff::write_packets(out, self.plan, &self.output.packets);
        self.write_next(out)
    }

    /// What the operator should do next, in order.
    fn write_next(&self, out: &mut Lines) {
        if self.is_drill {
            return out.blank();
        }
        let steps = next_steps(
            self.plan,
            &self.output.outcomes,
            self.output.packets.first().map(|packet| packet.file.clone()),
            None,
        );
        let steps = worded(&steps, self.plan, self.again);
        if !steps.is_empty() {
            out.blank();
            out.text("What is left to do, in order:");
        }
        for (number, step) in (1..).zip(steps) {
            out.numbered(number, step);
        }
    }
}
