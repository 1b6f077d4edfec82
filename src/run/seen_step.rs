//! What a reading of the directory shows of a step, as the journal keeps it. Its words are for those who show it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::outcome::StepOutcome;
use super::seen_target::SeenTarget;
use crate::directory::{NotListed, StandingPass};
use crate::second::Second;

/// What a reading shows of a step: the grounds of its [proof](super::proof::Proof).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeenStep {
    /// No account has the id any more.
    AccountGone,
    /// The account was deleted, and can still be restored.
    AccountDeleted,
    /// More than one account has the id.
    AccountAmbiguous,
    /// The directory does not say whether sign-in is allowed.
    SignInUnknown,
    /// Sign-in is allowed, or blocked.
    SignIn {
        /// Is it allowed?
        allowed: bool,
        /// How far the run is with it, where that is why it is not what it is to be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<StepOutcome>,
    },
    /// It is what it was before the run, or before the last reading.
    SignInAgain {
        /// Is it allowed?
        allowed: bool,
        /// When it was still as it is to be, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Second>,
        /// When it was found changed.
        before: Second,
        /// Does the directory sync set it?
        synced: bool,
    },
    /// When the password was changed.
    Password {
        /// Then.
        changed: Second,
        /// Was that after our reset, and by whom may it be?
        #[serde(default, skip_serializing_if = "Option::is_none")]
        later: Option<LaterPassword>,
    },
    /// When the sessions were ended.
    Sessions {
        /// Then.
        ended: Second,
        /// The change of the password that leaves open whether a revoke ended them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password: Option<PasswordBeside>,
    },
    /// A pass is listed.
    Pass {
        /// What is listed of it.
        pass: StandingPass,
        /// Is it ours, by the moment at which it was made?
        made: PassMade,
    },
    /// None is listed.
    NoPass(NoPass),
    /// The targets of the step are listed.
    Targets {
        /// How many the plan names.
        planned: usize,
        /// Those of them that are not done.
        left: Vec<SeenTarget>,
        /// Those that the plan did not list: they appeared after it was made.
        appeared: Vec<SeenTarget>,
        /// How far the run is, where that is why some are left.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<StepOutcome>,
    },
    /// Targets or passes cannot be listed.
    NotListed(NotListed),
    /// They were not listed.
    NotAsked,
    /// A moment has to be compared, and one of the two is not known.
    NoMoment(NoMoment),
    /// A password that is kept in Active Directory.
    OnPremises {
        /// When the directory shows that it was changed.
        changed: Option<Second>,
        /// What is known of it there.
        there: PasswordThere,
    },
    /// A password that is kept at an identity provider.
    AtProvider(AtProvider),
    /// The words of a sealoff that kept nothing else.
    #[serde(untagged)]
    Words(String),
}

/// Who may have changed a password after our reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LaterPassword {
    /// The person, who had to choose another one at the next sign-in, or somebody else.
    ByPersonOrAnother,
    /// Somebody, and it was not to be changed.
    ByAnother,
}

/// A change of the password that leaves open whether a revoke ended the sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PasswordBeside {
    /// It was changed after the sessions were ended.
    Later(Second),
    /// It was changed in the same second: a reset moves both.
    SameSecond,
}

/// When a pass was made that is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PassMade {
    /// When ours was.
    AsOurs,
    /// After ours, whose place it took.
    Later(Second),
    /// Before ours, which is not shown.
    Earlier(Second),
}

/// Why no pass is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoPass {
    /// Its time has not come or is not over: it was deleted, or is not shown yet.
    DeletedOrNotShown,
    /// It was used, or has ended.
    UsedOrEnded,
    /// It is not known whether one was made.
    NotKnown,
}

/// Why two moments cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoMoment {
    /// The journal does not hold Graph's clock for the answer.
    OfAnswer,
    /// The directory does not show it.
    Shown,
    /// The write was sent and never answered.
    Unanswered {
        /// What the directory shows.
        shown: Option<Second>,
    },
    /// The run has not done the step, and is so far with it.
    NotDone(StepOutcome),
    /// Nothing of the kind was to be done.
    NothingToDo,
}

/// Who replaces a password in Active Directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReplacedBy {
    /// The script.
    Script,
    /// Password writeback.
    Writeback,
    /// A person, who need not have said when.
    Person,
}

