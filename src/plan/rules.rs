//! All that the operator laid down for one plan.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::by_hand::ChosenPasswords;
use super::consents_option::ConsentsOption;
use super::handoff::HandoffKeys;
use super::methods_option::MethodsOption;
use super::pass_wish::PassWish;
use super::playbook::Playbook;
use super::protected::Protected;
use super::reason::Reason;
use super::risk_plan::{self, RiskRuleError};
use crate::directory::Scope;
use crate::graph::risk_mark::RiskMark;
use crate::ids::ObjectId;
use crate::json::Rfc3339Moment;
use crate::seal::PasswordStyle;
use crate::step::{PassTerms, Step, Steps};

/// A plan that changes more accounts than this is not carried out until the operator names the number.
pub const MAX_ACCOUNTS: u32 = 5_000;

/// What the operator lifted or narrowed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Administrators are treated like all other accounts.
    pub allow_privileged: bool,
    /// Passwords that are kept on-premises are tried, too.
    pub allow_synced: bool,
    /// Passwords of federated domains are tried, too.
    pub allow_federated: bool,
    /// Guests are left alone altogether.
    pub skip_guests: bool,
    /// What new passwords are like.
    pub password: PasswordStyle,
    /// New passwords are thrown away.
    pub discard_credentials: bool,
    /// Directory roles are not read: no account is known as an administrator's.
    pub without_roles: bool,
    /// Domains are not read: none is known as federated.
    pub without_domains: bool,
    /// Sessions that were ended at or after this moment need not be ended again.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    #[schemars(with = "Option<Rfc3339Moment>")]
    pub since: Option<OffsetDateTime>,
    /// Rows that contradict the directory are refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub strict: bool,
    /// Accounts that are not one person's are treated like all others, in a list of everybody too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_resource_accounts: bool,
    /// It is asked what each mailbox is for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub check_mailboxes: bool,
    /// Each person's manager hands the new password over, as the directory knows them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub handoff_by_manager: bool,
    /// New passwords of synced people are written back to Active Directory, by a person who signs in for that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub writeback: bool,
    /// How many accounts may be changed; without it [`MAX_ACCOUNTS`] and no more than a quarter of the tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_accounts: Option<u32>,
    /// What is done about the methods that people sign in with beside their password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub methods: Option<MethodsOption>,
    /// The devices of people are listed, and disabled.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub devices: bool,
    /// What the temporary access passes are like, where each person gets one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<PassTerms>,
    /// What is said of the risk of people when all else is done for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<RiskMark>,
}

impl Options {
    /// What is done to an ordinary account: of the playbook's steps that have targets those that were asked for, and a pass where one
    /// was.
    pub fn steps_of(&self, playbook: Playbook) -> Steps {
        let steps = playbook.steps().only(|step| match step {
            Step::Methods => self.methods.is_some_and(MethodsOption::removes),
            Step::Devices | Step::EnableDevices => self.devices,
            // A run blocked, or it disabled devices.
            Step::Unblock if playbook == Playbook::Undo => !self.devices,
            _ => true,
        });
        if self.pass.is_some() { steps.with(Step::Pass) } else { steps }
    }

    /// The flag that would still lift what a reason stands for: one that was given is not offered again, and one that is
    /// about passwords not where none is replaced.
    pub const fn flag_left(&self, reason: Reason, playbook: Playbook) -> Option<&'static str> {
        let pointless = match reason {
            Reason::Privileged | Reason::Restricted => self.allow_privileged,
            Reason::NotAPerson => self.allow_resource_accounts,
            Reason::Synced => self.allow_synced || self.writeback || !playbook.resets(),
            Reason::Federated => self.allow_federated || !playbook.resets(),
            _ => false,
        };
        if pointless { None } else { reason.flag() }
    }

    /// Are new passwords thrown away, because no person is to come back, or because each gets a pass?
    pub fn throws_passwords_away(&self) -> bool {
        self.discard_credentials || self.pass.is_some_and(|terms| !terms.beside_password)
    }

    /// What has to be read in the tenant for a plan of this kind.
    pub const fn scope(&self) -> Scope {
        Scope { roles: !self.without_roles, domains: !self.without_domains }
    }
}

