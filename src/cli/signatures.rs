//! Whether a plan has the signatures that it needs before it is applied.

use crate::graph::named_caller::NamedCaller;
use crate::machine;
use crate::plan::approvers::{self, ApprovalPolicy, Discounted, RecordedSignature, Unsigned};
use crate::plan::folder::PlanFolder;
use crate::plan::signatures::{self, PlanSignature, SignatureError};

use super::exit::Failure;
use super::words::{counted, harmless, quoted};
use crate::wording::worded_step::WordedStep;

/// The signatures of a plan, and those who demand some.
#[derive(Debug)]
pub(super) struct Signatures<'a> {
    policies: &'a [ApprovalPolicy],
    found: Vec<PlanSignature>,
}

impl<'a> Signatures<'a> {
    /// Of a plan that was made for this very run, and of which none is demanded.
    pub(super) const fn none() -> Self {
        Self { policies: &[], found: Vec::new() }
    }

    /// Reads them, and checks what can be checked before Graph is asked who applies.
    ///
    /// # Errors
    ///
    /// They cannot be read, or do not suffice.
    pub(super) fn read(plan: &PlanFolder, policies: &'a [ApprovalPolicy]) -> Result<Self, Failure> {
        let found = signatures::read(plan.path()).map_err(failure)?;
        let all = Self { policies, found };
        all.check(plan, None)?;
        Ok(all)
    }

    /// Makes sure that each policy has the signatures that it demands, where `caller` applies the plan.
    ///
    /// # Errors
    ///
    /// Some are missing; what to do is said.
    pub(super) fn check(&self, plan: &PlanFolder, caller: Option<&NamedCaller>) -> Result<(), Failure> {
        let applies: Vec<String> =
            machine::names_of_user().into_iter().chain(caller.into_iter().flat_map(NamedCaller::names)).collect();
        let missing = |policy: &ApprovalPolicy| {
            policy.check(&self.found, &applies).map_err(|lacks| unsigned(plan, policy, &lacks))
        };
        self.policies.iter().try_for_each(missing)
    }

    /// As the journal keeps them.
    pub(super) fn into_recorded(self) -> Vec<RecordedSignature> {
        approvers::recorded(self.policies, &self.found)
    }
}

/// `run` shows a plan and carries it out at once, so that there is no time at which another person could sign it.
pub(super) fn cannot_be_had_in_one_go(policy: &ApprovalPolicy) -> Failure {
    let needed = counted(policy.approvals as u64, "signature", "signatures");
    Failure::refused(format_args!("{} demands {needed} of a plan before it is applied", quoted(&policy.source)))
        .with_command("Make the plan first", "sealoff plan LIST.csv --playbook PLAYBOOK --out DIR")
        .and_next(WordedStep::typed("Who approves it signs it", "sealoff sign DIR --key KEY"))
        .and_next(WordedStep::typed("Then", "sealoff apply DIR --confirm N@FINGERPRINT"))
}

/// Why a plan cannot be signed, or its signatures not be read.
pub(super) fn failure(error: SignatureError) -> Failure {
    match error {
        SignatureError::Signing(_) => Failure::usage(error),
        SignatureError::SignedBefore(_) | SignatureError::Full | SignatureError::Io { .. } => Failure::refused(error),
    }
}

fn unsigned(plan: &PlanFolder, policy: &ApprovalPolicy, lacks: &Unsigned) -> Failure {
    let names = |names: &std::collections::BTreeSet<String>| {
        let names: Vec<_> = names.iter().map(|name| harmless(name).into_owned()).collect();
        names.join(", ")
    };
    let mut what = format!("{lacks}, as {} demands", quoted(&policy.source));
    if !lacks.counted.is_empty() {
        what += &format!(": {}", names(&lacks.counted));
    }
    for discounted in &lacks.discounted {
        what += "; ";
        what += &match discounted {
            Discounted::DoesNotHold { file } => format!("{file} is no signature of this plan as it is now"),
            Discounted::Stranger { file, key } => format!("{file} was made with a key that is no approver's ({key})"),
            Discounted::Applies { name } => format!("{} is the one who applies it, and does not count", harmless(name)),
        };
    }
    let failure = Failure::refused(what);
    if lacks.counted.len() + lacks.may_sign.len() < lacks.needed {
        return failure.with_next(
            "There are not enough approvers beside you: let another person apply it, and sign it yourself if you are one of them.",
        );
    }
    failure.with_command(
        format_args!("Ask one of these to read the plan and to sign it: {}. They type", names(&lacks.may_sign)),
        format_args!("sealoff sign {} --key ~/.ssh/id_ed25519", quoted(plan.path())),
    )
}
