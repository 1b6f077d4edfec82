//! Graph's side of the wire: what requests mean, what is refused, how answers are written.

pub(crate) mod answer;
pub(crate) mod batch;
mod batch_item;
pub(crate) mod call;
pub(crate) mod change;
pub(crate) mod depends_on;
pub(crate) mod errors;
pub(crate) mod filter;
pub(crate) mod password;
pub(crate) mod properties;
mod query;
