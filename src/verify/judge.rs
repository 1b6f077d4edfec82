//! One account's claims and one reading of it become verdicts; nothing else decides.

use time::{Duration, OffsetDateTime};

use super::claims::{Earlier, StepClaim};
use super::finding::Finding;
use super::password_elsewhere;
use super::reading::{AccountReading, SeenAccount, SeenObject};
use super::second::whole;
use super::seen_targets::{SeenTargets, still_there};
use crate::directory::{PassUsability, StandingPass};
use crate::run::proof::Proof;
use crate::step::facts::ProvedBy;
use crate::step::target::TargetWords;
use crate::step::{PassTerms, Step, StepMap};
use crate::words::{counted, utc_second};

/// An answer's `Date` may be this much later than the moment at which the write took effect: the answer to a batch leaves
/// when its last item is done, and timestamps are whole seconds.
pub const TOLERANCE: Duration = Duration::seconds(5);

/// A replica that lags shows a write within minutes. What is not shown so long after the answer is not there.
pub const MAX_LAG: Duration = Duration::minutes(10);

/// What one account must show, and how it was before the run.
#[derive(Debug, Clone, Default)]
pub struct ExpectedEffects {
    /// The steps that must show.
    pub steps: StepMap<Option<ExpectedStep>>,
    /// Must the person choose another password at the next sign-in?
    pub changes_password: bool,
    /// When the password had last been changed before the run.
    pub last_password_change: Option<OffsetDateTime>,
    /// Since when sessions had been valid before the run.
    pub sessions_valid_from: Option<OffsetDateTime>,
    /// What its pass is like, where the plan makes any: from the person's own moment, where the list names one.
    pub pass: Option<PassTerms>,
}

/// One step that must show.
#[derive(Debug, Clone)]
pub struct ExpectedStep {
    /// What the journal says of it.
    pub claim: StepClaim,
    /// What was found when the account was read before.
    pub earlier: Option<Earlier>,
}

impl ExpectedEffects {
    /// Judges every expected step by a reading.
    #[must_use]
    pub fn judge(&self, reading: &AccountReading) -> Vec<Finding> {
        self.judge_with(reading, |_| None)
    }

