//! Every event of a run as one line of JSON, as it happens, for a collector of such lines: a SIEM, or Sentinel's custom
//! logs.
//!
//! Spans are in seconds of tenant time. New kinds and new fields may come; `schema` is raised when an
//! old one changes its meaning. No line holds a password, a token, or a sealed credential.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::event::{Event, Statistics};
use super::run_end::RunEnd;
use crate::digest::Digest;
use crate::ids::TenantId;
use crate::json::{DocumentVersion, Rfc3339Moment};
use crate::plan::manifest::Manifest;
use crate::private_files;

/// A file to which events are appended.
pub struct EventsLog {
    file: File,
    plan: Digest,
    tenant: TenantId,
    run: Uuid,
    failed: Option<io::Error>,
}

/// One line.
#[derive(JsonSchema, Serialize)]
pub(crate) struct EventLine<'a> {
    schema: DocumentVersion,
    /// When, by this machine's clock, in UTC.
    #[schemars(with = "Rfc3339Moment")]
    time: String,
    /// The fingerprint of the plan.
    plan: Digest,
    /// The id of the tenant.
    tenant: TenantId,
    /// One id for each process.
    run: Uuid,
    #[serde(flatten)]
    what: LoggedEvent<'a>,
}

/// What a line says, beside who says it.
#[derive(Clone, Copy, JsonSchema, Serialize)]
#[serde(untagged)]
enum LoggedEvent<'a> {
    Engine(&'a Event),
    Ended(Ended<'a>),
}

/// The process ended: its last line.
#[derive(Clone, Copy, JsonSchema, Serialize)]
#[serde(tag = "event", rename = "ended")]
struct Ended<'a> {
    /// How.
    ending: RunEnd,
    /// How fast it was, in tenant time.
    statistics: &'a Statistics,
}

impl EventsLog {
    /// Opens the file (0600 where it is new) for the run of a plan.
    ///
    /// # Errors
    ///
    /// It cannot be opened.
    pub fn open(path: &Path, manifest: &Manifest) -> io::Result<Self> {
        let file = private_files::open_append(path)?;
        let (plan, tenant) = (manifest.fingerprint(), manifest.tenant.id);
        Ok(Self { file, plan, tenant, run: Uuid::new_v4(), failed: None })
    }

    /// Appends an event. A line that cannot be written does not stop the run: the failure is remembered, and nothing more
    /// is written.
    pub fn take(&mut self, event: &Event) {
        self.append(LoggedEvent::Engine(event));
    }

    /// Appends how the process ended.
    ///
    /// # Errors
    ///
    /// The first line that could not be written.
    pub fn end(mut self, ending: RunEnd, statistics: &Statistics) -> io::Result<()> {
        self.append(LoggedEvent::Ended(Ended { ending, statistics }));
        self.failed.map_or(Ok(()), Err)
    }

    fn append(&mut self, what: LoggedEvent<'_>) {
        if self.failed.is_some() {
            return;
        }
        let time = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
        let line =
            EventLine { schema: DocumentVersion, time, plan: self.plan, tenant: self.tenant, run: self.run, what };
        let written = serde_json::to_vec(&line).map_err(io::Error::from).and_then(|mut line| {
            line.push(b'\n');
            // One write for one line, so that lines of two processes do not run into each other.
            self.file.write_all(&line)
        });
        self.failed = written.err();
    }
}
