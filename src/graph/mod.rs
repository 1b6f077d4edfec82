//! One tenant of Microsoft Graph: transport, tokens, `$batch`, quota, retries.
//!
//! This room knows what Graph is and nothing of why it is called: no plan, no roster, no terminal. Facts about Graph are
//! cited by the title of the Microsoft page they come from. Data passes through the files in this order:
//!
//! | file | what it does |
//! | --- | --- |
//! | [`endpoint`], [`connection`], `resolver`, `system_roots` | where Graph is, and the one HTTP client |
//! | [`credential`], [`app_file`] | what the program signs in with; the file that names a further app |
//! | [`token`], [`claims_challenge`], [`aadsts`] | the token that all calls share, what Graph wants proved, what the token service's codes mean |
//! | [`claims`], [`caller`], [`named_caller`], [`access`] | what a token says, in whose name calls are made and how plans keep it, and what may be shown of both |
//! | [`transport`] | carries one call |
//! | `body` | takes an answer in, no larger and no slower than an answer is |
//! | [`unreachable`](mod@unreachable), [`foreign`], [`error`], `error_body` | why there is no answer, that something else than Graph answered, what Graph says when it refuses |
//! | [`outside`] | the one type in which a text from outside is kept and shown |
//! | `echo`, `secret_parts`, `sought_token`, `request_id` | what of an answer is never kept: secrets and tokens that it repeats, and what is no name of a request |
//! | [`status`] | what an HTTP status says |
//! | [`retry_after`], [`throttle`], [`backoff`] | how long to wait |
//! | `unclear` | which refusals may pass at once |
//! | [`batch`] | packs and unpacks up to twenty requests in one call |
//! | [`write_outcome`] | what the answer to a write means |
//! | [`quota`] | how many writes may start now |
//! | `read_permission` | which permission a read needs |
//! | `patience`, `open_reads`, [`postponed_read`], `read_error` | how often a read is tried, the reads of one batch, which of them are made again, and why one fails |
//! | [`as_said`](mod@as_said) | what an answer says beside what decides, where it can be understood |
//! | [`reading`], [`paced`], [`user`], [`percent`] | all of it for calls that change nothing; the same within the tenant's resource units, page by page |
//! | [`found_pace`] | how fast to go where no page says what Graph lets through |
//! | [`password_writeback`] | a reset that is written back to Active Directory, and the operation that says how far it is |
//! | [`risk_mark`], [`shown_risk`] | the risk of people, marked many to a call, and read |
//! | [`probe`](mod@probe), [`certificate`] | whether a service answers, and who signed for it |

pub mod aadsts;
pub mod access;
pub mod app_file;
pub mod as_said;
pub mod backoff;
pub mod batch;
pub(crate) mod body;
pub mod caller;
pub mod certificate;
pub mod claims;
pub mod claims_challenge;
pub mod connection;
pub mod credential;
pub(crate) mod echo;
pub mod endpoint;
pub mod error;
pub(crate) mod error_body;
pub mod foreign;
pub mod found_pace;
pub mod named_caller;
mod open_reads;
pub mod outside;
pub mod paced;
pub mod password_writeback;
mod patience;
pub mod percent;
pub mod postponed_read;
pub mod probe;
pub mod quota;
mod read_error;
mod read_permission;
pub mod reading;
mod request_id;
mod resolver;
pub mod retry_after;
pub mod risk_mark;
mod secret_parts;
pub mod shown_risk;
mod sought_token;
pub mod status;
mod system_roots;
pub mod throttle;
pub mod token;
pub mod transport;
pub(crate) mod unclear;
pub mod unreachable;
pub mod user;
pub mod write_outcome;
