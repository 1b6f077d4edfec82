//! The JSON Schema of everything that is printed for programs, made from the types that are printed.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::{
    config, doctor_findings, drill_phases, evidence, explain, export, failure_document, keygen, onprem, packets,
    preview, recap, report, results, sign, simulate, status, tenants, unseal_output, verification, writeback,
};
use crate::run::events_log::EventLine;
use crate::tenants::SetManifest;

/// The schema of one kind of document.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentSchema {
    /// Its name, which its file and its `$id` have.
    pub name: &'static str,
    /// The schema itself, of draft 2020-12.
    pub schema: Value,
}

impl DocumentSchema {
    fn of<T: JsonSchema>(name: &'static str, title: &str) -> Self {
        let settings = SchemaSettings::draft2020_12().for_serialize();
        let mut schema = settings.into_generator().into_root_schema_for::<T>();
        schema.remove("description");
        schema.insert("$id".to_owned(), format!("urn:sealoff:schema:{name}:1").into());
        schema.insert("title".to_owned(), title.into());
        Self { name, schema: schema.into() }
    }

    /// Every kind of document, in the order of their names.
    pub fn all() -> Vec<Self> {
        vec![
            Self::of::<config::ConfigDocument<'_>>("config", "Which settings are in force: sealoff config --json"),
            Self::of::<doctor_findings::DoctorDocument<'_>>(
                "doctor",
                "What stands in the way of a run: sealoff doctor --json",
            ),
            Self::of::<drill_phases::DrillDocument<'_>>(
                "drill",
                "How a rehearsal went: the last line of sealoff drill --json, after those of plan, run and verification",
            ),
            Self::of::<EventLine<'_>>("events", "An event of a run: a line of apply, run and drill --events FILE"),
            Self::of::<evidence::EvidenceDocument<'_>>("evidence", "What an archive holds: sealoff evidence --json"),
            Self::of::<explain::ExplainDocument<'_>>(
                "explain",
                "How a list is understood: sealoff plan ROSTER --explain --json",
            ),
            Self::of::<export::ExportDocument>("export", "What was exported: sealoff export --json"),
            Self::of::<failure_document::FailureDocument<'_>>(
                "failure",
                "Why a command could not do its work: the last line of any command with --json that fails",
            ),
            Self::of::<keygen::KeygenDocument<'_>>("keygen", "A new key: sealoff keygen --json"),
            Self::of::<onprem::OnPremDocument<'_>>(
                "onprem",
                "What was taken in of the script for Active Directory: sealoff onprem --json",
            ),
            Self::of::<packets::PacketsDocument<'_>>(
                "packets",
                "The packets that were made again: sealoff packets --json",
            ),
            Self::of::<preview::PlanDocument<'_>>(
                "plan",
                "The preview of a plan: sealoff plan, run, undo and drill with --json, one line",
            ),
            Self::of::<report::ReportDocument>("report", "Where the report is: sealoff report --json"),
            Self::of::<results::ResultsDocument<'_>>(
                "results",
                "The results that were made again: sealoff results --json",
            ),
            Self::of::<recap::RunDocument<'_>>(
                "run",
                "What became of a run: sealoff apply, run and drill with --json, one line",
            ),
            Self::of::<sign::SignDocument<'_>>("sign", "Who signed a plan: sealoff sign --json"),
            Self::of::<simulate::SimulateDocument<'_>>("simulate", "Where the simulator is: sealoff simulate --json"),
            Self::of::<status::StatusDocument<'_>>("status", "Where a run stands: sealoff status --json"),
            Self::of::<SetManifest>(
                "tenants",
                "The plans of one list in many tenants: sealoff plan --tenants --json, and tenants.json",
            ),
            Self::of::<tenants::TenantsDoctorDocument<'_>>(
                "tenants-doctor",
                "What stands in the way in which tenant: sealoff doctor --tenants --json",
            ),
            Self::of::<tenants::TenantsStatusDocument>(
                "tenants-status",
                "Where the runs of a set stand: sealoff status --json of a folder that plan --tenants made",
            ),
            Self::of::<unseal_output::CredentialDocument<'_>>(
                "unseal",
                "A credential: sealoff unseal --json, one line for each",
            ),
            Self::of::<verification::VerificationDocument>(
                "verification",
                "What was proved: sealoff verify --json, one line for each reading",
            ),
            Self::of::<writeback::WritebackDocument<'_>>(
                "writeback",
                "What became of new passwords that were written back: sealoff onprem --writeback --json",
            ),
        ]
    }
}