    /// The same where the targets of steps were listed, too.
    #[must_use]
    pub fn judge_with<'s>(
        &self,
        reading: &AccountReading,
        targets: impl Fn(Step) -> Option<&'s SeenTargets>,
    ) -> Vec<Finding> {
        let now = reading.at();
        let account = match &reading.seen {
            SeenObject::Account(account) => account,
            SeenObject::Missing => return self.unreadable("the account is no longer in the directory"),
            SeenObject::Deleted => {
                return self.unreadable("the account was deleted; it needs a look if it is restored");
            }
            SeenObject::Several => return self.unreadable("the directory has more than one account with this id"),
        };
        let judged = self.expected().map(|(step, expected)| match step.facts().proved_by {
            ProvedBy::AccountEnabled(enabled) => self.judge_sign_in(step, enabled, expected, account, now),
            ProvedBy::PasswordChange => match expected.claim {
                StepClaim::AtProvider { replaced } => {
                    let (verdict, found) = password_elsewhere::judge_at_provider(replaced, account);
                    finding(step, verdict, expected_text(step, expected.claim), found, false)
                }
                StepClaim::OnPremises { replaced, is_right_one, by } => {
                    let (verdict, found, may_catch_up) = password_elsewhere::judge_on_premises(
                        replaced,
                        is_right_one,
                        by,
                        self.last_password_change,
                        account,
                        reading,
                    );
                    finding(step, verdict, expected_text(step, expected.claim), found, may_catch_up)
                }
                claim => self.judge_password(step, claim, account, now),
            },
            ProvedBy::SessionsValidFrom => self.judge_sessions(step, expected.claim, account, now),
            ProvedBy::PassStands => self.judge_pass(step, expected.claim, targets(step), now),
            ProvedBy::TargetsListed => judge_targets(step, expected.claim, targets(step), now),
        });
        judged.collect()
    }

    /// Was the step so before the run, so that no write was sent for it?
    #[must_use]
    pub fn is_as_before(&self, step: Step) -> bool {
        self.steps[step].as_ref().is_some_and(|expected| expected.claim == StepClaim::AsBefore)
    }

    fn expected(&self) -> impl Iterator<Item = (Step, &ExpectedStep)> {
        self.steps.iter().filter_map(|(step, expected)| Some((step, expected.as_ref()?)))
    }

    fn unreadable(&self, why: &str) -> Vec<Finding> {
        let cannot = |(step, expected): (Step, &ExpectedStep)| {
            finding(step, Proof::CannotBeProved, expected_text(step, expected.claim), why.to_owned(), false)
        };
        self.expected().map(cannot).collect()
    }

    fn judge_sign_in(
        &self,
        step: Step,
        wanted: bool,
        ExpectedStep { claim, earlier }: &ExpectedStep,
        account: &SeenAccount,
        now: OffsetDateTime,
    ) -> Finding {
        let expected = step.facts().effect.to_owned();
        let is = |enabled: bool| if enabled { "sign-in is allowed" } else { "sign-in is blocked" };
        let Some(enabled) = account.enabled else {
            let found = "the directory does not say whether sign-in is allowed".to_owned();
            return finding(step, Proof::CannotBeProved, expected, found, false);
        };
        if enabled == wanted {
            return finding(step, Proof::Proved, expected, is(enabled).to_owned(), false);
        }
        let decided = [Proof::Proved, Proof::Contradicted];
        let was_proved = earlier.as_ref().filter(|earlier| decided.contains(&earlier.verdict));
        let (last_seen, is_lag) = match (*claim, was_proved) {
            (StepClaim::NotDone { word }, None) => {
                let found = format!("{}; this run has not changed that ({word})", is(enabled));
                return finding(step, Proof::NotYet, expected, found, false);
            }
            (StepClaim::InDoubt, None) => {
                let found = format!("{}; the write was sent and never answered", is(enabled));
                return finding(step, Proof::NotYet, expected, found, true);
            }
            (StepClaim::Done { date, noted }, earlier) => {
                let seen = earlier.map(|earlier| earlier.last_seen).or(date);
                (seen, now - noted < MAX_LAG && !self.shows_the_run(account))
            }
            (_, earlier) => (earlier.map(|earlier| earlier.last_seen), false),
        };
        if is_lag {
            return finding(step, Proof::NotYet, expected, is(enabled).to_owned(), true);
        }
        let mut found = format!("{} again", is(enabled));
        if let Some(first) = was_proved.and_then(|earlier| earlier.contradiction.as_deref()) {
            // It is the same change, found again: its moment does not move.
            return finding(step, Proof::Contradicted, expected, first.to_owned(), false);
        }
        if let Some(last_seen) = last_seen {
            found += &format!(", changed between {} and {}", utc_second(last_seen), utc_second(now));
        } else {
            found += &format!(", changed before {}", utc_second(now));
        }
        if account.synced {
            found +=
                "; the account is mastered on-premises, and the directory sync sets it: change it in Active Directory";
        }
        finding(step, Proof::Contradicted, expected, found, false)
    }

    /// Does this reading come from a replica that has seen what the run did last to the account? Then nothing else that it
    /// shows is lag.
    fn shows_the_run(&self, account: &SeenAccount) -> bool {
        self.expected().any(|(step, expected)| {
            let (is, was) = match step.facts().proved_by {
                ProvedBy::AccountEnabled(_) | ProvedBy::TargetsListed | ProvedBy::PassStands => return false,
                ProvedBy::PasswordChange => (account.last_password_change(), self.last_password_change),
                ProvedBy::SessionsValidFrom => (account.sessions_valid_from(), self.sessions_valid_from),
            };
            match (expected.claim, is) {
                (StepClaim::Done { date: Some(date), .. }, Some(is)) => {
                    is >= whole(date) - TOLERANCE && was.map(whole) != Some(is)
                }
                _ => false,
            }
        })
    }

    fn judge_password(&self, step: Step, claim: StepClaim, account: &SeenAccount, now: OffsetDateTime) -> Finding {
        let expected = expected_text(step, claim);
        let made = |verdict, found, may_catch_up| finding(step, verdict, expected.clone(), found, may_catch_up);
        let changed = match dated(claim, account.last_password_change(), "when the password was last changed") {
            Ok(moments) => moments,
            Err((verdict, found)) => return made(verdict, found, false),
        };
        let (ours, is, noted) = changed;
        let found = format!("password changed at {}", utc_second(is));
        if is < ours - TOLERANCE || Some(is) == self.last_password_change.map(whole) {
            return made(Proof::NotYet, found, now - noted < MAX_LAG);
        }
        if is <= ours + TOLERANCE {
            return made(Proof::Proved, found, false);
        }
        if self.changes_password {
            let found = format!(
                "{found}, after our reset: by the person at the next sign-in, or by another one; the sealed password no longer opens it"
            );
            return made(Proof::Proved, found, false);
        }
        let found = format!(
            "{found}, after our reset: another password was set, and the sealed one no longer opens the account"
        );
        made(Proof::Contradicted, found, false)
    }

    fn judge_sessions(&self, step: Step, claim: StepClaim, account: &SeenAccount, now: OffsetDateTime) -> Finding {
        let expected = expected_text(step, claim);
        let made = |verdict, found, may_catch_up| finding(step, verdict, expected.clone(), found, may_catch_up);
        let ended = match dated(claim, account.sessions_valid_from(), "since when sessions are valid") {
            Ok(moments) => moments,
            Err((verdict, found)) => return made(verdict, found, false),
        };
        let (ours, is, noted) = ended;
        let may_lag = now - noted < MAX_LAG;
        let found = format!("sessions ended at {}", utc_second(is));
        if is < ours - TOLERANCE || Some(is) == self.sessions_valid_from.map(whole) {
            return made(Proof::NotYet, found, may_lag);
        }
        let password = account.last_password_change().map(whole);
        if let Some(password) = password.filter(|password| *password > is) {
            let found = format!("{found}, and the password was changed later, at {}", utc_second(password));
            return made(Proof::CannotBeProved, found, may_lag);
        }
        if is < ours && self.expects_password_change() && password == Some(is) {
            let found = format!(
                "{found}, in the same second as the password: a reset moves both, so it may be the reset's alone"
            );
            return made(Proof::CannotBeProved, found, may_lag);
        }
        made(Proof::Proved, found, false)
    }

    /// A pass is listed, and never shown: whether it is ours is seen by the moment at which it was made. One that is gone, or that
    /// another took the place of, lets no one in who was locked out: that is no contradiction.
    fn judge_pass(&self, step: Step, claim: StepClaim, seen: Option<&SeenTargets>, now: OffsetDateTime) -> Finding {
        let made =
            |verdict, found, may_catch_up| finding(step, verdict, expected_text(step, claim), found, may_catch_up);
        let listed = match seen {
            Some(SeenTargets::Pass(pass)) => pass.as_ref(),
            Some(SeenTargets::NotListed(error)) => {
                return made(Proof::CannotBeProved, format!("passes cannot be listed: {error}"), false);
            }
            None | Some(SeenTargets::Listed { .. }) => {
                return made(Proof::CannotBeProved, "passes were not listed".to_owned(), false);
            }
        };
        let created = listed.and_then(|pass| pass.created_date_time);
        let (ours, is, noted) = match (listed, claim) {
            (None, StepClaim::Done { noted, .. }) => {
                return match self.pass {
                    Some(terms) if now < cannot_have_gone_before(terms, noted) => {
                        let may_lag = now - noted < MAX_LAG;
                        let verdict = if may_lag { Proof::NotYet } else { Proof::CannotBeProved };
                        made(verdict, "there is no pass: it was deleted, or is not shown yet".to_owned(), may_lag)
                    }
                    _ => made(Proof::CannotBeProved, "there is no pass: it was used, or has ended".to_owned(), false),
                };
            }
            _ => match dated(claim, created, "when the pass was made") {
                Ok(moments) => moments,
                Err((verdict, found)) => return made(verdict, found, false),
            },
        };
        let Some(pass) = listed else { return made(Proof::CannotBeProved, "there is no pass".to_owned(), false) };
        let shown = pass_text(pass);
        if is > ours + TOLERANCE {
            let found = format!("{shown}, made at {}, after ours: another one took its place", utc_second(is));
            return made(Proof::CannotBeProved, found, false);
        }
        if is < ours - TOLERANCE {
            let may_lag = now - noted < MAX_LAG;
            return made(Proof::NotYet, format!("{shown}, made at {}, before ours", utc_second(is)), may_lag);
        }
        let is_off = pass.method_usability_reason == Some(PassUsability::DisabledByPolicy);
        made(if is_off { Proof::CannotBeProved } else { Proof::Proved }, shown, false)
    }

    fn expects_password_change(&self) -> bool {
        self.expected().any(|(step, _)| step.facts().proved_by == ProvedBy::PasswordChange)
    }
}