/// What is to be done, which accounts are left out, and to which keys the new passwords are sealed.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Which steps are done.
    pub playbook: Playbook,
    /// What was lifted or narrowed.
    pub options: Options,
    /// The recipients of the new passwords, in their text form.
    pub recipients: Vec<String>,
    /// Who has which keys, where passwords are sealed to the people who hand them over; then `recipients` is empty.
    pub handoff: Option<HandoffKeys>,
    /// The keys of those who run Active Directory, in their text form: its script sets passwords that are sealed to them, too.
    pub active_directory: Vec<String>,
    /// The pass that each person is to get, before the policy of the tenant was asked.
    pub pass: Option<PassWish>,
    /// The passwords that people chose, where they did.
    pub by_hand: Option<ChosenPasswords>,
    /// The column of the list that says which wave each person belongs to, where the plan is carried out in waves.
    pub wave_by: Option<String>,
    /// The column of the list that says from when on the pass of each person is good, where it does.
    pub pass_from_column: Option<String>,
    /// Who is never touched.
    pub protected: Protected,
    /// The tenant was made for the list, so that the list's share of it says nothing.
    pub tenant_is_made_up: bool,
    /// Whose password an earlier run replaced.
    pub reset_before: HashSet<ObjectId>,
    /// What is done about what people allowed apps to do; nothing was said where it is `None`.
    pub consents: Option<ConsentsOption>,
}

