//! A read that did not come about, and will be made again.

use std::time::Duration;

/// A read that is made again after a while.
#[derive(Debug)]
pub struct PostponedRead<'a> {
    /// How the last attempt ended.
    pub last: &'a str,
    /// How often it was tried.
    pub attempts: u32,
    /// How long it waits.
    pub pause: Duration,
    /// How long it has taken so far.
    pub waited: Duration,
}