/// Until then, a pass that was made at that moment is neither used nor ended by itself.
fn cannot_have_gone_before(terms: PassTerms, made: OffsetDateTime) -> OffsetDateTime {
    let begins = terms.from.map_or(made, |from| from.max(made));
    let lasts = if terms.once { Duration::ZERO } else { Duration::minutes(terms.minutes.into()) };
    begins.saturating_add(lasts)
}

/// `a pass from … until …, which is good now`.
fn pass_text(pass: &StandingPass) -> String {
    let StandingPass { start_date_time, lifetime_in_minutes, is_usable, method_usability_reason, .. } = pass;
    let mut text = "a pass".to_owned();
    if let Some(from) = start_date_time {
        text += &format!(" from {}", utc_second(*from));
        let minutes = lifetime_in_minutes.map(|minutes| Duration::minutes(minutes.into()));
        if let Some(until) = minutes.and_then(|minutes| from.checked_add(minutes)) {
            text += &format!(" until {}", utc_second(until));
        }
    }
    text + match (is_usable, method_usability_reason) {
        (Some(true), _) => ", good now",
        (_, Some(PassUsability::NotYetValid)) => ", not good yet",
        (_, Some(PassUsability::Expired)) => ", which has ended",
        (_, Some(PassUsability::OneTimeUsed)) => ", which was used",
        (_, Some(PassUsability::DisabledByPolicy)) => ", which the policy of the tenant no longer allows",
        _ => "",
    }
}

