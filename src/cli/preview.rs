//! A plan as a person approves it.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget};
use serde::Serialize;

use super::words::{count, counted, harmless, span};
use crate::plan::planner::Summary;
use crate::plan::row::Decision;

/// The version of what `--json` prints.
const JSON_VERSION: u32 = 1;

/// Shows the preview on standard output.
pub(super) fn show(summary: &Summary, json: bool) {
    #[derive(Serialize)]
    struct OnWire<'a> {
        sealoff_plan: u32,
        #[serde(flatten)]
        summary: &'a Summary,
    }
    let mut out = anstream::stdout();
    let written = if json {
        let line = serde_json::to_string(&OnWire { sealoff_plan: JSON_VERSION, summary }).map_err(io::Error::other);
        line.and_then(|line| writeln!(out, "{line}"))
    } else {
        write(&mut out, summary)
    };
    note_unprinted(written.and_then(|()| out.flush()));
}

/// A reader that has seen enough is no failure, and neither is a full disk behind standard output: what was done is done,
/// and the exit code must say so.
pub(super) fn note_unprinted(written: io::Result<()>) {
    if let Err(error) = written
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        let _ = writeln!(anstream::stderr(), "note: standard output could not be written: {error}");
    }
}

fn write(out: &mut impl Write, summary: &Summary) -> io::Result<()> {
    let plan = &summary.plan;
    let counts = &plan.counts;
    writeln!(out, "Tenant     {} ({})", harmless(&plan.tenant.name), plan.tenant.id)?;
    writeln!(out, "Playbook   {}: {}", plan.playbook, plan.playbook.summary())?;
    let rows = counted(plan.roster.rows.into(), "row", "rows");
    writeln!(out, "Roster     {}, {rows} ({})", harmless(&plan.roster.name), harmless(&summary.roster_shape))?;
    if summary.protected > 0 {
        let protected = counted(summary.protected as u64, "account", "accounts");
        writeln!(out, "Protected  {protected} will not be touched, on the roster or not")?;
    }
    writeln!(out)?;
    for decision in Decision::ALL {
        let tally = counts.of(decision);
        let means = match decision {
            Decision::Act => "will be changed",
            Decision::Already => "nothing left to do",
            Decision::Skip => "left alone",
            Decision::Refuse => "left alone; somebody has to look at them",
        };
        writeln!(out, "{:<8} {:>8}  {means}", decision.name(), count(tally.rows.into()))?;
        for line in summary.reasons.iter().filter(|line| line.decision == decision) {
            let flag = line.flag.map(|flag| format!(" ({flag} lifts it)")).unwrap_or_default();
            writeln!(out, "         {:>8}  {}: {}{flag}", count(line.rows.into()), line.reason.name(), line.sentence)?;
        }
    }
    writeln!(out)?;
    let steps = &counts.steps;
    let named = [("block", steps.block), ("unblock", steps.unblock), ("reset", steps.reset), ("revoke", steps.revoke)];
    let named: Vec<String> = named
        .iter()
        .filter(|(_, number)| *number > 0)
        .map(|(name, number)| format!("{} {name}", count((*number).into())))
        .collect();
    let writes = counted(counts.writes, "write", "writes");
    let floor = Duration::from_secs(plan.floor_seconds);
    let time = if plan.floor_seconds == 0 {
        "all within the burst that the quota allows".to_owned()
    } else {
        format!("at least {} by the tenant's write quota", span(floor))
    };
    let steps = if named.is_empty() { "none".to_owned() } else { named.join(", ") };
    writeln!(out, "Steps      {steps}; {writes}, {time}")?;
    if plan.options.discard_credentials {
        writeln!(out, "Passwords  thrown away: nobody can sign in with them")?;
    } else if summary.sealed > 0 {
        let passwords = counted(summary.sealed.into(), "new password", "new passwords");
        writeln!(out, "Sealed to  {}  ({passwords})", plan.recipients.join("\n           "))?;
    }
    writeln!(
        out,
        "Plan       {}, fingerprint {}",
        summary.folder.join("plan.csv").display(),
        summary.fingerprint.short()
    )?;
    writeln!(out)?;
    if plan.accounts() == 0 {
        writeln!(out, "Nobody would be changed: there is nothing to apply.")
    } else {
        writeln!(
            out,
            "Nothing has been changed. To change {}:",
            counted(plan.accounts().into(), "account", "accounts")
        )?;
        writeln!(out, "  sealoff apply {} --confirm {}", quoted(&summary.folder), plan.accounts())
    }
}

/// A path as a shell takes it.
pub(super) fn quoted(path: &std::path::Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | ':' | '\\');
    if !text.is_empty() && text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// Shows that the directory is being read, on a terminal only.
pub(super) struct LookupProgress(Option<ProgressBar>);

impl LookupProgress {
    pub(super) fn start() -> Self {
        Self(io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(8));
            bar.set_message("reading the directory");
            bar.enable_steady_tick(Duration::from_millis(250));
            bar
        }))
    }

    pub(super) fn show(&mut self, rows: u32) {
        if let Some(bar) = &self.0 {
            bar.set_message(format!("reading the directory: {} rows looked up", count(rows.into())));
        }
    }

    pub(super) fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
