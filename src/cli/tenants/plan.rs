//! `sealoff plan --tenants`: a plan in every tenant that has someone on the list, bound to a set.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::job;
use super::preview;
use super::side_by_side::{TenantWork, side_by_side};
use crate::cli::connect::{Connected, ConnectionArgs};
use crate::cli::diagnostics;
use crate::cli::exit::{Exit, Failure};
use crate::cli::messages;
use crate::cli::plan::{self, PlanArgs};
use crate::cli::planning_args::PlanningArgs;
use crate::cli::risk_args::check_cloud;
use crate::cli::spinner::Spinner;
use crate::cli::words::{counted, harmless, quoted};
use crate::graph::reading::Organization;
use crate::plan::folder as plan_folder;
use crate::plan::rules::Rules;
use crate::plan::summary::Summary;
use crate::private_files;
use crate::roster::{Entry, Roster, Source};
use crate::run::plan_place::PlanPlace;
use crate::spreadsheet::{BYTE_ORDER_MARK, guard};
use crate::tenants::page;
use crate::tenants::{
    KnownTenant, Member, NamedTenant, NoPlan, Placed, PlanFailure, SET_JSON, SetManifest, TenantSet, UNPLACED_CSV,
    Unplaced, Whose,
};

/// A tenant that is planned for, as far as that has come.
struct PlannedTenant<'a> {
    tenant: &'a NamedTenant,
    /// What is there to plan with.
    ready: Result<Ready, Failure>,
    rows: u64,
}

struct Ready {
    rules: Rules,
    connected: Connected,
    organization: Organization,
}

/// Makes the plans and shows the set.
///
/// # Errors
///
/// The file, the list or the folder cannot be used, or there is a plan for no tenant at all.
pub(in crate::cli) async fn run(args: PlanArgs, file: &Path) -> Result<Exit, Failure> {
    let PlanArgs { json, plan: planning, connection, .. } = args;
    let file = job::read(file)?;
    let source = Source::from_argument(planning.roster.as_os_str());
    if planning.by_hand.is_given() {
        return Err(Failure::usage("--passwords is for the plan of one tenant, and --tenants names many")
            .with_next("Plan those people alone, with the credentials of their tenant."));
    }
    let out = planning.out.clone();
    let places = places(&planning, file.tenants.iter().map(|tenant| tenant.name.as_str()))?;
    let mut planned = ask_tenants(&file.tenants, &planning, &connection).await;
    let whose = Whose::of(&planned.iter().map(known).collect::<Vec<_>>()).map_err(|[one, other]| {
        Failure::refused(format_args!(
            "[tenants.{one}] and [tenants.{other}] in {} are the same tenant",
            quoted(&file.path)
        ))
        .with_next("Leave one of them out: nothing may be done twice.")
    })?;
    private_files::create_folder(&out).map_err(|error| cannot(&out, &error))?;
    let Divided { rows, unplaced, parts } = divided(&planning, source, &whose, &mut planned)?;
    let members = make_plans(planned, places, parts, &planning).await;
    let roster = planning.roster.display().to_string();
    let set = SetManifest::new(planning.playbook, (roster, rows), unplaced, members);
    set.write(&out).map_err(|error| cannot(&out.join(SET_JSON), &error))?;
    if let Err(error) = page::write(&out, &set) {
        messages::note(format_args!("there is no page of these plans, and the plans are whole: {error}"));
    }
    preview::show(&set, &out, &file.path, json)?;
    let is_whole = set.failed().next().is_none() && set.unplaced == 0;
    Ok(if is_whole { Exit::Done } else { Exit::Unfinished })
}

