//! `sealoff simulate --watch`: what happens in the tenant, drawn live on a terminal.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::words::{counted, fitting, harmless, line_width};
use crate::simulator::{Counters, Operation, Simulator, WriteRecord};

/// How often it is drawn.
const EVERY: Duration = Duration::from_millis(250);
/// The rate is taken over this many drawings: five seconds.
const RATE_SAMPLES: usize = 20;
/// How many of the last writes are shown.
const WRITES_SHOWN: usize = 12;

/// Draws until it is dropped.
pub(super) async fn watch(simulator: &Simulator, clock_speed: f64) -> Infallible {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(8));
    if let Ok(style) = ProgressStyle::with_template("{msg}") {
        bar.set_style(style);
    }
    // What was drawn last stays when the simulator ends.
    let bar = Abandoned(bar);
    let mut applied = VecDeque::with_capacity(RATE_SAMPLES + 1);
    loop {
        let counters = simulator.counters();
        applied.push_back((Instant::now(), counters.writes_applied));
        if applied.len() > RATE_SAMPLES {
            applied.pop_front();
        }
        let writes = simulator.last_writes(WRITES_SHOWN);
        let seen = writes.into_iter().map(|write| {
            let name = write.object_id.and_then(|id| name_of(simulator, id));
            (write, name)
        });
        let picture = Picture { counters, rate: rate(&applied, clock_speed), writes: seen.collect() };
        bar.0.set_message(picture.lines(line_width()).join("\n"));
        bar.0.tick();
        tokio::time::sleep(EVERY).await;
    }
}

struct Abandoned(ProgressBar);

impl Drop for Abandoned {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

fn name_of(simulator: &Simulator, id: uuid::Uuid) -> Option<String> {
    simulator.user(&id.to_string()).map(|user| user.user_principal_name.into())
}

/// Writes in a second of tenant time.
fn rate(applied: &VecDeque<(Instant, u64)>, clock_speed: f64) -> f64 {
    let (Some((began, first)), Some((ended, last))) = (applied.front(), applied.back()) else { return 0.0 };
    let seconds = ended.duration_since(*began).as_secs_f64() * clock_speed;
    if seconds > 0.0 { (last - first) as f64 / seconds } else { 0.0 }
}

/// What is drawn.
struct Picture {
    counters: Counters,
    rate: f64,
    /// The last writes, with the user principal name that each was for.
    writes: Vec<(WriteRecord, Option<String>)>,
}

impl Picture {
    fn lines(&self, width: usize) -> Vec<String> {
        let counters = &self.counters;
        let mut lines = vec![
            String::new(),
            format!(
                "{} applied, {:.1} a second; {} under way",
                counted(counters.writes_applied, "write", "writes"),
                self.rate,
                counted(counters.in_flight, "call", "calls")
            ),
            format!(
                "{} in {}; {}; {} given or refused",
                counted(counters.batch_items, "request", "requests"),
                counted(counters.batches, "batch", "batches"),
                counted(counters.reads, "read", "reads"),
                counted(counters.token_requests, "token", "tokens")
            ),
        ];
        lines.extend(self.trouble());
        lines.push(String::new());
        for (write, name) in &self.writes {
            let name = name.as_deref().map_or_else(|| "no user of this tenant".into(), harmless);
            let answered = if write.answered { "" } else { "  (not answered)" };
            let (at, what) = (clock(write.at), operation(&write.operation));
            lines.push(format!("{at}  {}  {what:<14}{name}{answered}", write.status));
        }
        if self.writes.is_empty() {
            lines.push("No write yet.".to_owned());
        }
        lines.into_iter().map(|line| fitting(&line, width).into_owned()).collect()
    }

