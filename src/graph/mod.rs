//! One tenant of Microsoft Graph: transport, tokens, `$batch`, quota, retries.
//!
//! This room knows what Graph is and nothing of why it is called: no plan, no roster, no terminal. Facts about Graph are
//! cited by the title of the Microsoft page they come from.
//!
//! Data passes through it in this order: [`endpoint`] and [`connection`] say where Graph is, [`app_file`] names further
//! apps to get in as, [`credential`] and [`token`] get in and [`access`] says as whom,
//! [`transport`] carries one call, [`batch`] packs and unpacks up to twenty requests in one call, [`verdict`] says what
//! an answer means, [`foreign`] that it is not Graph's, [`unreachable`](mod@unreachable) why there is none, and [`quota`] says how many
//! writes may start now. [`reading`] is the whole of it for calls that change nothing; [`paced`] does the same within the
//! tenant's resource units, page by page. [`probe`](mod@probe), [`certificate`] and [`claims`] look at the way itself: whether
//! anybody answers, who signed for it, and what a token says that it permits.

pub mod aadsts;
pub mod access;
pub mod app_file;
pub mod backoff;
pub mod batch;
pub mod caller;
pub mod certificate;
pub mod claims;
pub mod claims_challenge;
pub mod connection;
pub mod credential;
pub mod endpoint;
pub mod error;
pub mod foreign;
pub mod paced;
pub mod percent;
pub mod probe;
pub mod quota;
pub mod reading;
mod resolver;
pub mod retry_after;
mod system_roots;
pub mod throttle;
pub mod token;
pub mod transport;
pub mod unreachable;
pub mod user;
pub mod write_outcome;