/// Gets into every tenant, and learns which domains are its own.
async fn ask_tenants<'a>(
    tenants: &'a [NamedTenant],
    planning: &PlanningArgs,
    connection: &ConnectionArgs,
) -> Vec<PlannedTenant<'a>> {
    let _spinner = Spinner::start("asking the tenants for their domains");
    let mut work: Vec<TenantWork<'_, PlannedTenant<'a>>> = Vec::with_capacity(tenants.len());
    for tenant in tenants {
        let ready = messages::speaking_of(tenant.name.as_str(), ready(tenant, planning, connection));
        work.push(Box::pin(async move { PlannedTenant { tenant, ready: ready.await, rows: 0 } }));
    }
    side_by_side(work).await
}

/// Makes the plan of each tenant that has rows, each from its part of the list.
async fn make_plans(
    planned: Vec<PlannedTenant<'_>>,
    places: Vec<PlanPlace>,
    parts: Vec<Roster>,
    planning: &PlanningArgs,
) -> Vec<Member> {
    let _spinner = Spinner::start(format!("planning for {}", counted(planned.len() as u64, "tenant", "tenants")));
    let mut work: Vec<TenantWork<'_, Result<Summary, Failure>>> = Vec::new();
    let mut members: Vec<Member> = Vec::with_capacity(planned.len());
    let mut at_work = Vec::new();
    for (number, ((planned, place), part)) in planned.into_iter().zip(places).zip(parts).enumerate() {
        let PlannedTenant { tenant, ready, rows } = planned;
        let mut member = Member {
            name: tenant.name.clone(),
            tenant: None,
            tenant_id: None,
            priority: tenant.priority,
            rows,
            accounts: 0,
            refused: 0,
            too_large: None,
            plan: None,
            no_plan: Some(NoPlan::NoRows),
        };
        match ready {
            Ok(ready) => {
                member.tenant.clone_from(&ready.organization.display_name);
                member.tenant_id = Some(ready.organization.id);
                if rows > 0 {
                    at_work.push(number);
                    let making = make(tenant, ready, place, part, planning);
                    work.push(Box::pin(messages::speaking_of(tenant.name.as_str(), making)));
                }
            }
            Err(failure) => member.no_plan = Some(NoPlan::Failed(kept(failure))),
        }
        members.push(member);
    }
    for (number, made) in at_work.into_iter().zip(side_by_side(work).await) {
        let member = &mut members[number];
        match made {
            Ok(summary) => {
                member.accounts = summary.plan.accounts().into();
                member.refused = summary.plan.counts.refuse.rows.into();
                member.too_large = summary.plan.too_large;
                member.plan = Some(summary.fingerprint);
                member.no_plan = None;
            }
            Err(failure) => member.no_plan = Some(NoPlan::Failed(kept(failure))),
        }
    }
    members
}

/// A failure as the set keeps it.
fn kept(failure: Failure) -> PlanFailure {
    PlanFailure::new(failure.exit as u8, failure.what, failure.next)
}

fn cannot(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format_args!("{} cannot be written: {error}", quoted(path)))
        .with_next("Choose another folder with --out, or make room for it.")
}

/// Where every plan will be. All of it is known before anything is sent.
fn places<'a>(planning: &PlanningArgs, names: impl Iterator<Item = &'a str>) -> Result<Vec<PlanPlace>, Failure> {
    if !TenantSet::is_in(&planning.out) || !planning.replace.is_given() {
        plan_folder::is_free(&planning.out)?;
    }
    names.map(|name| planning.replace.place(&planning.out.join(name), Some(&planning.roster))).collect()
}

async fn ready(tenant: &NamedTenant, planning: &PlanningArgs, connection: &ConnectionArgs) -> Result<Ready, Failure> {
    let rules = job::rules(tenant, planning)?;
    check_cloud(rules.options.risk, tenant.cloud.unwrap_or(connection.cloud))?;
    let connected = job::connect(tenant, connection)?;
    let organization = job::organization(tenant, &connected).await?;
    Ok(Ready { rules, connected, organization })
}

