//! The doctor's checks that cost no call more, before a plan is made and before it is carried out: no run starts that must
//! fail.

use clap::Args;
use time::OffsetDateTime;

use super::connect::Connected;
use super::exit::{Exit, Failure};
use super::failures::{WITHOUT_CHECKS, reworded};
use super::messages;
use super::words::harmless;
use crate::doctor::grants::{self, Need};
use crate::doctor::{CheckStatus, network};
use crate::graph::claims::Claims;
use crate::graph::transport::HttpTransport;
use crate::plan::reach::ActingPrincipal;
use crate::run::shut_out::{NotGranted, ShutOut};

/// Whether the checks stand in the way.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct CheckArgs {
    /// Go on even where the app visibly lacks a permission or a directory role, and Graph would refuse the writes
    #[arg(long, help_heading = "Checks")]
    pub(super) without_checks: bool,
}

/// Makes sure that the token permits what is needed, as far as it can be read, and says which app or person does them.
///
/// # Errors
///
/// A permission is visibly missing, and `--without-checks` was not given; or there is no token.
pub(super) async fn check_permissions(
    connected: &Connected,
    needs: &[Need],
    checks: CheckArgs,
) -> Result<ActingPrincipal, Failure> {
    let caller = connected.caller().await?;
    let claims = connected.transport.claims().await?;
    let principal = ActingPrincipal::of(&caller, claims.as_ref());
    let Some(claims) = claims else {
        messages::note(
            "the token cannot be read, so what it permits is not known beforehand: a missing permission will show as 403 in \
             the run",
        );
        return Ok(principal);
    };
    match missing(&claims, needs).map(before_any_write) {
        Some(failure) if !checks.without_checks => Err(failure),
        Some(failure) => {
            messages::note(harmless(&failure.what));
            Ok(principal)
        }
        None => Ok(principal),
    }
}

/// What an app visibly was not granted; nothing where it has all, or where its token cannot be read.
pub(super) async fn what_is_missing(transport: &HttpTransport, needs: &[Need]) -> Option<NotGranted> {
    missing(&transport.claims().await.ok().flatten()?, needs)
}

/// Makes sure that the token permits to mark the risk of people, as far as it can be read; `flag` is what asks for that.
///
/// # Errors
///
/// The permission is visibly missing, and `--without-checks` was not given; or there is no token.
pub(super) async fn check_risk(connected: &Connected, flag: &str, checks: CheckArgs) -> Result<(), Failure> {
    let Some(claims) = connected.transport.claims().await? else { return Ok(()) };
    let lacking = grants::MARK_RISK.lacking(&claims);
    if lacking.is_empty() {
        return Ok(());
    }
    let whose = if claims.is_app { "this app was not granted" } else { "the token does not carry" };
    let what = format!(
        "{whose} {}, which {flag} needs: Graph would refuse to mark the risk of any of them",
        lacking.join(" and ")
    );
    if checks.without_checks {
        messages::note(harmless(&what));
        return Ok(());
    }
    let remedy = grants::how_to_grant(&lacking, claims.is_app);
    Err(Failure::new(Exit::Access, what).with_next(remedy).and_next(WITHOUT_CHECKS))
}

/// Makes sure that the token permits what is needed to list what people have, as far as it can be read; `flag` is what asks for
/// that.
///
/// # Errors
///
/// The permission is visibly missing, and `--without-checks` was not given; or there is no token.
pub(super) async fn check_listing(
    connected: &Connected,
    needs: &[Need],
    flag: &str,
    checks: CheckArgs,
) -> Result<(), Failure> {
    let Some(claims) = connected.transport.claims().await? else { return Ok(()) };
    let missing = needs.iter().map(|need| (need, need.lacking(&claims))).find(|(_, lacking)| !lacking.is_empty());
    let Some((need, lacking)) = missing else { return Ok(()) };
    let whose = if claims.is_app { "this app was not granted" } else { "the token does not carry" };
    let what = format!(
        "{whose} {} (to {}), which {flag} needs: Graph would refuse to list any of them",
        lacking.join(" and "),
        need.permission.purpose
    );
    if checks.without_checks {
        messages::note(harmless(&what));
        return Ok(());
    }
    let remedy = grants::how_to_grant(&lacking, claims.is_app);
    Err(Failure::new(Exit::Access, what).with_next(remedy).and_next(WITHOUT_CHECKS))
}

fn missing(claims: &Claims, needs: &[Need]) -> Option<NotGranted> {
    let lacking: Vec<_> = needs.iter().map(|need| (need.permission, need.lacking(claims))).collect();
    let lacking: Vec<_> = lacking.into_iter().filter(|(_, names)| !names.is_empty()).collect();
    (!lacking.is_empty()).then_some(NotGranted { lacking, is_app: claims.is_app })
}

fn before_any_write(missing: NotGranted) -> Failure {
    let what = format!("{missing}: Graph would refuse every write; nothing was changed");
    reworded(what, ShutOut::NotGranted(missing).into()).and_next(WITHOUT_CHECKS)
}

/// Warns when this machine's clock and Graph's disagree, by the answers so far.
pub(super) fn note_clocks(connected: &Connected) {
    let (here, there) = (OffsetDateTime::now_utc(), connected.transport.time_there());
    let check = network::clocks(there, here, connected.clock.speed());
    if check.status == CheckStatus::Failed {
        messages::warn(check.found);
    }
}
