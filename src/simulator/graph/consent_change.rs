//! What is changed about consents.

use crate::simulator::directory::SimulatedConsent;

/// What is changed.
#[derive(Debug)]
pub(crate) enum ConsentChange {
    Delete(String),
    Create(SimulatedConsent),
}