/// Rules that contradict each other, or that would lose passwords.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RulesError {
    /// No key could ever open the new passwords.
    #[error("the playbook {playbook} sets new passwords, and no recipient is named who may read them; name a \
             recipient with --seal-to, or a file of them with --recipients{}",
        or_discard(*playbook))]
    NoRecipient {
        /// The playbook.
        playbook: Playbook,
    },
    /// People are meant to come back, and would have no password.
    #[error(
        "the playbook {playbook} does not go with --discard-credentials; only offboard does, \
             because its accounts are not meant to be used again"
    )]
    MayNotDiscard {
        /// The playbook.
        playbook: Playbook,
    },
    /// Keep and throw away at once.
    #[error("--discard-credentials contradicts --seal-to and --recipients; choose one")]
    DiscardAndSeal,
    /// A password that the script sets is there to be handed over.
    #[error(
        "--discard-credentials contradicts --ad-key and [handoff.active-directory]: without them the script for Active \
         Directory makes passwords that stay unknown; leave one of them out"
    )]
    DiscardAndSealForScript,
    /// Who hands over is known at the end, and these passwords are sealed on the way.
    #[error(
        "--handoff-by manager does not go with --ad-key and [handoff.active-directory]: the passwords that the script for Active \
         Directory sets are sealed before all managers are known; name who hands over in a column of the list, or leave the key out"
    )]
    ManagersAndScript,
    /// There is no password to be set.
    #[error(
        "the playbook {playbook} sets no password; one that a person chose goes with breach, offboard or reinstate"
    )]
    NoPasswordToSet {
        /// The playbook.
        playbook: Playbook,
    },
    /// What contains an intruder is done to all at once.
    #[error(
        "--wave-by does not go with the playbook {playbook}: it locks people out, and that is done for all of them at once; waves are \
         for breach and reinstate, where people go on with a new password that has to be handed over"
    )]
    NotInWaves {
        /// The playbook.
        playbook: Playbook,
    },
    /// Somebody chose the passwords to be used.
    #[error(
        "--discard-credentials contradicts --passwords: a password that somebody chose is not thrown away; leave one of them out"
    )]
    DiscardAndChosen,
    /// The script's passwords are made and sealed while the plan is made.
    #[error(
        "--passwords does not go with --ad-key and [handoff.active-directory]: the script for Active Directory sets passwords that \
         are made with the plan; plan synced people on their own, or leave the key out"
    )]
    ChosenAndScript,
    /// A password that is chosen is sent by the run, and the other one by a person later.
    #[error(
        "--passwords does not go with --writeback: passwords that somebody chose are sent by the run; plan synced people on their \
         own, or leave one of the two out"
    )]
    ChosenAndWriteback,
    /// Passwords are written back for all at once.
    #[error(
        "--wave-by does not go with --writeback, which is done for all synced people of a plan at once; plan each wave on its own"
    )]
    WavesAndWriteback,
    /// One password would overwrite the other.
    #[error(
        "--writeback does not go with --ad-key and [handoff.active-directory]: both set the new password of synced people, and the \
         second one would overwrite the first; choose one of them"
    )]
    WritebackAndScript,
    /// One way at a time.
    #[error(
        "--writeback does not go with --allow-synced: a reset in the cloud is refused for synced people, or overwritten by the next \
         sync; leave --allow-synced out"
    )]
    WritebackAndCloud,
    /// There is nothing to be written back.
    #[error("the playbook {playbook} sets no password, so there is none to write back; leave --writeback out")]
    NothingToWriteBack {
        /// The playbook.
        playbook: Playbook,
    },
    /// Who is enabled before the password is there is let in by the old one.
    #[error(
        "the playbook reinstate does not go with --writeback: an account that onprem.ps1 enables before the password was written \
         back opens with the old one; use --ad-key, whose script sets the password first"
    )]
    ReinstateByWriteback,
    /// The flags for the credential contradict others.
    #[error(transparent)]
    Pass(#[from] PassRuleError),
    /// The flags for the risk of people contradict others.
    #[error(transparent)]
    Risk(#[from] RiskRuleError),
    /// There is nothing to do.
    #[error(
        "the playbook evict removes what people sign in with: say which of it, with --methods all or --methods since=TIME, \
         or --devices to disable their devices"
    )]
    EvictNeedsMethods,
    /// Devices are disabled where sign-in is closed, and nowhere else.
    #[error(
        "--devices goes with the playbook evict alone: devices are disabled for people whose sign-in is blocked, or whose password \
         was replaced, before. After {playbook}, plan its folder with --playbook evict"
    )]
    OnlyEvictDisables {
        /// The playbook.
        playbook: Playbook,
    },
    /// What was allowed is taken back where sign-in is closed, and nowhere else.
    #[error(
        "consents are deleted by the playbook evict alone, from people whose sign-in is blocked, or whose password was replaced, \
         before. With {playbook}, --consents list shows them"
    )]
    OnlyEvictDeletes {
        /// The playbook.
        playbook: Playbook,
    },
    /// Methods are removed where sign-in is closed, and nowhere else.
    #[error(
        "--methods {asked} goes with the playbook evict alone: methods are removed from people whose sign-in is blocked, or whose \
         password was replaced, before. With {playbook}, --methods list shows them"
    )]
    OnlyEvictRemoves {
        /// What was asked for.
        asked: MethodsOption,
        /// The playbook.
        playbook: Playbook,
    },
}

/// The flags for the credential contradict others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PassRuleError {
    /// Who is locked out gets no credential, and what ends sessions alone hands none over.
    #[error(
        "--credential does not go with the playbook {0}, after which no person signs in with a new credential; it is for breach, \
         reinstate and evict"
    )]
    NotForPlaybook(Playbook),
    /// A password that is handed over is not thrown away.
    #[error(
        "--credential pass throws the new passwords away, and {0} says which ones to hand over; use --credential both"
    )]
    PasswordIsHandedOver(&'static str),
    /// Only a pass has a beginning.
    #[error(
        "--pass-from-column is about passes, and none are asked for; add --credential pass, or --credential both, or leave it out"
    )]
    ColumnWithoutPass,
    /// No key could ever open it.
    #[error(
        "--credential hands a pass over, and no recipient is named who may read it; name a recipient with --seal-to, or a file of \
         them with --recipients"
    )]
    NoRecipient,
}

fn or_discard(playbook: Playbook) -> &'static str {
    if playbook.may_discard_credentials() { ", or throw the passwords away with --discard-credentials" } else { "" }
}

