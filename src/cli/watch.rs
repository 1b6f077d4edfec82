//! One reading after the other, until the operator ends it: what changes is printed with its time, and at the end what was
//! found in all.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Duration;

use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::connect::Connected;
use super::contradiction_command::ContradictionCalls;
use super::exit::{Exit, Failure};
use super::lines::{self, Lines};
use super::messages;
use super::preview::note_unprinted;
use super::reading_display::ReadingDisplay;
use super::verification::{Open, Verification, VerificationDocument};
use super::words::{count, counted, harmless, span};
use crate::ids::RowNumber;
use crate::plan::folder::PlanFolder;
use crate::plan::row::ListPlace;
use crate::run::first_named::FirstNamed;
use crate::run::proof::Proof;
use crate::verify::claims::RunClaims;
use crate::wording::next_steps::first_of;
use crate::wording::standing::changed_back;
use crate::wording::worded_step::WordedStep;
use crate::words::{moment, time_of_day};

/// A watch over the accounts of a run.
pub(super) struct Watch<'a> {
    plan: &'a PlanFolder,
    connected: &'a Connected,
    interval: Duration,
    json: bool,
    calls: Option<ContradictionCalls>,
    display: ReadingDisplay,
    began: OffsetDateTime,
    readings: u64,
    failed: u64,
    /// How many readings have failed one after the other.
    failed_since: u64,
    /// What the last reading found.
    last: Option<VerificationDocument>,
    /// Everyone who was found changed back, by their sign-in names.
    found_back: BTreeMap<RowNumber, (ListPlace, String)>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(
        plan: &'a PlanFolder,
        connected: &'a Connected,
        interval: Duration,
        json: bool,
        calls: Option<ContradictionCalls>,
    ) -> Self {
        Self {
            plan,
            connected,
            interval,
            json,
            calls,
            display: ReadingDisplay::of_many(),
            began: OffsetDateTime::now_utc(),
            readings: 0,
            failed: 0,
            failed_since: 0,
            last: None,
            found_back: BTreeMap::new(),
        }
    }

    /// Reads all accounts again and again. The first reading waits as long as `wait` for a replica that lags.
    ///
    /// # Errors
    ///
    /// The first reading failed. A later one that fails is said, and made again.
    pub(super) async fn keep(
        mut self,
        mut claims: RunClaims,
        mut wait: Duration,
        stop: &CancellationToken,
    ) -> Result<Exit, Failure> {
        loop {
            let verification = Verification { plan: self.plan, claims, connected: self.connected, wait };
            let display = &mut self.display;
            let read = tokio::select! {
                read = verification.make(|progress| display.show(progress)) => read,
                () = stop.cancelled() => return Ok(self.end().await),
            };
            match read {
                Ok(result) => self.take(result),
                // A watch through the night must survive an hour without a network, and a run that goes on meanwhile.
                Err(failure) if self.last.is_some() => self.note_failure(&failure),
                Err(failure) => return Err(failure),
            }
            if !self.rest(stop).await {
                return Ok(self.end().await);
            }
            // What was waited for once is not waited for each time.
            wait = Duration::ZERO;
            claims = RunClaims::read(self.plan)?;
        }
    }

    fn take(&mut self, result: VerificationDocument) {
        if self.failed_since > 0 {
            let failed = counted(self.failed_since, "reading", "readings");
            self.display.beside(|| messages::info(format_args!("{}  reads again, after {failed} failed", now())));
        }
        (self.readings, self.failed_since) = (self.readings + 1, 0);
        let before = self.last.take().map(|last| last.not_proved);
        self.display.beside(|| result.show(self.json, before.as_deref()));
        for open in back(&result.not_proved) {
            self.found_back.entry(open.row).or_insert_with(|| (open.place(), open.user_principal_name.clone()));
        }
        if let Some(calls) = &mut self.calls {
            calls.call(&result.not_proved, before.as_deref().unwrap_or_default());
        }
        self.last = Some(result);
    }

    /// The first of several is said: an outage has one line at its beginning and one at its end.
    fn note_failure(&mut self, failure: &Failure) {
        (self.failed, self.failed_since) = (self.failed + 1, self.failed_since + 1);
        if self.failed_since == 1 {
            let apart = span(self.interval);
            let say = || {
                messages::warn(format_args!(
                    "{}  this reading failed, and is made again every {apart}: {}",
                    now(),
                    failure.what
                ))
            };
            self.display.beside(say);
        }
    }

    /// Waits for the next reading, and shows meanwhile what ends. Is another one wanted?
    async fn rest(&mut self, stop: &CancellationToken) -> bool {
        self.display.rest(self.standing());
        let sleep = self.connected.clock.sleep(self.interval);
        tokio::pin!(sleep);
        loop {
            let Some(calls) = &mut self.calls else {
                return tokio::select! { () = &mut sleep => true, () = stop.cancelled() => false };
            };
            let display = &self.display;
            tokio::select! {
                () = &mut sleep => return true,
                () = stop.cancelled() => return false,
                () = calls.next(|say| display.beside(say)) => {}
            }
        }
    }

    /// The one line at a terminal.
    fn standing(&self) -> String {
        let Some(last) = &self.last else { return String::new() };
        let people = named(back(&last.not_proved).map(|open| (open.place(), open.user_principal_name.as_str())));
        let read = counted(last.accounts, "account read", "accounts read");
        let what = match people.count {
            0 if last.not_proved.is_empty() => format!("{read}, all as planned"),
            0 => format!("{read}, {} not proved", counted(last.not_proved.len() as u64, "step", "steps")),
            // The line may be cut off at its end: what matters most comes first.
            number => format!("{}: {}", changed_back(number, self.plan.manifest().playbook), first_of(&people)),
        };
        let time = time_of_day(OffsetDateTime::now_utc());
        format!("{time}  {what}; next reading in {}", span(self.interval))
    }

    async fn end(mut self) -> Exit {
        let exit = match &self.last {
            Some(last) if self.failed_since == 0 => last.exit(),
            _ => Exit::Unfinished,
        };
        self.display.end();
        if let Some(calls) = &mut self.calls {
            calls.stop().await;
        }
        if self.json {
            if !messages::is_quiet() {
                messages::print(&Lines::of(|out| self.sum(out)));
            }
        } else {
            let mut out = anstream::stdout();
            let written = lines::write(&mut out, |out| {
                out.blank();
                self.sum(out);
            });
            note_unprinted(written.and_then(|()| out.flush()));
        }
        exit
    }

    /// What was found in all.
    fn sum(&self, out: &mut Lines) {
        let readings = counted(self.readings, "reading", "readings");
        let failed = match self.failed {
            0 => String::new(),
            failed => format!(", and {} failed", count(failed)),
        };
        out.text(format_args!("Watched from {} to {}: {readings}{failed}.", moment(self.began), now()));
        let Some(last) = &self.last else { return };
        let people = named(self.found_back.values().map(|(place, name)| (*place, name.as_str())));
        if people.count == 0 {
            return out.text("No account was found changed back.");
        }
        let playbook = self.plan.manifest().playbook;
        out.text(format_args!("{}: {}.", changed_back(people.count, playbook), first_of(&people)));
        let still = named(back(&last.not_proved).map(|open| (open.place(), open.user_principal_name.as_str())));
        match still.count {
            0 => out.text("All of them are as planned again."),
            number => {
                let still_so = counted(number, "of them is so still", "of them are so still");
                out.text(WordedStep::typed(format_args!("{still_so}. To plan exactly these again"), &last.again));
            }
        }
    }
}

/// The steps that were changed back.
fn back(not_proved: &[Open]) -> impl Iterator<Item = &Open> {
    not_proved.iter().filter(|open| open.verdict == Proof::Contradicted)
}

/// Each person once.
fn named<'a>(people: impl Iterator<Item = (ListPlace, &'a str)>) -> FirstNamed {
    let people: BTreeMap<RowNumber, (ListPlace, &str)> =
        people.map(|(place, name)| (place.row, (place, name))).collect();
    let mut named = FirstNamed::default();
    people.into_values().for_each(|(place, name)| named.add(place, &harmless(name)));
    named
}

fn now() -> String {
    moment(OffsetDateTime::now_utc())
}
