//! Further app registrations that a run goes through, each with a quota of its own.

use std::env;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::task::JoinSet;

use super::connect::Connected;
use super::credential_args::typed_password;
use super::exit::{Exit, Failure};
use super::left_out_app;
use super::pace_args::EffectivePace;
use super::precheck::{CheckArgs, check_permissions, what_is_missing};
use crate::doctor::grants::Need;
use crate::graph::app_file::AppFile;
use crate::graph::caller::Caller;
use crate::graph::named_caller::NamedCaller;
use crate::graph::quota::{Allowance, LimitShare};
use crate::graph::reading::{Organization, ReadError, Reading};
use crate::graph::token::Credential;
use crate::graph::transport::{HttpTransport, TransportError};
use crate::ids::TenantId;
use crate::plan::reach::ActingPrincipal;
use crate::run::apps::{App, AppName, Apps, MAX_APPS};
use crate::run::event::AppStatistics;
use crate::run::pace::Pace;
use crate::run::shut_out::ShutOut;
use crate::run::spent::WritesSpent;
use crate::wording::further_apps::{NAMED_TWICE, OF_ANOTHER_TENANT};

/// Further app registrations of the same tenant.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Pace")]
pub(super) struct AppArgs {
    /// One more app registration of the tenant to spread the writes over, named by this TOML file: each app has a quota of
    /// its own, and three of them reach the tenant's. The file says client_id and one of client_secret_file,
    /// client_secret_env, certificate_path, federated_token_file or federated_audience. May be repeated
    #[arg(long = "app", value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// An app registration beside the first one, and what it proves itself with.
pub(super) struct FurtherApp {
    pub(super) name: AppName,
    pub(super) credential: Credential,
}

impl AppArgs {
    /// As if these files had been named.
    pub(super) fn named(files: Vec<PathBuf>) -> Self {
        Self { files }
    }

    pub(super) fn is_given(&self) -> bool {
        !self.files.is_empty()
    }

    /// Reads the files, and nothing that they refer to.
    ///
    /// # Errors
    ///
    /// One cannot be read or used, or names an app that another one names.
    pub(super) fn read(&self) -> Result<Vec<AppFile>, Failure> {
        if self.files.len() >= MAX_APPS {
            return Err(Failure::usage(format_args!("--app is given {} times", self.files.len())).with_next(
                format_args!(
                    "A run goes through {MAX_APPS} apps at most. Three are enough for the tenant's own limit."
                ),
            ));
        }
        let mut apps = Vec::<AppFile>::with_capacity(self.files.len());
        for path in &self.files {
            let app = AppFile::read(path)?;
            if let Some(before) = apps.iter().find(|before| before.client_id == app.client_id) {
                let (one, other) = (before.path.display(), app.path.display());
                return Err(twice(&app, format_args!("{one} and {other}")));
            }
            apps.push(app);
        }
        Ok(apps)
    }