impl Rules {
    /// The playbook as it is, no account protected, nothing lifted, no recipient.
    pub fn of(playbook: Playbook) -> Self {
        Self {
            playbook,
            options: Options::default(),
            recipients: Vec::new(),
            handoff: None,
            active_directory: Vec::new(),
            pass: None,
            by_hand: None,
            wave_by: None,
            pass_from_column: None,
            protected: Protected::none(),
            tenant_is_made_up: false,
            reset_before: HashSet::new(),
            consents: None,
        }
    }

    /// Is it deleted what people allowed apps to do?
    pub fn deletes_consents(&self) -> bool {
        self.consents.as_ref().is_some_and(ConsentsOption::deletes)
    }

    /// How it is listed what people allowed apps to do, and whether a plan is made without that where Graph does not list it. The
    /// playbook for what an intruder left behind lists it always.
    pub(super) fn lists_consents(&self) -> Option<(ConsentsOption, bool)> {
        match &self.consents {
            Some(asked) => Some((asked.clone(), false)),
            None => self.playbook.removes_methods().then_some((ConsentsOption::List, true)),
        }
    }

    /// Makes sure that the rules agree with each other and that no password would be lost.
    ///
    /// # Errors
    ///
    /// The first contradiction.
    pub fn check(&self) -> Result<(), RulesError> {
        let playbook = self.playbook;
        match self.options.methods {
            Some(asked) if asked.removes() && !playbook.removes_methods() => {
                return Err(RulesError::OnlyEvictRemoves { asked, playbook });
            }
            None | Some(MethodsOption::List)
                if playbook.removes_methods() && !self.options.devices && !self.deletes_consents() =>
            {
                return Err(RulesError::EvictNeedsMethods);
            }
            _ => {}
        }
        if self.options.devices && !matches!(playbook, Playbook::Evict | Playbook::Undo) {
            return Err(RulesError::OnlyEvictDisables { playbook });
        }
        if self.deletes_consents() && !playbook.removes_methods() {
            return Err(RulesError::OnlyEvictDeletes { playbook });
        }
        if self.options.writeback {
            self.check_writeback()?;
        }
        match self.pass {
            Some(wish) => self.check_pass(wish)?,
            None if self.pass_from_column.is_some() => return Err(PassRuleError::ColumnWithoutPass.into()),
            None => {}
        }
        if let Some(mark) = self.options.risk {
            risk_plan::check(mark, playbook, self.options.writeback)?;
        }
        match (self.options.discard_credentials, self.recipients.is_empty() && self.handoff.is_none()) {
            (true, _) if !playbook.may_discard_credentials() => Err(RulesError::MayNotDiscard { playbook }),
            _ if self.wave_by.is_some() && !playbook.goes_in_waves() => Err(RulesError::NotInWaves { playbook }),
            _ if self.by_hand.is_some() && !playbook.resets() => Err(RulesError::NoPasswordToSet { playbook }),
            (true, _) if self.by_hand.is_some() => Err(RulesError::DiscardAndChosen),
            (true, false) => Err(RulesError::DiscardAndSeal),
            _ if self.by_hand.is_some() && !self.active_directory.is_empty() => Err(RulesError::ChosenAndScript),
            _ if self.options.handoff_by_manager && !self.active_directory.is_empty() => {
                Err(RulesError::ManagersAndScript)
            }
            (true, true) if !self.active_directory.is_empty() => Err(RulesError::DiscardAndSealForScript),
            (false, true) if playbook.resets() => Err(RulesError::NoRecipient { playbook }),
            _ => Ok(()),
        }
    }

    fn check_pass(&self, wish: PassWish) -> Result<(), PassRuleError> {
        if !self.playbook.may_hand_passes_over() {
            return Err(PassRuleError::NotForPlaybook(self.playbook));
        }
        let password_flags = [
            (self.by_hand.is_some(), "--passwords"),
            (self.options.writeback, "--writeback"),
            (!self.active_directory.is_empty(), "--ad-key (or [handoff.active-directory])"),
        ];
        match password_flags.into_iter().find(|(given, _)| *given && !wish.beside_password) {
            Some((_, flag)) => Err(PassRuleError::PasswordIsHandedOver(flag)),
            None if self.recipients.is_empty() && self.handoff.is_none() => Err(PassRuleError::NoRecipient),
            None => Ok(()),
        }
    }

