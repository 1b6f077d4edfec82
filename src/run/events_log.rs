//! Every event of a run as one line of JSON, as it happens, for a collector of such lines: a SIEM, or Sentinel's custom
//! logs.
//!
//! # The schema
//!
//! A line is one object. Each has `schema` (1), `time` (RFC 3339, this machine's clock, UTC), `plan` (the fingerprint),
//! `tenant` (its id), `run` (one id for each process) and `event`, the kind. Spans are objects with `secs` and `nanos`, of
//! tenant time. The kinds, and what each has beside that:
//!
//! | `event` | fields |
//! | --- | --- |
//! | `started` | `accounts`, `done`, `not_done`, `writes_accepted`, `writes_left`, `writes_per_second`, `time_left`, `quota_wait` |
//! | `sent` | `app` (its client id, or null), `writes`: a batch left through it with so many |
//! | `steps-failed` | `row`, `user`, `steps`, `reason`: refused for good, or given up |
//! | `throttled` | `writes`, `owner` (whose limit, or null), `retry_after` |
//! | `tenant-limit-reached` | |
//! | `app-left-out` | `app` (its client id, and where it was named), `reason`: the run goes on without it |
//! | `unreachable` | `reason`, `pause`, `down_for` |
//! | `reachable` | `down_for` |
//! | `stopping` | `batches_under_way` |
//! | `progress` | as `started`; after every answer |
//! | `ended` | `ending` (`finished`, `interrupted`, `stopped`), `statistics` |
//!
//! New kinds and new fields may come; `schema` is raised when an old one changes its meaning. No line holds a password, a
//! token, or a sealed credential.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::event::{Event, Statistics};
use super::run_end::RunEnd;
use crate::digest::Digest;
use crate::ids::TenantId;
use crate::plan::manifest::Manifest;
use crate::private_files;

/// The version of the schema.
pub const SCHEMA: u32 = 1;

/// A file to which events are appended.
pub struct EventsLog {
    file: File,
    plan: Digest,
    tenant: TenantId,
    run: Uuid,
    failed: Option<io::Error>,
}

#[derive(Serialize)]
struct Line<'a, T> {
    schema: u32,
    time: String,
    plan: Digest,
    tenant: TenantId,
    run: Uuid,
    #[serde(flatten)]
    what: &'a T,
}

/// The last line of a process.
#[derive(Serialize)]
struct Ended<'a> {
    event: &'static str,
    ending: RunEnd,
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
        self.append(event);
    }

    /// Appends how the process ended.
    ///
    /// # Errors
    ///
    /// The first line that could not be written.
    pub fn end(mut self, ending: RunEnd, statistics: &Statistics) -> io::Result<()> {
        self.append(&Ended { event: "ended", ending, statistics });
        self.failed.map_or(Ok(()), Err)
    }

    fn append(&mut self, what: &impl Serialize) {
        if self.failed.is_some() {
            return;
        }
        let time = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
        let line = Line { schema: SCHEMA, time, plan: self.plan, tenant: self.tenant, run: self.run, what };
        let written = serde_json::to_vec(&line).map_err(io::Error::from).and_then(|mut line| {
            line.push(b'\n');
            // One write for one line, so that lines of two processes do not run into each other.
            self.file.write_all(&line)
        });
        self.failed = written.err();
    }
}
