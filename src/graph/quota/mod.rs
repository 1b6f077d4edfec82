//! How many writes may start now.
//!
//! The documented limits of the identity service are token buckets ("Microsoft Graph service-specific throttling
//! limits", identity and access): for each app in each tenant 3,000 writes refilled at 20 a second, and resource units
//! beside it; above them 18,000 writes in five minutes for the tenant and 35,000 for the app in all its tenants. The page
//! calls the limit of the writes a bucket and words it as a window, and which it is cannot be measured from outside.
//!
//! So there are two kinds of limits here. Those that only have to be kept stand in a [`Bucket`] each, over `governor`: it
//! counts, refills and says how long to wait, and the file only turns a documented limit into governor's terms. There are
//! four of them: the resource units of reads (`graph/paced.rs`), the resource units of writes and the writes of one app in all its
//! tenants (`run/pace.rs`), and the writes of all apps in the tenant (`run/apps.rs`). Graph's answers say too little about
//! these to correct them.
//!
//! The limit that decides how long a run takes is in the hands of the [`Controller`]. It starts from the documented
//! bucket and believes what Graph says over what it documents:
//!
//! - `level` is the bucket, with a level and a rate that can both be corrected. Two refusals give the true rate: what
//!   passed between two moments at which the bucket was empty is exactly what flowed in.
//! - `window` is the window, sliding or fixed. A bucket that is empty is good for a batch again within seconds; a service
//!   that refuses everything for a quarter of a minute and more, right after its quota was spent, counts in windows.
//! - [`Concurrency`] is how many calls it takes to spend at that pace.
//!
//! Refused as alternatives:
//!
//! - A fixed pace below the documented rate, with backoff after a 429. It needs none of this, and gives the burst away: 3,000
//!   writes that could leave in seconds would take 150 s. And it never learns that a quota is smaller or shared.
//! - To send as fast as the network allows and obey `Retry-After` alone. "Microsoft Graph throttling guidance" says that
//!   usage keeps accruing while an app is throttled: each refused write costs quota, so that a storm lengthens the run.
//! - To raise and halve the rate as TCP does. The rate would swing around the true one for as long as the run lasts, and each
//!   swing above it costs refusals. Measuring between two moments at which the bucket is empty gives the rate at once.
//!   The price is that a measurement needs two refusals.
//!
//! Everything here is arithmetic on moments that the caller names, so that it can be tried against modelled services in
//! no time at all.

mod allowance;
mod bucket;
mod concurrency;
mod controller;
mod feedback;
mod level;
mod shared;
#[cfg(test)]
mod tests;
mod window;

pub use allowance::{Allowance, UnusableAllowance};
pub use bucket::Bucket;
pub use concurrency::{Concurrency, MAX_CALLS};
pub use controller::Controller;
pub use feedback::{Feedback, Heard, LimitRefusal, Shape, Wait};
pub use shared::{HeardBeside, LimitShare, SharedLimit};

/// A full batch: what has to fit before it is worth sending.
const BATCH: f64 = super::batch::MAX_ITEMS as f64;
