//! One account and the rules become what is done to it, or why nothing is.

use std::collections::HashSet;

use time::{Duration, OffsetDateTime};

use super::playbook::Playbook;
use super::reason::Reason;
use super::row::Decision;
use super::rules::Options;
use super::ruling::Ruling;
use crate::directory::{Account, HeldRights, Privilege, TenantFacts};
use crate::ids::ObjectId;
use crate::step::facts::WorksOn;
use crate::step::{Step, Steps};
use crate::words::utc_second;

/// What holds for every account of a plan.
pub struct AccountRules<'a> {
    playbook: Playbook,
    options: Options,
    protected: HashSet<ObjectId>,
    /// Whose password an earlier run replaced.
    reset_before: Option<&'a HashSet<ObjectId>>,
    deletes_consents: bool,
    facts: &'a TenantFacts,
}

impl<'a> AccountRules<'a> {
    /// `protected` are the accounts that no flag makes touchable; `facts` is what the tenant says about its
    /// administrators and domains.
    pub fn new(playbook: Playbook, options: Options, protected: HashSet<ObjectId>, facts: &'a TenantFacts) -> Self {
        Self { playbook, options, protected, reset_before: None, deletes_consents: false, facts }
    }

    /// The same where what people allowed apps to do is deleted, too, or not.
    #[must_use]
    pub(super) fn deleting_consents(self, deletes_consents: bool) -> Self {
        Self { deletes_consents, ..self }
    }

    /// The same where an earlier run replaced the passwords of these.
    #[must_use]
    pub(super) fn after_reset_of(self, reset_before: &'a HashSet<ObjectId>) -> Self {
        Self { reset_before: Some(reset_before), ..self }
    }

    /// Whether rows that contradict the directory are refused.
    pub(super) const fn is_strict(&self) -> bool {
        self.options.strict
    }

    /// What is done to this account.
    pub fn rule(&self, account: &Account) -> Ruling {
        let reset_before = self.reset_before.is_some_and(|accounts| accounts.contains(&account.object_id));
        self.rule_after(account, reset_before)
    }

    /// The same where it is known whether an earlier run replaced its password.
    pub(super) fn rule_after(&self, account: &Account, reset_before: bool) -> Ruling {
        let held = self.facts.privileges.as_ref().and_then(|privileges| privileges.of(account.object_id));
        if held.is_some_and(Privilege::is_sync_account)
            || is_named_as_sync_service_account(&account.user_principal_name)
        {
            return Ruling::refuse(Reason::SyncServiceAccount, String::new());
        }
        if self.protected.contains(&account.object_id) {
            return Ruling::refuse(Reason::Protected, String::new());
        }
        if let Some(operator) = self.facts.operators.of(account.object_id) {
            return Ruling::refuse(Reason::Operator, operator.describe().to_owned());
        }
        let privilege = held.filter(|held| held.beyond_user_administrator());
        let mut guards = Vec::new();
        if account.restricted {
            guards.push(Reason::Restricted);
        }
        if privilege.is_some() {
            guards.push(Reason::Privileged);
        }
        let named = privilege.map(describe).unwrap_or_default();
        let ruling = if guards.is_empty() || self.options.allow_privileged {
            self.steps_for(account, reset_before, guards, named)
        } else {
            Ruling::left_alone(Decision::Refuse, guards, named)
        };
        Ruling { rights: privilege.map(HeldRights::of).unwrap_or_default(), ..ruling }
    }

    /// What is left of the playbook for an account that may be touched.
    fn steps_for(&self, account: &Account, reset_before: bool, reasons: Vec<Reason>, named: String) -> Ruling {
        let mut steps = self.options.steps_of(self.playbook);
        if self.deletes_consents {
            steps = steps.with(Step::Consents);
        }
        let details = Some(named).filter(|text| !text.is_empty()).into_iter().collect();
        let mut left = Remainder { steps, reasons, details };
        self.keep_what_works_on(account, &mut left);
        if account.external && (self.options.skip_guests || left.steps.is_empty()) {
            return left.left_alone(Decision::Skip);
        }
        left.spare_what_is_so(account);
        if left.steps.contains(Step::Methods) || left.steps.contains(Step::Devices) {
            if reset_before {
                left.reasons.push(Reason::ResetBefore);
            } else if account.enabled != Some(false) {
                // A device is soon registered anew, and without any method the next sign-in with the password may register one (CISA, CM0071).
                left.reasons.push(Reason::StillOpen);
                return left.left_alone(Decision::Refuse);
            }
        }
        if left.steps.contains(Step::Pass) && account.enabled == Some(false) && !left.steps.contains(Step::Unblock) {
            // Its time would run out before anyone can use it. All else is more urgent than what the person signs in with later.
            left.reasons.push(Reason::PassOfBlocked);
            left.steps = left.steps.without(Step::Pass);
        }
        let keeps_password = left.steps.contains(Step::Unblock) && !left.steps.contains(Step::Reset);
        if keeps_password && !account.external && self.playbook != Playbook::Undo {
            // An account must not be opened with the password that it had: an intruder may know it. To take back one's
            // own block is another thing, and the preview says what it means.
            return left.left_alone(Decision::Refuse);
        }
        // A revoke is spared only where nothing else is done: whatever is changed, the sessions are ended after it.
        if left.steps == Steps::of(&[Step::LAST])
            && let Some(ended) = self.options.since.and_then(|since| revoked_since(account, since))
        {
            left.details.push(format!("sessions were ended at {}", utc_second(ended)));
            left.steps = Steps::NONE;
        }
        if left.steps.is_empty() { self.already(account, left) } else { left.acted_on() }
    }

