//! How far each step is, in words for a line that has little room.

use crate::step::{StepMap, StepShare};
use crate::words::count;

/// `blocked 3,940/11,087, signed out 0/11,061`.
pub fn how_far(steps: &StepMap<StepShare>) -> String {
    let each = steps.planned().map(|(step, StepShare { done, planned })| {
        format!("{} {}/{}", step.facts().short, count(done), count(planned))
    });
    each.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::Step;

    #[test]
    fn each_step_has_its_own_total() {
        let mut steps = StepMap::<StepShare>::default();
        steps[Step::Block] = StepShare { done: 3_940, planned: 11_087 };
        steps[Step::Revoke] = StepShare { done: 0, planned: 11_061 };
        assert_eq!(how_far(&steps), "blocked 3,940/11,087, signed out 0/11,061");
    }
}
