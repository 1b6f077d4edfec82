//! One value for each step.

use std::ops::{Index, IndexMut};

use enum_map::EnumMap;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::set::Steps;
use super::share::StepShare;
use super::word::Step;
use crate::json::ByWord;

/// One value for each step: where it stands, how often it is done, when it was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, JsonSchema)]
#[schemars(with = "ByWord<Step, T>")]
pub struct StepMap<T>(EnumMap<Step, T>);

impl<T> StepMap<T> {
    /// The value that this gives for each step.
    pub fn from_fn(value_of: impl FnMut(Step) -> T) -> Self {
        Self(EnumMap::from_fn(value_of))
    }

    /// Every step with its value, in the order in which steps are done.
    pub fn iter(&self) -> impl Iterator<Item = (Step, &T)> {
        self.0.iter()
    }

    /// The same, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (Step, &mut T)> {
        self.0.iter_mut()
    }

    /// The values alone.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.0.values()
    }

    /// The steps whose value is so.
    pub fn steps_where(&self, mut is_so: impl FnMut(&T) -> bool) -> Steps {
        self.iter().filter(|(_, value)| is_so(value)).map(|(step, _)| step).collect()
    }
}

impl StepMap<u32> {
    /// The sum over all steps.
    pub fn total(&self) -> u64 {
        self.values().copied().map(u64::from).sum()
    }

    /// Every step that is counted at all, with its number.
    pub fn counted(&self) -> impl Iterator<Item = (Step, u32)> {
        self.iter().map(|(step, number)| (step, *number)).filter(|(_, number)| *number > 0)
    }
}

impl StepMap<StepShare> {
    /// Every step that is planned for any account.
    pub fn planned(&self) -> impl Iterator<Item = (Step, StepShare)> {
        self.iter().map(|(step, share)| (step, *share)).filter(|(_, share)| share.planned > 0)
    }
}

impl<T> Index<Step> for StepMap<T> {
    type Output = T;

    fn index(&self, step: Step) -> &T {
        &self.0[step]
    }
}

impl<T> IndexMut<Step> for StepMap<T> {
    fn index_mut(&mut self, step: Step) -> &mut T {
        &mut self.0[step]
    }
}

impl<T: Serialize> Serialize for StepMap<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

// A step that is missing has the default, so that what was written before a step existed can be read.
impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for StepMap<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut map = Self::default();
        for (step, value) in std::collections::BTreeMap::<Step, T>::deserialize(deserializer)? {
            map[step] = value;
        }
        Ok(map)
    }
}
