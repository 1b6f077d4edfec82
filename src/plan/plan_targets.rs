//! What the steps of a plan are about that have a target for each of their writes, person by person: what the plan's lists say of
//! it, read back.

use std::collections::HashMap;
use std::io::Read;

use serde::de::DeserializeOwned;

use crate::directory::MethodKind;
use crate::ids::RowNumber;
use crate::step::target::{MAX_TARGETS, NoWay, TargetKind, WriteTarget};
use crate::step::{Step, StepMap, Steps};

/// What the steps of a plan are about, in the order in which that is done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanTargets {
    rows: HashMap<RowNumber, ListedTargets>,
}

/// What the plan lists of one person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct ListedTargets {
    meant: Vec<WriteTarget>,
    staying: Vec<StayingTarget>,
}

/// What stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StayingTarget {
    /// What it is.
    pub target: WriteTarget,
    /// Its type as Graph names it; empty where there is one type only.
    pub type_name: String,
    /// Why there is no way to do it here, where it was meant.
    pub no_way: Option<NoWay>,
}

/// What a line of a list says of a target.
pub enum ListedTarget {
    /// A step is about it.
    Meant(WriteTarget),
    /// It is left as it is.
    Stays(StayingTarget),
}

/// As much of a line of a list as is needed.
pub(super) trait TargetLine: DeserializeOwned {
    /// What it says, and of whom; nothing where it is about a person of whom nothing is known.
    fn listed(self) -> Option<(RowNumber, ListedTarget)>;
}

impl PlanTargets {
    /// Reads one list of a plan.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is none that sealoff writes.
    pub(super) fn read<L: TargetLine>(&mut self, list: impl Read) -> csv::Result<()> {
        let mut csv = csv::Reader::from_reader(list);
        let header = csv.headers()?.clone();
        let mut record = csv::StringRecord::new();
        while csv.read_record(&mut record)? {
            let Some((row, listed)) = record.deserialize::<L>(Some(&header))?.listed() else { continue };
            let of_row = self.rows.entry(row).or_default();
            match listed {
                ListedTarget::Meant(target) => of_row.meant.push(target),
                ListedTarget::Stays(target) => of_row.staying.push(target),
            }
        }
        self.rows
            .retain(|_, listed| !listed.meant.is_empty() || listed.staying.iter().any(|stays| stays.no_way.is_some()));
        for listed in self.rows.values_mut() {
            listed.meant.sort_by_key(WriteTarget::kind);
        }
        Ok(())
    }

    /// All that the steps for a row are about.
    pub fn of(&self, row: RowNumber) -> &[WriteTarget] {
        self.rows.get(&row).map_or(&[], |listed| listed.meant.as_slice())
    }

    /// What one step for a row is about.
    pub fn of_step(&self, row: RowNumber, step: Step) -> &[WriteTarget] {
        let all = self.of(row);
        let end = all.partition_point(|target| target.kind().step() <= step);
        let begin = all.partition_point(|target| target.kind().step() < step);
        all.get(begin..end).unwrap_or_default()
    }

    /// Is this a target that the plan names and leaves to the person of a row?
    pub fn leaves(&self, row: RowNumber, target: &WriteTarget, type_name: &str) -> bool {
        self.staying(row).iter().any(|stays| stays.target == *target && stays.type_name == type_name)
    }

    /// Is this target one that Graph keeps as long as another one is there, which the plan leaves? A second mobile number holds up
    /// the first ("Delete phoneAuthenticationMethod").
    pub fn is_held_up(&self, row: RowNumber, target: &WriteTarget) -> bool {
        let holds_up = TargetKind::Method(MethodKind::AlternateMobile);
        target.kind() == TargetKind::Method(MethodKind::MobilePhone)
            && self.staying(row).iter().any(|stays| stays.target.kind() == holds_up)
    }

    /// What stays with the person of a row, for whom something else is done.
    pub fn staying(&self, row: RowNumber) -> &[StayingTarget] {
        self.rows.get(&row).map_or(&[], |listed| listed.staying.as_slice())
    }

    /// How many targets each step for a row has.
    pub fn numbers(&self, row: RowNumber) -> StepMap<u8> {
        if !self.rows.contains_key(&row) {
            return StepMap::default();
        }
        StepMap::from_fn(|step| u8::try_from(self.of_step(row, step).len()).unwrap_or(u8::MAX))
    }

    /// Has each of these steps targets that has to have some, and no other one, and none too many?
    pub(super) fn fit(&self, row: RowNumber, steps: Steps) -> bool {
        let numbers = self.numbers(row);
        Step::with_targets().all(|step| steps.contains(step) == (numbers[step] > 0) && numbers[step] <= MAX_TARGETS)
    }
}

#[cfg(test)]
mod tests {
    use super::super::ways_in::MethodLine;
    use super::*;

    #[test]
    fn what_is_removed_is_read_in_the_order_in_which_it_can_be() {
        let read = |list: &str| {
            let mut targets = PlanTargets::default();
            targets.read::<MethodLine>(list.as_bytes()).map(|()| targets)
        };
        let list = "row,method,type,id,plan\n7,mobile-phone,phone,3,remove\n7,passkey,fido2,'=k,remove\n\
                    7,alternate-mobile,phone,2,remove\n7,hardware-oath,token,9,cannot-remove\n8,passkey,fido2,1,stays\n9,,,,\n";
        let targets = read(list).unwrap();
        let named: Vec<String> = targets.of(RowNumber::new(7)).iter().map(ToString::to_string).collect();
        assert_eq!(named, ["passkey =k", "alternate-mobile 2", "mobile-phone 3"]);
        assert_eq!(targets.of_step(RowNumber::new(7), Step::Methods).len(), 3);
        assert!(targets.of_step(RowNumber::new(7), Step::Reset).is_empty());
        assert!([8, 9, 10].iter().all(|row| targets.numbers(RowNumber::new(*row)) == StepMap::default()));
        let leaves = |row, id: &str| {
            let target = WriteTarget::Method { kind: MethodKind::HardwareOath, id: id.to_owned() };
            targets.leaves(RowNumber::new(row), &target, "token")
        };
        assert!(leaves(7, "9") && !leaves(7, "8") && !leaves(8, "1"));
        assert!(targets.of(RowNumber::new(7)).iter().all(|target| !targets.is_held_up(RowNumber::new(7), target)));
        let held_up = read(
            "row,method,type,id,plan\n7,mobile-phone,phone,3,remove\n7,passkey,fido2,k,remove\n7,alternate-mobile,phone,2,stays\n",
        );
        let held_up = held_up.unwrap();
        let of_seven = held_up.of(RowNumber::new(7)).iter();
        let named: Vec<&str> = of_seven
            .filter(|target| held_up.is_held_up(RowNumber::new(7), target))
            .map(|it| it.kind().name())
            .collect();
        assert_eq!(named, ["mobile-phone"], "the second number stays");
        assert!(read("row,method,type,id,plan\n7,charm,x,1,remove\n").is_err());
    }
}