    /// What goes wrong on purpose, and what the client does that it should not.
    fn trouble(&self) -> impl Iterator<Item = String> {
        let counters = &self.counters;
        let violations = &counters.violations;
        let wrong = [
            (counters.throttled_items, "throttled by the quota", "throttled by the quota"),
            (
                counters.faulted_items + counters.missing_ids + counters.spoilt_items,
                "request struck by a fault",
                "requests struck by faults",
            ),
            (
                counters.throttled_envelopes
                    + counters.failed_envelopes
                    + counters.lost_answers
                    + counters.spoilt_calls
                    + counters.slow_calls,
                "call struck by a fault",
                "calls struck by faults",
            ),
            (counters.outages, "outage", "outages"),
            (counters.comebacks, "comeback of the intruder", "comebacks of the intruder"),
            (counters.unauthorized, "call without a good token", "calls without a good token"),
            (
                violations.overlapping_writes,
                "write for an account while another was under way",
                "writes for accounts while others were under way",
            ),
            (violations.writes_by_name, "write by name", "writes by name"),
            (violations.malformed_batches, "malformed batch", "malformed batches"),
            (violations.not_simulated, "call that is not simulated", "calls that are not simulated"),
        ];
        let wrong: Vec<String> =
            wrong.into_iter().filter(|(n, ..)| *n > 0).map(|(n, one, more)| counted(n, one, more)).collect();
        (!wrong.is_empty()).then(|| wrong.join("; ")).into_iter()
    }
}

/// Tenant time since the start, as hours, minutes and seconds.
fn clock(at: Duration) -> String {
    let seconds = at.as_secs();
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

fn operation(operation: &Operation) -> &'static str {
    match operation {
        Operation::Patch { account_enabled, password, .. } => match (account_enabled, password.is_some()) {
            (Some(false), true) => "block, reset",
            (Some(false), false) => "block",
            (Some(true), true) => "unblock, reset",
            (Some(true), false) => "unblock",
            (None, true) => "reset",
            (None, false) => "update",
        },
        Operation::Revoke => "revoke",
        Operation::DeleteMethod { .. } => "delete method",
        Operation::ConfirmCompromised => "confirm risk",
        Operation::DismissRisk => "dismiss risk",
        Operation::DeleteConsent { .. } => "delete consent",
        Operation::CreateConsent { .. } => "create consent",
        Operation::CreatePass { .. } => "create pass",
        Operation::ResetThere { .. } => "reset by writeback",
        Operation::PatchDevice { account_enabled: false, .. } => "disable device",
        Operation::PatchDevice { account_enabled: true, .. } => "enable device",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::Violations;

    fn write(operation: Operation, status: u16, answered: bool) -> WriteRecord {
        WriteRecord {
            sequence: 1,
            at: Duration::from_secs(3_725),
            app: uuid::Uuid::nil(),
            batch: Some(1),
            object_id: None,
            operation,
            status,
            applied: status < 300,
            answered,
        }
    }

    #[test]
    fn the_picture_shows_the_last_writes_and_all_trouble() {
        let violations = Violations { writes_by_name: 2, ..Violations::default() };
        let counters =
            Counters { writes_applied: 1_500, throttled_items: 20, lost_answers: 3, violations, ..Counters::default() };
        let block = Operation::Patch { account_enabled: Some(false), password: None, force_change: None };
        let writes = vec![
            (write(block, 204, true), Some("ada\u{1b}[31m@contoso.com".to_owned())),
            (write(Operation::Revoke, 200, false), None),
        ];
        let lines = Picture { counters, rate: 19.96, writes }.lines(90);
        assert_eq!(lines[1], "1,500 writes applied, 20.0 a second; 0 calls under way");
        assert_eq!(lines[3], "20 throttled by the quota; 3 calls struck by faults; 2 writes by name");
        assert!(
            lines[5].starts_with("01:02:05  204  block         ada") && !lines[5].contains('\u{1b}'),
            "{}",
            lines[5]
        );
        assert_eq!(lines[6], "01:02:05  200  revoke        no user of this tenant  (not answered)");
        let once = Violations { overlapping_writes: 1, malformed_batches: 1, ..Violations::default() };
        let counters = Counters { unauthorized: 1, outages: 1, violations: once, ..Counters::default() };
        assert_eq!(
            Picture { counters, rate: 0.0, writes: Vec::new() }.lines(200)[3],
            "1 outage; 1 call without a good token; 1 write for an account while another was under way; 1 malformed batch"
        );
        assert_eq!(
            Picture { counters: Counters::default(), rate: 0.0, writes: Vec::new() }.lines(40)[4],
            "No write yet."
        );
    }

    #[test]
    fn the_rate_is_in_tenant_time() {
        let now = Instant::now();
        let applied = VecDeque::from([(now, 100), (now + Duration::from_secs(2), 500)]);
        assert!((rate(&applied, 10.0) - 20.0).abs() < 1e-9);
        assert!(rate(&VecDeque::from([(now, 7)]), 1.0).abs() < f64::EPSILON);
    }
}
