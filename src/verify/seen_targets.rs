//! What a list of what a person has shows of the targets of a plan's step.

use crate::directory::{HeldConsent, HeldDevice, HeldMethod, MethodKind, NotListed, StandingPass};
use crate::ids::RowNumber;
use crate::plan::plan_targets::PlanTargets;
use crate::run::seen_target::SeenTarget;
use crate::second::Second;
use crate::step::Step;
use crate::step::target::WriteTarget;

/// What was seen of the targets of one step at one person.
#[derive(Debug, Clone, PartialEq)]
pub enum SeenTargets {
    /// They were listed.
    Listed {
        /// How many the plan names.
        planned: usize,
        /// Those of them that are not done.
        left: Vec<SeenTarget>,
        /// Those that the plan did not list: they appeared after it was made.
        appeared: Vec<SeenTarget>,
    },
    /// The pass of a person, of whom it was asked whether they have one; never the pass itself.
    Pass(Option<StandingPass>),
    /// It is not known which there are.
    NotListed(NotListed),
}

impl SeenTargets {
    /// The pass that a list shows.
    pub fn of_passes(listed: Result<Vec<StandingPass>, NotListed>) -> Self {
        // There is one at most.
        listed.map_or_else(Self::NotListed, |mut passes| Self::Pass(passes.pop()))
    }

    /// Compares a list of methods with what the plan says of the person of a row. A pass is listed there, too: where the plan
    /// makes one for the person (`gets_pass`), that is judged by the list of passes.
    pub fn of_methods(
        listed: Result<Vec<HeldMethod>, NotListed>,
        targets: &PlanTargets,
        row: RowNumber,
        gets_pass: bool,
    ) -> Self {
        Self::compared(listed, targets.of_step(row, Step::Methods), |method| {
            let is_judged_as_pass = gets_pass && method.kind == MethodKind::TemporaryAccessPass;
            let registered = method.registered.map(Second::of);
            let seen = SeenTarget::Method { kind: method.kind, registered };
            let target = WriteTarget::Method { kind: method.kind, id: method.id };
            let is_new = !is_judged_as_pass && !targets.leaves(row, &target, &method.type_name);
            Some((target, seen, is_new))
        })
    }

    /// Compares a list of devices with what the plan says of the person of a row. One that is in no list any more is gone.
    pub fn of_devices(
        listed: Result<Vec<HeldDevice>, NotListed>,
        targets: &PlanTargets,
        row: RowNumber,
        step: Step,
    ) -> Self {
        Self::compared(listed, targets.of_step(row, step), |device| {
            let (id, is_disabled) = (device.id, device.enabled == Some(false));
            let registered = device.registered.map(Second::of);
            // A device that the step enables is disabled again by nothing.
            let hybrid = step == Step::Devices && device.is_hybrid();
            let seen = SeenTarget::Device { name: device.name, registered, hybrid };
            if step == Step::EnableDevices {
                return is_disabled.then_some((WriteTarget::DeviceBack { id }, seen, false));
            }
            let target = WriteTarget::Device { id };
            let is_new = !targets.leaves(row, &target, &device.system);
            (!is_disabled).then_some((target, seen, is_new))
        })
    }

    /// Compares a list of consents with what the plan says of the person of a row.
    pub fn of_consents(listed: Result<Vec<HeldConsent>, NotListed>, targets: &PlanTargets, row: RowNumber) -> Self {
        Self::compared(listed, targets.of_step(row, Step::Consents), |consent| {
            let scope = consent.scope.trim().to_owned();
            let seen = SeenTarget::Consent { client_id: consent.client_id, scope };
            let target = WriteTarget::Consent { id: consent.id };
            let is_new = !targets.leaves(row, &target, "");
            Some((target, seen, is_new))
        })
    }

    /// Compares a list with the targets that the plan names. `see` says of each that is listed, where it is still what the step changes,
    /// which target it is, what it is called, and whether it appeared since, if the plan does not name it.
    fn compared<H>(
        listed: Result<Vec<H>, NotListed>,
        planned: &[WriteTarget],
        see: impl FnMut(H) -> Option<(WriteTarget, SeenTarget, bool)>,
    ) -> Self {
        let listed = match listed {
            Ok(listed) => listed,
            Err(error) => return Self::NotListed(error),
        };
        let (mut left, mut appeared) = (Vec::new(), Vec::new());
        for (target, seen, is_new) in listed.into_iter().filter_map(see) {
            if planned.contains(&target) {
                left.push(seen);
            } else if is_new {
                appeared.push(seen);
            }
        }
        Self::Listed { planned: planned.len(), left, appeared }
    }
}
