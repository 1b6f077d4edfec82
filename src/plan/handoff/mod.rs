//! Who hands the new passwords over, and to which keys theirs are sealed.
//!
//! A *handoff name* stands for a person, or for several who share a desk. The file of `--recipients` gives each name its
//! keys ([`HandoffKeys`]); a row of the roster names one, and the plan keeps for each name its keys and how many accounts
//! are theirs ([`Handoff`]). A row whose name has no keys is found while the plan is made ([`NamesWithoutKeys`]): a plan with
//! such a row is never made, so no password is ever set that no key could open.

mod file;
mod name;
mod shares;

pub use file::{HandoffKeys, HandoffKeysError, Holder};
pub use name::{ACTIVE_DIRECTORY, DEFAULT, ESCROW, HandoffName, HandoffNameError};
pub(super) use shares::Sharing;
pub use shares::{Handoff, NamesWithoutKeys, Share, WithoutKeys};
