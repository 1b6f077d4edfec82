//! `sealoff doctor --tenants`: what is missing in which tenant. It only reads.

use std::io::Write as _;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use super::ending::ending_of;
use super::job;
use super::side_by_side::{TenantWork, side_by_side};
use crate::cli::connect::ConnectionArgs;
use crate::cli::doctor::{IntendedEverywhere, ad_keys};
use crate::cli::exit::{Exit, Failure, printed};
use crate::cli::json_line;
use crate::cli::lines::Lines;
use crate::cli::messages;
use crate::cli::spinner::Spinner;
use crate::cli::words::{counted, harmless, line_width};
use crate::doctor::{Check, CheckStatus, Examined, IntendedRun, NewPasswords, examine};
use crate::json::DocumentVersion;
use crate::plan::handoff::HandoffKeys;
use crate::plan::playbook::Playbook;
use crate::plan::protected::Protected;
use crate::seal::Recipients;
use crate::tenants::{NamedTenant, TenantsFile};

/// What stands in the way in many tenants, as `--json` prints it.
#[derive(JsonSchema, Serialize)]
pub(in crate::cli) struct TenantsDoctorDocument<'a> {
    sealoff_tenants_doctor: DocumentVersion,
    /// The job that was meant; null where none was named.
    playbook: Option<&'a str>,
    /// The code with which the command ends.
    exit_code: u8,
    /// Every tenant of the file, the most urgent one first.
    tenants: Vec<ExaminedTenant>,
}

/// What was found in one tenant.
#[derive(JsonSchema, Serialize)]
pub(super) struct ExaminedTenant {
    /// What it is called in the file.
    name: String,
    /// What it is called there: its id, or a domain.
    tenant: String,
    /// Where an administrator of that tenant consents to the app, where an app gets in.
    consent_page: Option<String>,
    /// The code with which sealoff doctor ends for it alone.
    #[schemars(with = "u8")]
    exit_code: Exit,
    /// In the order in which a run needs them.
    checks: Vec<Check>,
}

impl ExaminedTenant {
    fn number(&self, status: CheckStatus) -> u64 {
        self.checks.iter().filter(|check| check.status == status).count() as u64
    }
}

/// Looks at every tenant, and prints what was found.
///
/// # Errors
///
/// The file of tenants cannot be used. What is wrong in a tenant is a finding.
pub(in crate::cli) async fn run(
    file: &Path,
    intended: IntendedEverywhere,
    connection: &ConnectionArgs,
    json: bool,
) -> Result<Exit, Failure> {
    let file: TenantsFile = job::read(file)?;
    let spinner = Spinner::start(format!("looking at {}", counted(file.tenants.len() as u64, "tenant", "tenants")));
    let mut work: Vec<TenantWork<'_, ExaminedTenant>> = Vec::with_capacity(file.tenants.len());
    for tenant in &file.tenants {
        let looking = look_at(tenant, &intended, connection);
        work.push(Box::pin(messages::speaking_of(tenant.name.as_str(), looking)));
    }
    let tenants = side_by_side(work).await;
    drop(spinner);
    let exit = match ending_of(tenants.iter().map(|tenant| tenant.exit_code)) {
        Exit::Done => Exit::Done,
        // As of one tenant: something would fail.
        _ => Exit::Access,
    };
    let playbook = intended.playbook.map(Playbook::name);
    let mut out = anstream::stdout();
    let written = if json {
        let exit_code = exit as u8;
        let line = TenantsDoctorDocument { sealoff_tenants_doctor: DocumentVersion, playbook, exit_code, tenants };
        json_line::write(&mut out, &line)
    } else {
        let text = Lines::of(|lines| write(lines, &tenants, playbook)).laid_out(Some(line_width()));
        out.write_all(text.as_bytes())
    };
    printed(written.and_then(|()| out.flush()))?;
    Ok(exit)
}

