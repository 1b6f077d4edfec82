//! An app that a run goes on without, or that was the last one.

use super::super::exit::{Exit, Failure};
use super::super::words::harmless;
use crate::doctor::grants::how_to_grant;
use crate::run::shut_out::ShutOut;
use crate::wording::missing_role::GRANT;
use crate::words::sentence;

impl From<ShutOut> for Failure {
    fn from(why: ShutOut) -> Self {
        let failure = Self::new(Exit::Access, harmless(&why.to_string()));
        match why {
            ShutOut::NoAccess(error) => error.into(),
            ShutOut::NotGranted(missing) => failure.with_next(how_to_grant(&missing.names(), missing.is_app)),
            ShutOut::RoleMissing(_) => failure.with_next(GRANT),
            ShutOut::BatchRefused(refused) => refused.hint().map(sentence).into_iter().fold(failure, Self::with_next),
        }
    }
}
