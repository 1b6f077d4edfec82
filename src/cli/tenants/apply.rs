//! `sealoff apply --tenants`: the plans of a set, carried out side by side in one process.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use time::OffsetDateTime;

use super::job;
use super::progress::SetProgress;
use super::side_by_side::{TenantWork, side_by_side};
use super::status::{self, RanInTenant};
use crate::cli::apply::{self, ApplyArgs};
use crate::cli::carry_out::RunsBeside;
use crate::cli::connect::Connected;
use crate::cli::exit::{Exit, Failure};
use crate::cli::interrupt;
use crate::cli::messages;
use crate::cli::progress::CTRL_C_IS_SAFE;
use crate::cli::shown_failure;
use crate::cli::words::{count, counted, quoted};
use crate::clock::Clock;
use crate::graph::quota::{Allowance, SharedLimit};
use crate::ids::ClientId;
use crate::plan::approvers::ApprovalPolicy;
use crate::plan::folder::PlanFolder;
use crate::plan::phrase::SpokenApproval;
use crate::run::recent_writes::RecentWrites;
use crate::tenants::{Member, NamedTenant, TenantAccess, TenantSet, TenantsFile};
use crate::wording::worded_step::WordedStep;

/// Carries the set out, or goes on with it.
///
/// # Errors
///
/// The set cannot be used, or was not approved. What happens in one tenant is its ending, and stops no other.
pub(in crate::cli) async fn run(
    args: ApplyArgs,
    dir: &Path,
    file: Option<&PathBuf>,
    policies: &[ApprovalPolicy],
) -> Result<Exit, Failure> {
    let set = TenantSet::open(dir)?;
    let path = super::needed(file, "apply", dir)?;
    let file = job::read(path)?;
    check(&set, args.confirm.as_ref(), path)?;
    let stop = interrupt::token(interrupt::StopRequests::take_over().map_err(Failure::usage)?);
    let members: Vec<&Member> = set.manifest.planned().collect();
    let clock = args.connection.clock_speed.map_or_else(Clock::real, Clock::with_speed);
    let progress = Arc::new(SetProgress::of(members.iter().map(|member| member.name.to_string()), clock));
    let accounts = counted(set.manifest.accounts, "account", "accounts");
    let all = counted(members.len() as u64, "tenant", "tenants");
    messages::info(format_args!(
        "{} {accounts} in {all} (fingerprint {})",
        set.manifest.playbook,
        set.manifest.fingerprint.short()
    ));
    if messages::draws_progress() {
        messages::info(CTRL_C_IS_SAFE);
    }
    let limits = LimitsOfApps::of(&set, &members, &file, args.connection.clock_speed);
    let mut work: Vec<TenantWork<'_, RanInTenant>> = Vec::with_capacity(members.len());
    for (place, &member) in members.iter().enumerate() {
        let (set, file, args, stop, own) = (&set, &file, &args, &stop, Arc::clone(&progress));
        let limit = file.get(&member.name).and_then(|tenant| limits.get(tenant)).cloned();
        let running = async move {
            let listener = Arc::clone(&own);
            let ran = if stop.is_cancelled() {
                Err(Failure::new(Exit::Interrupted, "interrupted before its turn; nothing was changed here")
                    .with_next("The same command goes on."))
            } else {
                let beside = limit.map(|limit| RunsBeside {
                    allow: allow(member, &file.path),
                    share: limit.share(member.priority.unwrap_or(u32::MAX)),
                    listener: Arc::new(move |event| listener.hear(place, event)),
                });
                one(set, member, file, args, policies, beside).await
            };
            own.ended(place);
            if let Err(failure) = &ran {
                shown_failure::show(failure);
            }
            ran
        };
        work.push(Box::pin(messages::speaking_of(member.name.as_str(), running)));
    }
    let ran = tokio::select! {
        ran = side_by_side(work) => ran,
        () = progress.keep_showing(&stop) => Vec::new(),
    };
    let ran = members.iter().map(|member| member.name.clone()).zip(ran).collect();
    status::show(&set, ran, args.json)
}