async fn look_at(tenant: &NamedTenant, intended: &IntendedEverywhere, connection: &ConnectionArgs) -> ExaminedTenant {
    let has_keys = !tenant.seal_to.is_empty() || tenant.recipients.is_some();
    let (seal_to, recipients) = match has_keys {
        true => (&tenant.seal_to, tenant.recipients.as_ref()),
        false => (&intended.seal_to, intended.recipients.as_ref()),
    };
    let protect = tenant.protect.as_ref().or(intended.protect.as_ref());
    let new_passwords = NewPasswords {
        sealed_to: (!seal_to.is_empty()).then(|| Recipients::parse(seal_to)),
        handed_over: recipients.map(|path| (path.display().to_string(), HandoffKeys::read(path))),
        active_directory: None,
        discarded: intended.discards_credentials,
    };
    let ad_key = if tenant.ad_key.is_empty() { &intended.ad_key } else { &tenant.ad_key };
    let active_directory = ad_keys(ad_key, &new_passwords);
    let subject = IntendedRun {
        playbook: intended.playbook,
        roster: None,
        protected: protect.map(|path| (path.display().to_string(), Protected::read(path))),
        new_passwords: NewPasswords { active_directory, ..new_passwords },
        pass: intended.pass,
        folder: None,
    };
    let (checks, consent_page) = match job::connect(tenant, connection) {
        Ok(connected) => {
            let Examined { checks, .. } = examine(&connected.transport, connected.clock, subject).await;
            (checks, job::consent_page(tenant, &connected))
        }
        Err(failure) => (vec![failure.as_check("credential", "Correct the file of tenants.")], None),
    };
    let fails = checks.iter().any(|check| check.status == CheckStatus::Failed);
    let exit_code = if fails { Exit::Access } else { Exit::Done };
    ExaminedTenant { name: tenant.name.to_string(), tenant: tenant.tenant.clone(), consent_page, exit_code, checks }
}

fn write(lines: &mut Lines, tenants: &[ExaminedTenant], playbook: Option<&str>) {
    let width = tenants.iter().map(|tenant| tenant.name.len()).max().unwrap_or_default();
    for tenant in tenants {
        let failed = tenant.number(CheckStatus::Failed);
        let warnings = counted(tenant.number(CheckStatus::Warning), "warning", "warnings");
        let found = match failed {
            0 => format!("nothing stands in the way; {warnings}"),
            failed => format!("{} FAILED; {warnings}", counted(failed, "check", "checks")),
        };
        lines.at(format_args!("{:<width$}  ", tenant.name), found);
        for check in &tenant.checks {
            if !matches!(check.status, CheckStatus::Failed | CheckStatus::Warning) {
                continue;
            }
            let lead = format!("  {:<9}{}: ", check.status.name(), check.check);
            lines.at(lead, harmless(&check.found).into_owned());
            if let Some(remedy) = &check.remedy {
                lines.at("           -> ", harmless(remedy).into_owned());
            }
            if let Some(command) = &check.command {
                lines.command(4, harmless(command));
            }
        }
        if let Some(page) = tenant.consent_page.as_ref().filter(|_| failed > 0) {
            lines.at(
                "           -> ",
                "An administrator of that tenant consents to the app, and to permissions that it needs, on this page:",
            );
            lines.command(4, harmless(page));
        }
    }
    lines.blank();
    let failing = tenants.iter().filter(|tenant| tenant.exit_code != Exit::Done).count() as u64;
    let what = playbook.map_or_else(|| "a run".to_owned(), |playbook| format!("a run of {playbook}"));
    let all = counted(tenants.len() as u64, "tenant", "tenants");
    lines.text(match failing {
        0 => format!("Nothing stands in the way of {what} in {all}. Nothing was changed."),
        failing => {
            let failing = counted(failing, "tenant", "tenants");
            format!("In {failing} of {all}, {what} would fail, or leave some accounts undone. The others are ready.")
        }
    });
}