    fn check_writeback(&self) -> Result<(), RulesError> {
        match self.playbook {
            _ if !self.active_directory.is_empty() => Err(RulesError::WritebackAndScript),
            _ if self.by_hand.is_some() => Err(RulesError::ChosenAndWriteback),
            _ if self.wave_by.is_some() => Err(RulesError::WavesAndWriteback),
            playbook if !playbook.resets() => Err(RulesError::NothingToWriteBack { playbook }),
            Playbook::Reinstate | Playbook::Undo => Err(RulesError::ReinstateByWriteback),
            _ if self.options.allow_synced => Err(RulesError::WritebackAndCloud),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_back_has_one_way_and_no_detour() {
        let sealed = |playbook| {
            let options = Options { writeback: true, ..Options::default() };
            Rules { recipients: vec!["age1x".to_owned()], options, ..Rules::of(playbook) }
        };
        assert_eq!(sealed(Playbook::Breach).check(), Ok(()));
        assert_eq!(sealed(Playbook::Offboard).check(), Ok(()));
        for playbook in [Playbook::Contain, Playbook::Signout] {
            assert_eq!(sealed(playbook).check(), Err(RulesError::NothingToWriteBack { playbook }));
        }
        assert_eq!(sealed(Playbook::Reinstate).check(), Err(RulesError::ReinstateByWriteback));
        let both = Rules { active_directory: vec!["x509:ad".to_owned()], ..sealed(Playbook::Breach) };
        assert_eq!(both.check(), Err(RulesError::WritebackAndScript));
        let mut cloud = sealed(Playbook::Breach);
        cloud.options.allow_synced = true;
        assert_eq!(cloud.check(), Err(RulesError::WritebackAndCloud));
    }

    #[test]
    fn no_password_is_ever_lost_by_oversight() {
        for playbook in Playbook::ALL {
            let mut bare = Rules::of(playbook);
            bare.options.methods = playbook.removes_methods().then_some(MethodsOption::All);
            let bare = bare;
            let sealed = Rules { recipients: vec!["age1x".to_owned()], ..bare.clone() };
            let keys = HandoffKeys::of([("alice".to_owned(), vec!["age1x".to_owned()])]);
            let shared = Rules { handoff: Some(keys), ..bare.clone() };
            assert_eq!(shared.check(), Ok(()), "{playbook}");
            let discard = Options { discard_credentials: true, ..bare.options };
            let discarded = Rules { options: discard, ..bare.clone() };
            let both = Rules { options: discard, ..sealed.clone() };
            assert_eq!(sealed.check(), Ok(()), "{playbook}");
            match playbook {
                Playbook::Contain | Playbook::Signout | Playbook::Evict => assert_eq!(bare.check(), Ok(())),
                _ => assert_eq!(bare.check(), Err(RulesError::NoRecipient { playbook })),
            }
            if playbook == Playbook::Offboard {
                assert_eq!(discarded.check(), Ok(()));
                assert_eq!(both.check(), Err(RulesError::DiscardAndSeal));
            } else {
                assert_eq!(discarded.check(), Err(RulesError::MayNotDiscard { playbook }));
                assert_eq!(both.check(), Err(RulesError::MayNotDiscard { playbook }));
            }
        }
    }

    #[test]
    fn methods_are_removed_by_the_playbook_for_it_alone_and_never_by_oversight() {
        for playbook in Playbook::ALL {
            for methods in [None, Some(MethodsOption::List), Some(MethodsOption::All)] {
                let options = Options { methods, ..Options::default() };
                let rules = Rules { options, recipients: vec!["age1x".to_owned()], ..Rules::of(playbook) };
                let is_fit = methods.is_some_and(MethodsOption::removes) == (playbook == Playbook::Evict);
                assert_eq!(rules.check().is_ok(), is_fit, "{playbook} {methods:?}");
            }
        }
    }
}
