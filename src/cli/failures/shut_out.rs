//! An app that a run goes on without, or that was the last one.

use super::super::exit::{Exit, Failure};
use super::super::words::harmless;
use crate::doctor::grants::how_to_grant;
use crate::run::shut_out::ShutOut;
use crate::wording::missing_role::GRANT;
use crate::wording::refused_token::TOKEN_OF_ANOTHER_CLOUD;
use crate::wording::unread::about_the_app;

impl From<ShutOut> for Failure {
    fn from(why: ShutOut) -> Self {
        let failure = Self::new(Exit::Access, harmless(&why.to_string()));
        match why {
            ShutOut::NoAccess(error) => error.into(),
            ShutOut::NotGranted(missing) => failure.with_next(how_to_grant(&missing.names(), missing.is_app)),
            ShutOut::RoleMissing(_) => failure.with_next(GRANT),
            ShutOut::TokenRejected => failure.with_next(TOKEN_OF_ANOTHER_CLOUD),
            ShutOut::BatchRefused(refused) => {
                refused.clue().and_then(about_the_app).into_iter().fold(failure, Self::with_next)
            }
        }
    }
}
