//! One account's claims and one reading of it become verdicts; nothing else decides.

use time::{Duration, OffsetDateTime};

use super::claims::Earlier;
use super::finding::{Finding, Judged};
use super::password_elsewhere;
use super::reading::{AccountReading, SeenAccount, SeenObject};
use super::seen_targets::SeenTargets;
use super::step_claim::StepClaim;
use crate::directory::PassUsability;
use crate::run::outcome::StepOutcome;
use crate::run::proof::Proof;
use crate::run::seen_step::{LaterPassword, NoMoment, NoPass, PassMade, PasswordBeside, SeenStep};
use crate::second::{Second, whole};
use crate::step::facts::ProvedBy;
use crate::step::{PassTerms, Step, StepMap};

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
    pub fn judge(&self, reading: &AccountReading) -> Vec<Finding> {
        self.judge_with(reading, |_| None)
    }

    /// The same where the targets of steps were listed, too.
    pub fn judge_with<'s>(
        &self,
        reading: &AccountReading,
        targets: impl Fn(Step) -> Option<&'s SeenTargets>,
    ) -> Vec<Finding> {
        let now = reading.at();
        let account = match &reading.seen {
            SeenObject::Account(account) => account,
            SeenObject::Missing => return self.unreadable(&SeenStep::AccountGone),
            SeenObject::Deleted => return self.unreadable(&SeenStep::AccountDeleted),
            SeenObject::Several => return self.unreadable(&SeenStep::AccountAmbiguous),
        };
        let judged = self.expected().map(|(step, expected)| {
            let claim = expected.claim;
            let (verdict, found, may_catch_up) = match step.facts().proved_by {
                ProvedBy::AccountEnabled(enabled) => self.judge_sign_in(enabled, expected, account, now),
                ProvedBy::PasswordChange => match claim {
                    StepClaim::AtProvider { replaced } => password_elsewhere::judge_at_provider(replaced, account),
                    StepClaim::OnPremises { replaced, is_right_one, by } => password_elsewhere::judge_on_premises(
                        replaced, is_right_one, by, self.last_password_change, account, reading,
                    ),
                    claim => self.judge_password(claim, account, now),
                },
                ProvedBy::SessionsValidFrom => self.judge_sessions(claim, account, now),
                ProvedBy::PassStands => self.judge_pass(claim, targets(step), now),
                ProvedBy::TargetsListed => judge_targets(claim, targets(step), now),
            };
            Finding { step, verdict, claim, found, may_catch_up }
        });
        judged.collect()
    }

    /// Was the step so before the run, so that no write was sent for it?
    pub fn is_as_before(&self, step: Step) -> bool {
        self.steps[step].as_ref().is_some_and(|expected| expected.claim == StepClaim::AsBefore)
    }

    fn expected(&self) -> impl Iterator<Item = (Step, &ExpectedStep)> {
        self.steps.iter().filter_map(|(step, expected)| Some((step, expected.as_ref()?)))
    }

    fn unreadable(&self, found: &SeenStep) -> Vec<Finding> {
        let cannot = |(step, expected): (Step, &ExpectedStep)| Finding {
            step,
            verdict: Proof::CannotBeProved,
            claim: expected.claim,
            found: found.clone(),
            may_catch_up: false,
        };
        self.expected().map(cannot).collect()
    }

    fn judge_sign_in(
        &self,
        wanted: bool,
        ExpectedStep { claim, earlier }: &ExpectedStep,
        account: &SeenAccount,
        now: OffsetDateTime,
    ) -> Judged {
        let Some(allowed) = account.enabled else {
            return (Proof::CannotBeProved, SeenStep::SignInUnknown, false);
        };
        let is = |because| SeenStep::SignIn { allowed, because };
        if allowed == wanted {
            return (Proof::Proved, is(None), false);
        }
        let decided = [Proof::Proved, Proof::Contradicted];
        let was_proved = earlier.as_ref().filter(|earlier| decided.contains(&earlier.verdict));
        let (last_seen, is_lag) = match (*claim, was_proved) {
            (StepClaim::NotDone { outcome }, None) => return (Proof::NotYet, is(Some(outcome)), false),
            (StepClaim::InDoubt, None) => return (Proof::NotYet, is(Some(StepOutcome::Uncertain)), true),
            (StepClaim::Done { date, noted }, earlier) => {
                let seen = earlier.map(|earlier| earlier.last_seen).or(date);
                (seen, now - noted < MAX_LAG && !self.shows_the_run(account))
            }
            (_, earlier) => (earlier.map(|earlier| earlier.last_seen), false),
        };
        if is_lag {
            return (Proof::NotYet, is(None), true);
        }
        // Found again, it is the same change: its moment does not move.
        let first = was_proved.and_then(|earlier| earlier.contradiction.clone());
        let found = first.unwrap_or_else(|| SeenStep::SignInAgain {
            allowed,
            after: last_seen.map(Second::of),
            before: Second::of(now),
            synced: account.synced,
        });
        (Proof::Contradicted, found, false)
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

    fn judge_password(&self, claim: StepClaim, account: &SeenAccount, now: OffsetDateTime) -> Judged {
        let (ours, is, noted) = match dated(claim, account.last_password_change()) {
            Ok(moments) => moments,
            Err((verdict, why)) => return (verdict, SeenStep::NoMoment(why), false),
        };
        let found = |later| SeenStep::Password { changed: Second::of(is), later };
        if is < ours - TOLERANCE || Some(is) == self.last_password_change.map(whole) {
            return (Proof::NotYet, found(None), now - noted < MAX_LAG);
        }
        if is <= ours + TOLERANCE {
            return (Proof::Proved, found(None), false);
        }
        if self.changes_password {
            return (Proof::Proved, found(Some(LaterPassword::ByPersonOrAnother)), false);
        }
        (Proof::Contradicted, found(Some(LaterPassword::ByAnother)), false)
    }

    fn judge_sessions(&self, claim: StepClaim, account: &SeenAccount, now: OffsetDateTime) -> Judged {
        let (ours, is, noted) = match dated(claim, account.sessions_valid_from()) {
            Ok(moments) => moments,
            Err((verdict, why)) => return (verdict, SeenStep::NoMoment(why), false),
        };
        let may_lag = now - noted < MAX_LAG;
        let found = |password| SeenStep::Sessions { ended: Second::of(is), password };
        if is < ours - TOLERANCE || Some(is) == self.sessions_valid_from.map(whole) {
            return (Proof::NotYet, found(None), may_lag);
        }
        let password = account.last_password_change().map(whole);
        if let Some(password) = password.filter(|password| *password > is) {
            let later = PasswordBeside::Later(Second::of(password));
            return (Proof::CannotBeProved, found(Some(later)), may_lag);
        }
        if is < ours && self.expects_password_change() && password == Some(is) {
            return (Proof::CannotBeProved, found(Some(PasswordBeside::SameSecond)), may_lag);
        }
        (Proof::Proved, found(None), false)
    }

    /// A pass is listed, and never shown: whether it is ours is seen by the moment at which it was made. One that is gone, or that
    /// another took the place of, lets no one in who was locked out: that is no contradiction.
    fn judge_pass(&self, claim: StepClaim, seen: Option<&SeenTargets>, now: OffsetDateTime) -> Judged {
        let listed = match seen {
            Some(SeenTargets::Pass(pass)) => pass.as_ref(),
            Some(SeenTargets::NotListed(error)) => {
                return (Proof::CannotBeProved, SeenStep::NotListed(error.clone()), false);
            }
            None | Some(SeenTargets::Listed { .. }) => return (Proof::CannotBeProved, SeenStep::NotAsked, false),
        };
        if let (None, StepClaim::Done { noted, .. }) = (listed, claim) {
            return match self.pass {
                Some(terms) if now < cannot_have_gone_before(terms, noted) => {
                    let may_lag = now - noted < MAX_LAG;
                    let verdict = if may_lag { Proof::NotYet } else { Proof::CannotBeProved };
                    (verdict, SeenStep::NoPass(NoPass::DeletedOrNotShown), may_lag)
                }
                _ => (Proof::CannotBeProved, SeenStep::NoPass(NoPass::UsedOrEnded), false),
            };
        }
        let (ours, is, noted) = match dated(claim, listed.and_then(|pass| pass.created_date_time)) {
            Ok(moments) => moments,
            Err((verdict, why)) => return (verdict, SeenStep::NoMoment(why), false),
        };
        let Some(pass) = listed else { return (Proof::CannotBeProved, SeenStep::NoPass(NoPass::NotKnown), false) };
        let found = |made| SeenStep::Pass { pass: pass.clone(), made };
        if is > ours + TOLERANCE {
            return (Proof::CannotBeProved, found(PassMade::Later(Second::of(is))), false);
        }
        if is < ours - TOLERANCE {
            return (Proof::NotYet, found(PassMade::Earlier(Second::of(is))), now - noted < MAX_LAG);
        }
        let is_off = pass.method_usability_reason == Some(PassUsability::DisabledByPolicy);
        (if is_off { Proof::CannotBeProved } else { Proof::Proved }, found(PassMade::AsOurs), false)
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

/// Only a list proves what became of targets ("Delete fido2AuthenticationMethod" promises nothing of the kind). One that appeared
/// since may be the person's own: it is named, and the step cannot be proved then; it contradicts nothing.
fn judge_targets(claim: StepClaim, seen: Option<&SeenTargets>, now: OffsetDateTime) -> Judged {
    let (planned, left, appeared) = match seen {
        None | Some(SeenTargets::Pass(_)) => return (Proof::CannotBeProved, SeenStep::NotAsked, false),
        Some(SeenTargets::NotListed(error)) => {
            return (Proof::CannotBeProved, SeenStep::NotListed(error.clone()), false);
        }
        Some(SeenTargets::Listed { planned, left, appeared }) => (*planned, left, appeared),
    };
    let found = |because| SeenStep::Targets { planned, left: left.clone(), appeared: appeared.clone(), because };
    if left.is_empty() {
        let verdict = if appeared.is_empty() { Proof::Proved } else { Proof::CannotBeProved };
        return (verdict, found(None), false);
    }
    match claim {
        StepClaim::Done { noted, .. } if now - noted < MAX_LAG => (Proof::NotYet, found(None), true),
        StepClaim::Done { .. } => (Proof::Contradicted, found(None), false),
        StepClaim::NotDone { outcome } => (Proof::NotYet, found(Some(outcome)), false),
        _ => (Proof::NotYet, found(None), false),
    }
}

/// The moment of our write by Graph's clock, the moment that the directory shows, and when the answer was noted here.
fn dated(
    claim: StepClaim,
    shown: Option<OffsetDateTime>,
) -> Result<(OffsetDateTime, OffsetDateTime, OffsetDateTime), (Proof, NoMoment)> {
    match (claim, shown) {
        (StepClaim::Done { date: Some(date), noted }, Some(shown)) => Ok((whole(date), whole(shown), noted)),
        (StepClaim::Done { date: None, .. }, _) => Err((Proof::CannotBeProved, NoMoment::OfAnswer)),
        (StepClaim::Done { .. }, None) => Err((Proof::CannotBeProved, NoMoment::Shown)),
        (StepClaim::InDoubt, shown) => {
            Err((Proof::CannotBeProved, NoMoment::Unanswered { shown: shown.map(Second::of) }))
        }
        (StepClaim::NotDone { outcome }, _) => Err((Proof::NotYet, NoMoment::NotDone(outcome))),
        (StepClaim::AsBefore | StepClaim::OnPremises { .. } | StepClaim::AtProvider { .. }, _) => {
            Err((Proof::CannotBeProved, NoMoment::NothingToDo))
        }
    }
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
        let failed = StepClaim::NotDone { outcome: StepOutcome::Failed };
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
        let earlier = |verdict, contradiction| {
            Some(Earlier { verdict, contradiction, last_seen: datetime!(2026-11-24 08:00 UTC) })
        };
        let of = |earlier, synced| {
            let mut expected = ExpectedEffects { steps: StepMap::default(), ..offboarded() };
            expected.steps[Step::Block] = Some(ExpectedStep { claim: StepClaim::AsBefore, earlier });
            let seen = SeenObject::Account(SeenAccount::with_moments(Some(true), synced, Some(BEFORE), Some(BEFORE)));
            expected.judge(&AccountReading::new(seen, datetime!(2026-11-24 09:00 UTC))).remove(0)
        };
        let changed = of(earlier(Proof::Proved, None), true);
        let first = SeenStep::SignInAgain {
            allowed: true,
            after: Some(Second::of(datetime!(2026-11-24 08:00 UTC))),
            before: Second::of(datetime!(2026-11-24 09:00 UTC)),
            synced: true,
        };
        assert_eq!((changed.verdict, &changed.found), (Proof::Contradicted, &first));
        let again = of(earlier(Proof::Contradicted, Some(SeenStep::Words("found first".to_owned()))), false);
        assert_eq!((again.verdict, again.found), (Proof::Contradicted, SeenStep::Words("found first".to_owned())));
        assert_eq!(of(None, false).verdict, Proof::Contradicted, "it was blocked when the plan was made");
    }
}