/// What is known of a password that is kept in Active Directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PasswordThere {
    /// The account is no longer synced: its password is kept in the cloud now.
    NoLongerSynced,
    /// Nothing says that it was replaced.
    NotReplaced {
        /// Who was to do it.
        by: ReplacedBy,
    },
    /// The script set another password than the sealed one.
    AnotherSet,
    /// It was replaced, and the hash sync brought it here.
    Brought {
        /// When it was replaced.
        replaced: Second,
    },
    /// It was replaced, and is not shown here.
    NotBrought {
        /// When it was replaced, or by when.
        replaced: Second,
        /// Who did it.
        by: ReplacedBy,
        /// When the directory sync last ran, where that is known.
        synced: Option<Second>,
        /// Did the sync run late enough to bring it, if it brought passwords?
        overdue: bool,
    },
}

/// What is known of a password that is kept at an identity provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AtProvider {
    /// The account is synced now: its password is kept in Active Directory.
    SyncedNow,
    /// No one says that it was changed.
    NotSaid,
    /// A person says that it was changed, by this moment.
    Said(Second),
}

impl SeenStep {
    /// The same without what is another thing at each reading.
    pub fn lasting(&self) -> Cow<'_, Self> {
        match self {
            Self::NotListed(NotListed::Refused(error)) => {
                Cow::Owned(Self::NotListed(NotListed::Refused(error.lasting())))
            }
            _ => Cow::Borrowed(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{MethodKind, PassUsability};
    use crate::graph::error::GraphError;
    use time::macros::datetime;

    #[test]
    fn what_was_seen_survives_the_journal_and_older_ones_are_read_as_words() {
        let second = Second::of(datetime!(2026-11-23 02:30:10 UTC));
        let method = SeenTarget::Method { kind: MethodKind::Passkey, registered: Some(second) };
        let pass = StandingPass {
            created_date_time: Some(second.moment()),
            start_date_time: None,
            lifetime_in_minutes: Some(60),
            is_usable: Some(true),
            method_usability_reason: Some(PassUsability::EnabledByPolicy),
        };
        let by = ReplacedBy::Person;
        for seen in [
            SeenStep::AccountGone,
            SeenStep::NotAsked,
            SeenStep::SignIn { allowed: true, because: Some(StepOutcome::Uncertain) },
            SeenStep::SignInAgain { allowed: true, after: None, before: second, synced: true },
            SeenStep::Password { changed: second, later: Some(LaterPassword::ByAnother) },
            SeenStep::Sessions { ended: second, password: Some(PasswordBeside::Later(second)) },
            SeenStep::Pass { pass, made: PassMade::Later(second) },
            SeenStep::NoPass(NoPass::UsedOrEnded),
            SeenStep::Targets { planned: 2, left: vec![method], appeared: Vec::new(), because: None },
            SeenStep::NotListed(NotListed::Garbled("odd".into())),
            SeenStep::NoMoment(NoMoment::Unanswered { shown: Some(second) }),
            SeenStep::NoMoment(NoMoment::NotDone(StepOutcome::Failed)),
            SeenStep::OnPremises {
                changed: Some(second),
                there: PasswordThere::NotBrought { replaced: second, by, synced: None, overdue: false },
            },
            SeenStep::AtProvider(AtProvider::Said(second)),
        ] {
            let json = serde_json::to_string(&seen).unwrap();
            assert_eq!(serde_json::from_str::<SeenStep>(&json).unwrap(), seen, "{json}");
            assert!(!matches!(seen, SeenStep::Words(_)));
        }
        let old: SeenStep = serde_json::from_str("\"sign-in is blocked\"").unwrap();
        assert_eq!(old, SeenStep::Words("sign-in is blocked".to_owned()));
    }

    #[test]
    fn a_refusal_is_the_same_whatever_graph_calls_the_request() {
        let refused = |id: &str, code: &str| {
            let error =
                GraphError { status: 403, code: code.into(), request_id: Some(id.to_owned()), ..GraphError::default() };
            SeenStep::NotListed(NotListed::Refused(error))
        };
        assert_ne!(refused("1", "a"), refused("2", "a"));
        assert_eq!(refused("1", "a").lasting(), refused("2", "a").lasting());
        assert_ne!(refused("1", "a").lasting(), refused("1", "b").lasting());
    }
}
