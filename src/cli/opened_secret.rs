//! What unseal has opened: passwords and passes.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zeroize::Zeroizing;

use crate::seal::{PassTimes, Password};
use crate::spreadsheet::guard;

/// The columns of a pass, behind all others.
pub(super) const PASS_COLUMNS: [&str; 4] = ["pass", "pass_from", "pass_until", "pass_once"];

/// A temporary access pass that was opened.
pub(super) struct OpenedPass {
    /// The pass itself.
    pub(super) pass: Password,
    /// When it is good.
    pub(super) times: PassTimes,
}

/// One secret of an account.
#[derive(Clone, Copy)]
pub(super) enum OpenedSecret<'a> {
    /// A password; where several may be live, which of them it is.
    Password(&'a Password, Option<usize>),
    /// A temporary access pass.
    Pass(&'a OpenedPass),
}

impl OpenedSecret<'_> {
    /// The password, and which of several it is; both empty for a pass.
    pub(super) fn password_cells(&self) -> [Zeroizing<String>; 2] {
        let cells = match self {
            // It is no formula, because it begins with a letter or a digit, which was checked; and it must be copied exactly as
            // it is.
            Self::Password(password, candidate) => {
                [password.expose().to_owned(), candidate.map(|number| number.to_string()).unwrap_or_default()]
            }
            Self::Pass(_) => [String::new(), String::new()],
        };
        cells.map(Zeroizing::new)
    }

    /// The cells of [`PASS_COLUMNS`]; empty for a password. The service chooses passes, and one may begin as a formula does: then an
    /// apostrophe stands before it, as spreadsheets have it.
    pub(super) fn pass_cells(&self) -> [Zeroizing<String>; 4] {
        let cells = match self {
            Self::Password(..) => [const { String::new() }; 4],
            Self::Pass(OpenedPass { pass, times }) => {
                let moment = |at: OffsetDateTime| at.format(&Rfc3339).unwrap_or_default();
                let once = if times.once { "yes" } else { "no" };
                [guard(pass.expose()).into_owned(), moment(times.from), moment(times.until), once.to_owned()]
            }
        };
        cells.map(Zeroizing::new)
    }
}