/// Only a list proves what became of targets ("Delete fido2AuthenticationMethod" promises nothing of the kind). One that appeared
/// since may be the person's own: it is named, and the step cannot be proved then; it contradicts nothing.
fn judge_targets(step: Step, claim: StepClaim, seen: Option<&SeenTargets>, now: OffsetDateTime) -> Finding {
    let made = |verdict, found, may_catch_up| finding(step, verdict, expected_text(step, claim), found, may_catch_up);
    let Some(words) = step.facts().targets.as_ref().map(|targets| &targets.words) else {
        return made(Proof::CannotBeProved, "it has no targets".to_owned(), false);
    };
    let TargetWords { one, many, done, none_left, appeared: how_appeared, .. } = words;
    let (planned, left, appeared) = match seen {
        None => return made(Proof::CannotBeProved, format!("the {many} were not listed"), false),
        Some(SeenTargets::Pass(_)) => return made(Proof::CannotBeProved, format!("the {many} were not listed"), false),
        Some(SeenTargets::NotListed(error)) => {
            return made(Proof::CannotBeProved, format!("the {many} cannot be listed: {error}"), false);
        }
        Some(SeenTargets::Listed { planned, left, appeared }) => (*planned, left, appeared),
    };
    let new = match appeared.as_slice() {
        [] => String::new(),
        appeared => {
            format!("; {how_appeared}: {} (the person's own, or another's: plan once more)", appeared.join(", "))
        }
    };
    if left.is_empty() {
        let found = format!("none of {} is {none_left}{new}", counted(planned as u64, one, many));
        let verdict = if appeared.is_empty() { Proof::Proved } else { Proof::CannotBeProved };
        return made(verdict, found, false);
    }
    let mut found = format!("{}: {}{new}", still_there(left.len(), planned, words), left.join(", "));
    match claim {
        StepClaim::Done { noted, .. } if now - noted < MAX_LAG => made(Proof::NotYet, found, true),
        StepClaim::Done { .. } => made(Proof::Contradicted, found, false),
        StepClaim::NotDone { word } => {
            found += &format!("; this run has not {done} all of them ({word})");
            made(Proof::NotYet, found, false)
        }
        _ => made(Proof::NotYet, found, false),
    }
}