/// The plan of one tenant, as `sealoff apply DIR/NAME` carries it out.
async fn one(
    set: &TenantSet,
    member: &Member,
    file: &TenantsFile,
    args: &ApplyArgs,
    policies: &[ApprovalPolicy],
    beside: Option<RunsBeside>,
) -> RanInTenant {
    let plan = set.plan_of(member)?;
    let tenant = tenant_of(file, member)?;
    let phrase = plan.manifest().phrase().to_string();
    let approved: SpokenApproval = phrase.parse().map_err(Failure::refused)?;
    let connect = || -> Result<Connected, Failure> { job::connect(tenant, &args.connection) };
    let args = args.of_one(plan.path().to_owned(), approved).with_number(tenant.max_accounts);
    apply::one(args, policies, connect, beside).await
}

/// How to name how many accounts may be changed in a tenant: the flag would name it for all of them.
fn allow(member: &Member, file: &Path) -> WordedStep {
    let what = format!("If they are, put this below [tenants.{}] in {}, and start again", member.name, quoted(file));
    WordedStep::typed(what, format_args!("max_accounts = {}", member.accounts))
}

/// The tenant of the file that a member of the set is.
///
/// # Errors
///
/// The file has none of that name any more.
pub(super) fn tenant_of<'a>(file: &'a TenantsFile, member: &Member) -> Result<&'a NamedTenant, Failure> {
    file.get(&member.name).ok_or_else(|| {
        Failure::usage(format_args!("there is no [tenants.{}] in {}", member.name, quoted(&file.path)))
            .with_next("Name the file that the plans were made with, or put the table back.")
    })
}

/// What each app may write in all its tenants; people who sign in share the app of the Azure CLI.
struct LimitsOfApps(HashMap<Option<ClientId>, SharedLimit>);

impl LimitsOfApps {
    /// All that these members need, less what earlier processes have spent of it a short while ago.
    fn of(set: &TenantSet, members: &[&Member], file: &TenantsFile, speed: Option<f64>) -> Self {
        let (now, limit) = (OffsetDateTime::now_utc(), Allowance::WRITES_OF_APP);
        let clock = speed.map_or_else(Clock::real, Clock::with_speed);
        let mut spent: HashMap<_, RecentWrites> = HashMap::new();
        for &member in members {
            let Some(app) = file.get(&member.name).map(app_of) else { continue };
            let spent = spent.entry(app).or_insert_with(|| RecentWrites::none(limit, now, clock.speed()));
            // What is wrong with a journal is said when its tenant has its turn.
            let _ = spent.take(&PlanFolder::journal_in(&set.folder_of(member)), app);
        }
        Self(spent.into_iter().map(|(app, spent)| (app, SharedLimit::less(spent.missing(), limit, clock))).collect())
    }

    /// That of the tenant's app.
    fn get(&self, tenant: &NamedTenant) -> Option<&SharedLimit> {
        self.0.get(&app_of(tenant))
    }
}

fn app_of(tenant: &NamedTenant) -> Option<ClientId> {
    match &tenant.access {
        TenantAccess::App(app) => Some(app.client_id),
        TenantAccess::AzureCli => None,
    }
}

/// What does not fit is refused before anything else: it says that another set was approved than this one.
fn check(set: &TenantSet, said: Option<&SpokenApproval>, file: &Path) -> Result<(), Failure> {
    let manifest = &set.manifest;
    let command =
        format!("sealoff apply {} --tenants {} --confirm {}", quoted(&set.folder), quoted(file), manifest.phrase());
    let what = match said {
        None => {
            "the plans of many tenants are approved by --confirm SUM@FINGERPRINT, as their preview shows it".to_owned()
        }
        Some(said) if said.accounts != manifest.accounts => {
            format!("--confirm {said} does not fit: these plans change {} accounts together", count(manifest.accounts))
        }
        Some(said) if !said.names(manifest.fingerprint) => {
            format!(
                "--confirm {said} does not name this set, which has the fingerprint {}",
                manifest.fingerprint.short()
            )
        }
        Some(_) => return Ok(()),
    };
    Err(Failure::refused(what).with_command("Read the set again. If it is the one that was approved", command))
}