    /// Takes away what Graph cannot do to an account of this kind, or what the options do not allow. The kind is named even where it
    /// changes nothing, so that a later change of kind is seen.
    fn keep_what_works_on(&self, account: &Account, left: &mut Remainder) {
        if account.agent {
            // Whatever is done to it, its agent identity can sign it in again: the reason is worth naming always.
            left.is_kind(Reason::AgentUser, true, |works_on| works_on.agents);
        }
        if account.external {
            // Password and sessions are in the guest's home tenant: "Revoke user access in Microsoft Entra ID" leaves
            // blocking as the one thing that works here.
            left.is_kind(Reason::Guest, true, |works_on| works_on.guests);
        } else if self.playbook != Playbook::Signout {
            if account.synced {
                left.is_kind(Reason::Synced, !self.options.allow_synced, |works_on| works_on.synced);
            }
            let domains = self.facts.domains.as_ref();
            if let Some(domain) = domains.and_then(|domains| domains.federated_domain_of(&account.user_principal_name))
            {
                left.is_kind(Reason::Federated, !self.options.allow_federated, |works_on| works_on.federated);
                left.details.push(domain.to_owned());
            }
        }
    }

    /// The ruling where nothing is left to do.
    fn already(&self, account: &Account, mut left: Remainder) -> Ruling {
        left.reasons.retain(|reason| !matches!(reason, Reason::AlreadyBlocked | Reason::AlreadyEnabled));
        left.reasons.push(Reason::Already);
        let wanted = self.playbook.steps().account_enabled();
        if let Some(enabled) = account.enabled.filter(|enabled| wanted == Some(*enabled)) {
            let is = if enabled { "sign-in is allowed" } else { "sign-in is blocked" };
            left.details.insert(0, is.to_owned());
        }
        left.left_alone(Decision::Already)
    }
}

/// What is left of a playbook for one account while it is judged.
struct Remainder {
    steps: Steps,
    reasons: Vec<Reason>,
    details: Vec<String>,
}

impl Remainder {
    /// The account is of a kind; where that `limits` what may be done, the steps that work on it stay.
    fn is_kind(&mut self, kind: Reason, limits: bool, works: fn(&WorksOn) -> bool) {
        self.reasons.push(kind);
        if limits {
            self.steps = self.steps.only(|step| works(&step.facts().works_on));
        }
    }

    /// Takes away what the state of the account makes needless.
    fn spare_what_is_so(&mut self, account: &Account) {
        match (self.steps.account_enabled(), account.enabled) {
            (Some(false), Some(false)) => {
                self.reasons.push(Reason::AlreadyBlocked);
                self.steps = self.steps.without(Step::Block);
            }
            (Some(true), Some(true)) => {
                self.reasons.push(Reason::AlreadyEnabled);
                self.steps = self.steps.without(Step::Unblock);
            }
            (Some(_), None) => self.reasons.push(Reason::UnknownState),
            _ => {}
        }
    }

    fn left_alone(self, decision: Decision) -> Ruling {
        Ruling::left_alone(decision, self.reasons, self.details.join("; "))
    }

    fn acted_on(self) -> Ruling {
        let Self { steps, reasons, details } = self;
        Ruling { decision: Decision::Act, steps, ..Ruling::left_alone(Decision::Act, reasons, details.join("; ")) }
    }
}

/// When the sessions were ended, if that was at or after `since` and by a revoke: a changed password moves the same
/// timestamp, and the intruder may have changed it. Only a moment that is clearly later than the last change of the
/// password shows a revoke ("user resource type": whole seconds).
fn revoked_since(account: &Account, since: OffsetDateTime) -> Option<OffsetDateTime> {
    const TOGETHER: Duration = Duration::seconds(5);
    let (ended, changed) = (account.sessions_valid_from?, account.last_password_change?);
    (ended >= since && ended > changed + TOGETHER).then_some(ended)
}

/// What makes an account an administrator's, and which role may act on it.
fn describe(privilege: &Privilege) -> String {
    format!("{privilege}; the app needs the role {}", privilege.required_role())
}

/// Blocking or resetting the account that runs the directory sync stops it for the whole tenant. Microsoft gives these
/// accounts a role of their own, and fixed names in the initial domain: `Sync_{server}_{hex}` and
/// `ADToAADSyncServiceAccount`. The name holds where roles are not read.
fn is_named_as_sync_service_account(user_principal_name: &str) -> bool {
    let name = user_principal_name.to_ascii_lowercase();
    let named = name.starts_with("sync_") || name.starts_with("adtoaadsyncserviceaccount@");
    named
        && (name.ends_with(".onmicrosoft.com")
            || name.ends_with(".onmicrosoft.us")
            || name.ends_with(".partner.onmschina.cn"))
}