/// The moment of our write by Graph's clock, the moment that the directory shows, and when the answer was noted here.
fn dated(
    claim: StepClaim,
    shown: Option<OffsetDateTime>,
    what: &str,
) -> Result<(OffsetDateTime, OffsetDateTime, OffsetDateTime), (Proof, String)> {
    match (claim, shown) {
        (StepClaim::Done { date: Some(date), noted }, Some(shown)) => Ok((whole(date), whole(shown), noted)),
        (StepClaim::Done { date: None, .. }, _) => {
            Err((Proof::CannotBeProved, "the journal does not hold Graph's clock for this answer".to_owned()))
        }
        (StepClaim::Done { .. }, None) => Err((Proof::CannotBeProved, format!("the directory does not say {what}"))),
        (StepClaim::InDoubt, shown) => {
            let shown = shown.map(|shown| format!("; the directory shows {}", utc_second(shown))).unwrap_or_default();
            Err((Proof::CannotBeProved, format!("the write was sent and never answered, so no moment is known{shown}")))
        }
        (StepClaim::NotDone { word }, _) => Err((Proof::NotYet, format!("this run has not done it ({word})"))),
        (StepClaim::AsBefore | StepClaim::OnPremises { .. } | StepClaim::AtProvider { .. }, _) => {
            Err((Proof::CannotBeProved, "the run did nothing of the kind".to_owned()))
        }
    }
}

/// What is expected, in words. What is proved by a moment is expected at or after our write.
fn expected_text(step: Step, claim: StepClaim) -> String {
    let effect = step.facts().effect;
    match (step.facts().proved_by, claim) {
        (ProvedBy::PasswordChange | ProvedBy::SessionsValidFrom, StepClaim::Done { date: Some(date), .. }) => {
            format!("{effect} at or after {}", utc_second(date))
        }
        _ => effect.to_owned(),
    }
}

