//! What a list of what a person has shows of the targets of a plan's step.

use time::OffsetDateTime;

use crate::directory::{HeldConsent, HeldDevice, HeldMethod, MethodKind, StandingPass};
use crate::graph::error::GraphError;
use crate::ids::RowNumber;
use crate::plan::plan_targets::PlanTargets;
use crate::step::Step;
use crate::step::target::{TargetWords, WriteTarget};
use crate::words::{counted, to_the_second};

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
    /// Graph would not list them.
    NotListed(GraphError),
}

/// One of them: `passkey of 2026-11-23T02:30:00Z`.
pub type SeenTarget = String;

impl SeenTargets {
    /// The pass that a list shows.
    #[must_use]
    pub fn of_passes(listed: Result<Vec<StandingPass>, GraphError>) -> Self {
        // There is one at most.
        listed.map_or_else(Self::NotListed, |mut passes| Self::Pass(passes.pop()))
    }

    /// Compares a list of methods with what the plan says of the person of a row. A pass is listed there, too: where the plan
    /// makes one for the person (`gets_pass`), that is judged by the list of passes.
    #[must_use]
    pub fn of_methods(
        listed: Result<Vec<HeldMethod>, GraphError>,
        targets: &PlanTargets,
        row: RowNumber,
        gets_pass: bool,
    ) -> Self {
        let listed = match listed {
            Ok(listed) => listed,
            Err(error) => return Self::NotListed(error),
        };
        let planned = targets.of_step(row, Step::Methods);
        let (mut left, mut appeared) = (Vec::new(), Vec::new());
        for method in listed {
            let seen = dated(method.kind.name(), method.registered);
            let is_judged_as_pass = gets_pass && method.kind == MethodKind::TemporaryAccessPass;
            let target = WriteTarget::Method { kind: method.kind, id: method.id };
            if planned.contains(&target) {
                left.push(seen);
            } else if !is_judged_as_pass && !targets.leaves(row, &target, &method.type_name) {
                appeared.push(seen);
            }
        }
        Self::Listed { planned: planned.len(), left, appeared }
    }
}

impl SeenTargets {
    /// Compares a list of devices with what the plan says of the person of a row. One that is in no list any more is gone.
    #[must_use]
    pub fn of_devices(
        listed: Result<Vec<HeldDevice>, GraphError>,
        targets: &PlanTargets,
        row: RowNumber,
        step: Step,
    ) -> Self {
        let listed = match listed {
            Ok(listed) => listed,
            Err(error) => return Self::NotListed(error),
        };
        let planned = targets.of_step(row, step);
        let (mut left, mut appeared) = (Vec::new(), Vec::new());
        if step == Step::EnableDevices {
            let disabled = listed.into_iter().filter(|device| {
                device.enabled == Some(false) && planned.contains(&WriteTarget::DeviceBack { id: device.id })
            });
            left.extend(disabled.map(|device| dated(&format!("{:?}", device.name), device.registered)));
            return Self::Listed { planned: planned.len(), left, appeared };
        }
        for device in listed.into_iter().filter(|device| device.enabled != Some(false)) {
            let target = WriteTarget::Device { id: device.id };
            let hybrid = if device.is_hybrid() { ", which the sync from Active Directory enables again" } else { "" };
            let seen = dated(&format!("{:?}", device.name), device.registered) + hybrid;
            if planned.contains(&target) {
                left.push(seen);
            } else if !targets.leaves(row, &target, &device.system) {
                appeared.push(seen);
            }
        }
        Self::Listed { planned: planned.len(), left, appeared }
    }
}

impl SeenTargets {
    /// Compares a list of consents with what the plan says of the person of a row.
    #[must_use]
    pub fn of_consents(listed: Result<Vec<HeldConsent>, GraphError>, targets: &PlanTargets, row: RowNumber) -> Self {
        let listed = match listed {
            Ok(listed) => listed,
            Err(error) => return Self::NotListed(error),
        };
        let planned = targets.of_step(row, crate::step::Step::Consents);
        let (mut left, mut appeared) = (Vec::new(), Vec::new());
        for consent in listed {
            let seen = format!("one to service principal {} ({})", consent.client_id, consent.scope.trim());
            let target = WriteTarget::Consent { id: consent.id };
            if planned.contains(&target) {
                left.push(seen);
            } else if !targets.leaves(row, &target, "") {
                appeared.push(seen);
            }
        }
        Self::Listed { planned: planned.len(), left, appeared }
    }
}

fn dated(name: &str, since: Option<OffsetDateTime>) -> SeenTarget {
    match since {
        Some(moment) => format!("{name} of {}", to_the_second(moment)),
        None => format!("{name} of unknown age"),
    }
}

/// `2 of 3 methods are still there`.
#[must_use]
pub(super) fn still_there(left: usize, planned: usize, words: &TargetWords) -> String {
    let TargetWords { one, many, left: how, .. } = words;
    let of = counted(planned as u64, &format!("{one} is"), &format!("{many} are"));
    format!("{left} of {of} {how}")
}