    /// The apps with their credentials, for the tenant of a plan.
    ///
    /// # Errors
    ///
    /// As [`AppArgs::read`]; or a file is meant for another tenant, or its credential is not there.
    pub(super) fn of_tenant(&self, tenant: TenantId) -> Result<Vec<FurtherApp>, Failure> {
        let entering = |app: AppFile| {
            if let Some(other) = app.tenant_id.filter(|other| *other != tenant) {
                return Err(Failure::refused(format_args!(
                    "the app in {} is for tenant {other}, and the plan is for {tenant}",
                    app.path.display()
                ))
                .with_next(OF_ANOTHER_TENANT));
            }
            let credential = credential(&app, &tenant.to_string())?;
            Ok(FurtherApp { name: name(&app), credential })
        };
        self.read()?.into_iter().map(entering).collect()
    }
}

/// What the app of a file is called.
pub(super) fn name(app: &AppFile) -> AppName {
    AppName { client_id: Some(app.client_id), named_in: app.path.display().to_string() }
}

/// What the app of a file proves itself with in a tenant.
///
/// # Errors
///
/// It is not there, or cannot be used.
pub(super) fn credential(app: &AppFile, tenant: &str) -> Result<Credential, Failure> {
    Ok(app.credential(tenant, |name| env::var(name).ok(), &mut typed_password)?)
}

fn twice(app: &AppFile, places: std::fmt::Arguments<'_>) -> Failure {
    Failure::usage(format_args!("{places} name the same app, {}", app.client_id)).with_next(NAMED_TWICE)
}

/// The app of the connection, and those beside it, before any of them has got in.
pub(super) struct Entering {
    pub(super) first: Connected,
    pub(super) further: Vec<FurtherApp>,
}

/// The apps of a run that get in.
pub(super) struct Joined {
    /// The first of them, which reads for all.
    pub(super) reader: Connected,
    readers_name: AppName,
    others: Vec<(AppName, HttpTransport)>,
    left_out: Vec<AppStatistics>,
}

/// Has every app fetch its first token. One that gets none is left out with a warning.
///
/// # Errors
///
/// None gets in, or one of them is named twice.
pub(super) async fn join(Entering { first: connected, further }: Entering) -> Result<Joined, Failure> {
    let readers_name = match connected.caller().await {
        Ok(caller) => name_of(&caller),
        // What is wrong with it is said below.
        Err(_) => AppName { client_id: None, named_in: ENVIRONMENT.to_owned() },
    };
    let mut joined = Joined { reader: connected, readers_name, others: Vec::new(), left_out: Vec::new() };
    if further.is_empty() {
        return Ok(joined);
    }
    if let Some(same) = further.iter().find(|app| app.name.client_id == joined.readers_name.client_id) {
        return Err(Failure::usage(format_args!("{} names the app of the environment once more", same.name.named_in))
            .with_next(NAMED_TWICE));
    }
    let mut entering = JoinSet::new();
    let clock = joined.reader.clock;
    let beside = further.into_iter().map(|app| (app.name, joined.reader.transport.beside(app.credential)));
    let beside: Vec<(AppName, HttpTransport)> = beside.collect();
    let all = std::iter::once((joined.readers_name, joined.reader.transport)).chain(beside);
    for (place, (name, transport)) in all.enumerate() {
        entering.spawn(async move { (place, transport.authenticate().await, name, transport) });
    }
    let mut entered = entering.join_all().await;
    entered.sort_by_key(|(place, ..)| *place);
    let (mut inside, mut left_out, mut first_error) = (Vec::new(), Vec::new(), None);
    for (_, result, name, transport) in entered {
        match result {
            Ok(()) => inside.push((name, transport)),
            Err(error) => {
                left_out.push(without(&name, ShutOut::NoAccess(error.clone())));
                first_error.get_or_insert(error);
            }
        }
    }
    let mut inside = inside.into_iter();
    let Some((readers_name, transport)) = inside.next() else {
        let failure = first_error.map(Failure::from);
        return Err(failure.unwrap_or_else(|| Failure::new(Exit::Access, "there is no app to go in as")));
    };
    joined = Joined { reader: Connected { transport, clock }, readers_name, others: inside.collect(), left_out };
    Ok(joined)
}

const ENVIRONMENT: &str = "the environment";

fn name_of(caller: &Caller) -> AppName {
    match caller {
        Caller::App { client_id } => AppName { client_id: client_id.parse().ok(), named_in: ENVIRONMENT.to_owned() },
        Caller::SignedIn { .. } => AppName { client_id: None, named_in: "the signed-in person's".to_owned() },
        Caller::Unknown => AppName { client_id: None, named_in: ENVIRONMENT.to_owned() },
    }
}

/// Warns of an app that does not get in.
fn without(name: &AppName, reason: ShutOut) -> AppStatistics {
    let app = name.to_string();
    left_out_app::warn(&app, &reason);
    AppStatistics { client_id: name.client_id, app, left_out: Some(reason), ..AppStatistics::default() }
}

impl Joined {
    /// How many apps there are.
    pub(super) fn count(&self) -> u32 {
        1 + u32::try_from(self.others.len()).unwrap_or(u32::MAX)
    }

