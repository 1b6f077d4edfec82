//! Sets of plans for many tenants that cannot be used.

use super::super::exit::Failure;
use super::super::words::quoted;
use crate::tenants::SetError;

impl From<SetError> for Failure {
    fn from(error: SetError) -> Self {
        match error {
            SetError::Plan(error) => error.into(),
            SetError::None(ref folder) => {
                let folder = quoted(folder);
                Self::usage(error).with_command(
                    "Make the plans first",
                    format_args!("sealoff plan LIST --playbook P --tenants FILE --out {folder}"),
                )
            }
            SetError::Io { .. } => Self::usage(error).with_next("Give yourself the right to read it."),
            SetError::Broken { .. } | SetError::OtherPlan { .. } => Self::refused(error).with_next(
                "What was approved is no longer what is here. Make the set anew in another folder; the run of each plan that has \
                 begun can be finished alone: sealoff apply DIR/NAME.",
            ),
        }
    }
}