fn finding(step: Step, verdict: Proof, expected: String, found: String, may_catch_up: bool) -> Finding {
    Finding { step, verdict, expected, found, may_catch_up }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const OURS: OffsetDateTime = datetime!(2026-11-23 02:30:10 UTC);
    const BEFORE: OffsetDateTime = datetime!(2026-10-01 09:00:00 UTC);

    fn after(seconds: i64) -> OffsetDateTime {
        OURS + Duration::seconds(seconds)
    }

    fn done(date: OffsetDateTime) -> StepClaim {
        StepClaim::Done { date: Some(date), noted: date }
    }

    fn account(enabled: bool, password: OffsetDateTime, sessions: OffsetDateTime) -> SeenAccount {
        SeenAccount::with_moments(Some(enabled), false, Some(password), Some(sessions))
    }

    #[test]
    fn a_pass_that_has_not_begun_was_not_used() {
        let terms = |once, from| PassTerms { beside_password: true, minutes: 60, once, from };
        let tomorrow = after(36_000);
        for (once, from, until) in [
            (false, None, after(3_600)),
            (true, None, OURS),
            (false, Some(BEFORE), after(3_600)),
            (false, Some(tomorrow), after(39_600)),
            (true, Some(tomorrow), tomorrow),
        ] {
            assert_eq!(cannot_have_gone_before(terms(once, from), OURS), until, "{once} {from:?}");
        }
    }

    fn claims<const N: usize>(claims: [(Step, StepClaim); N]) -> StepMap<Option<ExpectedStep>> {
        let mut steps = StepMap::default();
        for (step, claim) in claims {
            steps[step] = Some(ExpectedStep { claim, earlier: None });
        }
        steps
    }

    /// Block and reset were answered at `OURS`, the revoke two seconds later.
    fn offboarded() -> ExpectedEffects {
        ExpectedEffects {
            steps: claims([(Step::Block, done(OURS)), (Step::Reset, done(OURS)), (Step::Revoke, done(after(2)))]),
            changes_password: false,
            last_password_change: Some(BEFORE),
            sessions_valid_from: Some(BEFORE),
            pass: None,
        }
    }

    fn verdicts(expected: &ExpectedEffects, account: SeenAccount) -> Vec<(Proof, bool)> {
        let findings = expected.judge(&AccountReading::new(SeenObject::Account(account), after(60)));
        findings.into_iter().map(|finding| (finding.verdict, finding.may_catch_up)).collect()
    }

    const PROVED: (Proof, bool) = (Proof::Proved, false);

    #[test]
    fn what_the_directory_shows_is_proved() {
        for (password, sessions) in [(0, 2), (-5, -3), (5, 9), (-3, 2), (0, 900)] {
            let shown = verdicts(&offboarded(), account(false, after(password), after(sessions)));
            assert_eq!(shown, [PROVED; 3], "{password} {sessions}");
        }
    }

    #[test]
    fn what_a_replica_does_not_show_yet_is_waited_for_and_what_it_must_show_is_not() {
        let stale = verdicts(&offboarded(), account(true, BEFORE, BEFORE));
        assert_eq!(stale, [(Proof::NotYet, true); 3]);
        let reenabled = verdicts(&offboarded(), account(true, OURS, after(2)));
        assert_eq!(reenabled, [(Proof::Contradicted, false), PROVED, PROVED]);
        let without_revoke = verdicts(&offboarded(), account(true, OURS, OURS));
        assert_eq!(without_revoke[0], (Proof::Contradicted, false), "block and reset travelled together");
        let much_later = after(2) + MAX_LAG;
        let late =
            offboarded().judge(&AccountReading::new(SeenObject::Account(account(true, BEFORE, BEFORE)), much_later));
        assert_eq!((late[0].verdict, late[1].may_catch_up), (Proof::Contradicted, false));
    }

    #[test]
    fn a_second_before_the_tolerance_is_not_ours() {
        let shown = verdicts(&offboarded(), account(false, after(-6), after(-4)));
        assert_eq!(shown[1..], [(Proof::NotYet, true); 2]);
        let unmoved = ExpectedEffects { last_password_change: Some(after(-2)), ..offboarded() };
        assert_eq!(verdicts(&unmoved, account(false, after(-2), after(2)))[1], (Proof::NotYet, true));
        let unmoved = ExpectedEffects { sessions_valid_from: Some(after(1)), ..offboarded() };
        assert_eq!(verdicts(&unmoved, account(false, after(0), after(1)))[2], (Proof::NotYet, true));
    }

    #[test]
    fn a_reset_is_not_taken_for_the_revoke() {
        let tie = verdicts(&offboarded(), account(false, OURS, OURS));
        assert_eq!(tie, [PROVED, PROVED, (Proof::CannotBeProved, true)]);
        let mut alone = offboarded();
        alone.steps[Step::Reset] = None;
        assert_eq!(verdicts(&alone, account(false, OURS, OURS))[1], PROVED, "nothing of ours but the revoke moved it");
        let later = verdicts(&offboarded(), account(false, after(4), after(3)));
        assert_eq!(later[2].0, Proof::CannotBeProved, "the password was changed after the sessions were ended");
    }

    #[test]
    fn another_password_is_seen() {
        let again = account(false, after(600), after(600));
        assert_eq!(verdicts(&offboarded(), again)[1], (Proof::Contradicted, false));
        let comes_back = ExpectedEffects { changes_password: true, ..offboarded() };
        assert_eq!(verdicts(&comes_back, again)[1], PROVED);
    }

    #[test]
    fn what_nothing_decides_is_not_called_proved() {
        let undated = StepClaim::Done { date: None, noted: OURS };
        let with = |reset, revoke| ExpectedEffects {
            steps: claims([(Step::Block, done(OURS)), (Step::Reset, reset), (Step::Revoke, revoke)]),
            ..offboarded()
        };
        let without_dates = with(undated, undated);
        let shown = verdicts(&without_dates, account(false, OURS, after(2)));
        assert_eq!(shown, [PROVED, (Proof::CannotBeProved, false), (Proof::CannotBeProved, false)]);
        let failed = StepClaim::NotDone { word: "failed" };
        let not_done = with(failed, StepClaim::InDoubt);
        let shown = verdicts(&not_done, account(false, OURS, after(2)));
        assert_eq!(shown[1..], [(Proof::NotYet, false), (Proof::CannotBeProved, false)]);
        for gone in [SeenObject::Missing, SeenObject::Several, SeenObject::Deleted] {
            let findings = offboarded().judge(&AccountReading::new(gone, after(60)));
            assert!(findings.iter().all(|finding| finding.verdict == Proof::CannotBeProved && !finding.may_catch_up));
            assert_eq!(findings.len(), 3);
        }
        let hidden = SeenAccount::with_moments(None, false, None, Some(after(2)));
        let shown = verdicts(&offboarded(), hidden);
        assert_eq!(shown[..2], [(Proof::CannotBeProved, false); 2]);
    }

    #[test]
    fn what_was_proved_and_no_longer_is_was_changed_in_between() {
        let earlier = |verdict, contradiction: Option<&str>| {
            let contradiction = contradiction.map(Into::into);
            Some(Earlier { verdict, contradiction, last_seen: datetime!(2026-11-24 08:00 UTC) })
        };
        let of = |earlier, synced| {
            let mut expected = ExpectedEffects { steps: StepMap::default(), ..offboarded() };
            expected.steps[Step::Block] = Some(ExpectedStep { claim: StepClaim::AsBefore, earlier });
            let seen = SeenObject::Account(SeenAccount::with_moments(Some(true), synced, Some(BEFORE), Some(BEFORE)));
            expected.judge(&AccountReading::new(seen, datetime!(2026-11-24 09:00 UTC))).remove(0)
        };
        let changed = of(earlier(Proof::Proved, None), true);
        assert_eq!(changed.verdict, Proof::Contradicted);
        for said in ["between 2026-11-24T08:00:00Z and 2026-11-24T09:00:00Z", "directory sync"] {
            assert!(changed.found.contains(said), "{}", changed.found);
        }
        let again = of(earlier(Proof::Contradicted, Some("as it was found first")), false);
        assert_eq!((again.verdict, again.found.as_str()), (Proof::Contradicted, "as it was found first"));
        assert_eq!(of(None, false).verdict, Proof::Contradicted, "it was blocked when the plan was made");
    }
}