    /// Every app that writes.
    ///
    /// # Errors
    ///
    /// One has no token any more.
    pub(super) async fn callers(&self) -> Result<Vec<NamedCaller>, Failure> {
        let mut callers = vec![self.reader.transport.named_caller().await?];
        for (_, transport) in &self.others {
            callers.push(transport.named_caller().await?);
        }
        Ok(callers)
    }

    /// Has every app get in anew with its next call.
    pub(super) fn forget_tokens(&self) {
        self.reader.transport.forget_token();
        self.others.iter().for_each(|(_, transport)| transport.forget_token());
    }

    /// Which tenant this is, by the first app that Graph takes.
    ///
    /// # Errors
    ///
    /// Graph takes none of them, or does not answer.
    pub(super) async fn organization(&mut self) -> Result<Organization, ReadError> {
        loop {
            let Connected { transport, clock } = &self.reader;
            let error = match Reading::new(transport, *clock).organization().await {
                Err(ReadError::Transport(error)) if !self.others.is_empty() => error,
                read => return read,
            };
            if !matches!(error, TransportError::Token(_) | TransportError::Unauthorized(_)) {
                return Err(ReadError::Transport(error));
            }
            self.left_out.push(without(&self.readers_name, ShutOut::NoAccess(error)));
            (self.readers_name, self.reader.transport) = self.others.remove(0);
        }
    }

    /// Looks whether every app was granted what is needed. A further one that was not is left out with a warning.
    ///
    /// # Errors
    ///
    /// The first app visibly lacks a permission, and `--without-checks` was not given.
    pub(super) async fn check_permissions(
        &mut self,
        needs: &[Need],
        checks: CheckArgs,
    ) -> Result<ActingPrincipal, Failure> {
        let principal = check_permissions(&self.reader, needs, checks).await?;
        if checks.without_checks {
            return Ok(principal);
        }
        for (name, transport) in std::mem::take(&mut self.others) {
            match what_is_missing(&transport, needs).await {
                Some(missing) => self.left_out.push(without(&name, ShutOut::NotGranted(missing))),
                None => self.others.push((name, transport)),
            }
        }
        Ok(principal)
    }

    /// The least tenant time for so many writes through these apps, by the documented figures.
    pub(super) fn floor(&self, quota: Allowance, writes: u64) -> Duration {
        floor(self.count(), quota, writes)
    }

    /// The apps at the start of their work, and those that were left out before.
    ///
    /// `share` is the first one's, where it writes in other tenants, too.
    pub(super) fn at_work(
        self,
        pace: &EffectivePace,
        spent: &WritesSpent,
        share: Option<LimitShare>,
    ) -> (Apps<HttpTransport>, Vec<AppStatistics>) {
        let Connected { transport, clock } = self.reader;
        let all = std::iter::once((self.readers_name, transport)).chain(self.others);
        let app = |(place, (name, transport)): (usize, (AppName, HttpTransport))| {
            let spent = spent.of(name.client_id, place == 0);
            let own = Pace::of(pace.quota_writes, pace.max_in_flight, clock, spent);
            let own = match share.clone().filter(|_| place == 0) {
                Some(share) => own.sharing(share),
                None => own,
            };
            App::new(name, Arc::new(transport), own)
        };
        let apps = all.enumerate().map(app).collect();
        (Apps::new(apps, pace.max_in_flight, clock, spent.of_tenant), self.left_out)
    }
}

/// The least tenant time for so many writes through so many apps of that quota each, within the tenant's.
pub(super) fn floor(apps: u32, quota: Allowance, writes: u64) -> Duration {
    let together =
        Allowance { burst: quota.burst.saturating_mul(apps), per_second: quota.per_second * f64::from(apps) };
    together.floor(writes).max(Allowance::WRITES_OF_TENANT.or_more(quota).floor(writes))
}
