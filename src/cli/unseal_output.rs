//! What `unseal` prints of the credentials that it opened: CSV, lines of JSON, letters, or pages for a person at a terminal.

use std::io::{self, Write};

use schemars::JsonSchema;
use time::OffsetDateTime;

use super::exit::Failure;
use super::letters::Letters;
use super::opened_secret::{OpenedPass, OpenedSecret, PASS_COLUMNS};
use super::packet::{self, PacketKind};
use super::spoken::SpokenPasswords;
use crate::ids::ObjectId;
use crate::json::{DocumentVersion, Rfc3339Moment};
use crate::seal::{PassTimes, Password, SealedRow};

/// The passwords, as CSV, as lines of JSON, or as letters.
pub(super) enum PasswordOutput<'a> {
    Csv {
        writer: Box<csv::Writer<&'a mut dyn Write>>,
        kind: PacketKind,
        has_passes: bool,
        begun: bool,
    },
    Json(&'a mut dyn Write),
    /// A page for each person. Their folder is printed.
    Letters(Letters, &'a mut dyn Write),
    /// For a person at a terminal.
    Spoken(SpokenPasswords<'a>),
}

impl<'a> PasswordOutput<'a> {
    pub(super) fn new(json: bool, kind: PacketKind, has_passes: bool, out: &'a mut dyn Write) -> Self {
        if json {
            Self::Json(out)
        } else {
            Self::Csv { writer: Box::new(csv::Writer::from_writer(out)), kind, has_passes, begun: false }
        }
    }

    /// All that was opened of one account.
    pub(super) fn account(
        &mut self,
        row: &SealedRow,
        object_id: ObjectId,
        opened: &[(Option<usize>, Password)],
        pass: Option<&OpenedPass>,
    ) -> Result<(), Failure> {
        if let Self::Letters(letters, _) = self {
            let passwords: Vec<&Password> = opened.iter().map(|(_, password)| password).collect();
            let is_empty = passwords.is_empty() && pass.is_none();
            return if is_empty { Ok(()) } else { letters.write(row, object_id, &passwords, pass) };
        }
        if let Self::Spoken(spoken) = self {
            return spoken.account(row, opened, pass).map_err(broken);
        }
        let secrets = opened.iter().map(|(candidate, password)| OpenedSecret::Password(password, *candidate));
        let mut secrets = secrets.chain(pass.map(OpenedSecret::Pass));
        secrets.try_for_each(|secret| self.secret(row, object_id, secret))
    }

    fn secret(&mut self, row: &SealedRow, object_id: ObjectId, secret: OpenedSecret<'_>) -> Result<(), Failure> {
        let name = &row.user_principal_name;
        match self {
            Self::Letters(..) | Self::Spoken(_) => Ok(()),
            Self::Csv { writer, kind, has_passes, begun } => {
                let mut write = || -> csv::Result<()> {
                    let of_passes = PASS_COLUMNS.iter().filter(|_| *has_passes);
                    if !std::mem::replace(begun, true) {
                        writer.write_record(kind.header().iter().chain(of_passes))?;
                    }
                    packet::begin_line(writer, *kind, row, object_id, secret)?;
                    if *has_passes {
                        secret.pass_cells().iter().try_for_each(|cell| writer.write_field(cell.as_str()))?;
                    }
                    writer.write_record(None::<&[u8]>)
                };
                write().map_err(broken)
            }
            Self::Json(writer) => {
                let mut line = CredentialDocument {
                    sealoff_unseal: DocumentVersion,
                    user_principal_name: name,
                    object_id,
                    password: None,
                    candidate: None,
                    pass: None,
                };
                match secret {
                    OpenedSecret::Password(password, candidate) => {
                        (line.password, line.candidate) = (Some(password.expose()), candidate);
                    }
                    OpenedSecret::Pass(OpenedPass { pass, times }) => {
                        let PassTimes { from, until, once } = *times;
                        line.pass = Some(PassDocument { pass: pass.expose(), from, until, once });
                    }
                }
                serde_json::to_writer(&mut *writer, &line).map_err(broken)?;
                writer.write_all(b"\n").map_err(broken)
            }
        }
    }

    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        match self {
            Self::Csv { writer, .. } => writer.flush(),
            Self::Json(writer) => writer.flush(),
            Self::Letters(letters, out) => {
                letters.finish()?;
                letters.say(out)
            }
            Self::Spoken(spoken) => spoken.finish(),
        }
        .map_err(broken)
    }
}

/// A credential, as `--json` prints it.
#[derive(JsonSchema, serde::Serialize)]
pub(super) struct CredentialDocument<'a> {
    sealoff_unseal: DocumentVersion,
    /// The account's sign-in name.
    user_principal_name: &'a str,
    /// The account.
    object_id: ObjectId,
    /// The password in clear text; missing on the line of a temporary access pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
    /// Where more than one password may be the live one, which of them this is: 1 is the oldest.
    #[schemars(range(min = 1))]
    candidate: Option<usize>,
    /// The temporary access pass of the account, on a line of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pass: Option<PassDocument<'a>>,
}

/// A temporary access pass, as `--json` prints it.
#[derive(JsonSchema, serde::Serialize)]
struct PassDocument<'a> {
    /// The pass in clear text.
    pass: &'a str,
    /// From when on it is good.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Rfc3339Moment")]
    from: OffsetDateTime,
    /// Until when.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Rfc3339Moment")]
    until: OffsetDateTime,
    /// Is it good for one sign-in alone?
    once: bool,
}

fn broken(error: impl Into<io::Error>) -> Failure {
    Failure::unprinted(&error.into())
}
