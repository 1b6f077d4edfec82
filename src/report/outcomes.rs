//! The rows of `results.csv`, as far as a report shows them. Columns are found by their names, so that one more does no
//! harm.

use std::fs::File;
use std::io;
use std::path::Path;

use serde::Deserialize;

use crate::spreadsheet::unguard;

/// One row of the results.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct ResultRow {
    pub(super) row: u32,
    #[serde(default)]
    pub(super) user: String,
    #[serde(default)]
    pub(super) user_principal_name: String,
    pub(super) outcome: String,
    #[serde(default)]
    pub(super) password_reset: String,
    #[serde(default)]
    pub(super) sessions_revoked: String,
    #[serde(default)]
    pub(super) sign_in_blocked: String,
    #[serde(default)]
    pub(super) detail: String,
    #[serde(default)]
    pub(super) error_code: String,
    #[serde(default)]
    pub(super) finished_at: String,
    #[serde(default)]
    pub(super) handoff: String,
}

impl ResultRow {
    /// The name that people know the account by.
    pub(super) fn name(&self) -> &str {
        if self.user_principal_name.is_empty() { &self.user } else { &self.user_principal_name }
    }

    /// The steps of the row and where each stands, in words.
    pub(super) fn steps(&self) -> String {
        let steps = [
            ("sign-in blocked", &self.sign_in_blocked),
            ("password reset", &self.password_reset),
            ("sessions ended", &self.sessions_revoked),
        ];
        let told: Vec<String> =
            steps.iter().filter(|(_, word)| !word.is_empty()).map(|(name, word)| format!("{name}: {word}")).collect();
        told.join(", ")
    }
}

/// Reads the results row by row.
pub(super) fn rows(path: &Path) -> io::Result<impl Iterator<Item = io::Result<ResultRow>> + use<>> {
    let reader = csv::ReaderBuilder::new().from_reader(File::open(path)?);
    Ok(reader.into_deserialize::<ResultRow>().map(|row| {
        let mut row = row.map_err(io::Error::other)?;
        for cell in
            [&mut row.user, &mut row.user_principal_name, &mut row.detail, &mut row.error_code, &mut row.handoff]
        {
            *cell = unguard(cell).to_owned();
        }
        Ok(row)
    }))
}
