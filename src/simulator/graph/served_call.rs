//! The calls that the simulator knows.

use super::served_read::ServedRead;
use super::served_write::ServedWrite;

/// What is asked for.
#[derive(Debug)]
pub(crate) enum ServedCall {
    Read(ServedRead),
    Write(ServedWrite),
}

impl From<ServedRead> for ServedCall {
    fn from(read: ServedRead) -> Self {
        Self::Read(read)
    }
}

impl From<ServedWrite> for ServedCall {
    fn from(write: ServedWrite) -> Self {
        Self::Write(write)
    }
}