fn known(planned: &PlannedTenant<'_>) -> KnownTenant {
    let organization = planned.ready.as_ref().ok().map(|ready| &ready.organization);
    KnownTenant {
        name: planned.tenant.name.clone(),
        written: planned.tenant.tenant.clone(),
        id: organization.map(|organization| organization.id),
        domains: organization
            .into_iter()
            .flat_map(|organization| organization.verified_domains.iter().map(|domain| domain.name.clone()))
            .collect(),
    }
}

/// The list, divided among the tenants.
struct Divided {
    rows: u64,
    /// Rows that belong to no tenant.
    unplaced: Unplaced,
    /// That of each tenant, in their order.
    parts: Vec<Roster>,
}

/// Divides the list in one pass: counts the rows of each tenant, and names those that are of none.
fn divided(
    planning: &PlanningArgs,
    source: Source,
    whose: &Whose,
    planned: &mut [PlannedTenant<'_>],
) -> Result<Divided, Failure> {
    let name = source.name();
    let roster = planning.reading.open(source)?;
    let path: PathBuf = planning.out.join(UNPLACED_CSV);
    let (tenants, mut rows, mut unplaced) = (planned.len(), 0, Unplaced::default());
    let mut csv = csv::Writer::from_writer(BYTE_ORDER_MARK.to_vec());
    let mut listed = csv.write_record(["user", "tenant", "reason", "row", "line"]);
    let place = |entry: &Entry| {
        rows += 1;
        let reason = match whose.place(entry) {
            Placed::In(number) => {
                planned[number].rows += 1;
                return Some(number);
            }
            Placed::UnknownTenant => "the column tenant names no tenant of the file",
            Placed::UnknownId => {
                unplaced.by_domain += 1;
                "no tenant of the file that could be asked has this id"
            }
            Placed::UnknownDomain => {
                unplaced.by_domain += 1;
                "no tenant of the file that could be asked has this domain"
            }
            Placed::NoDomain => "it names neither a tenant nor a domain: fill in the column tenant",
        };
        unplaced.rows += 1;
        if unplaced.rows <= MAX_NAMED {
            // Empty where it may be a password.
            let user = if entry.text.is_empty() { String::new() } else { format!(" ({})", harmless(&entry.text)) };
            messages::warn(format_args!("row {}{user}: {reason}", entry.row));
        }
        let (user, tenant) = (guard(&entry.text), guard(entry.tenant.as_deref().unwrap_or_default()));
        if listed.is_ok() {
            listed = csv.write_record([&user, &tenant, reason, &entry.row.to_string(), &entry.line.to_string()]);
        }
        None
    };
    let divided = roster.divided(tenants, &planning.out, place);
    let (_, parts) = divided.map_err(|error| diagnostics::of_roster(&error, &name))?;
    if unplaced.rows > MAX_NAMED {
        let more = counted(unplaced.rows - MAX_NAMED, "more row belongs", "more rows belong");
        messages::warn(format_args!("{more} to no tenant: {} has them all", quoted(&path)));
    }
    if unplaced.rows > 0 {
        let listed =
            listed.map_err(io::Error::from).and_then(|()| csv.into_inner().map_err(|error| error.into_error()));
        let written = listed.and_then(|bytes| private_files::replace(&path, |file| file.write_all(&bytes)));
        written.map_err(|error| cannot(&path, &error))?;
    } else if path.exists() {
        // Of the set that is replaced.
        std::fs::remove_file(&path).map_err(|error| cannot(&path, &error))?;
    }
    Ok(Divided { rows, unplaced, parts })
}

/// So many rows that belong to no tenant are named on the terminal.
const MAX_NAMED: u64 = 10;

async fn make(
    tenant: &NamedTenant,
    ready: Ready,
    place: PlanPlace,
    roster: Roster,
    planning: &PlanningArgs,
) -> Result<Summary, Failure> {
    let Ready { rules, connected, .. } = ready;
    let rules = planning.reading.by_manager(&roster, rules);
    let made = plan::of_roster(roster, rules, place, &connected, planning.checks).await;
    let (summary, _) = made.map_err(|failure| job::with_consent(failure, tenant, &connected))?;
    Ok(summary)
}
