//! Pages of lists: `$top`, `$skiptoken`, `@odata.nextLink`.

use super::errors::ServedError;
use super::lexer::{is, unknown_option};
use super::query::Url;
use crate::simulator::random::seed_for;
use crate::simulator::settings::Settings;

/// Which part of a list is asked for.
#[derive(Debug, Clone)]
pub(crate) struct ServedPage {
    pub(crate) size: usize,
    /// The place of the first one in the list.
    pub(crate) position: usize,
    /// When the token was made; `None` on the first page.
    pub(crate) epoch: Option<u64>,
    /// Path and query as they came, without `$skiptoken`: the next link repeats them.
    link: String,
}

impl ServedPage {
    /// The first page of a list, as large as it is unless the caller says.
    pub(super) fn first(url: &Url<'_>, settings: &Settings) -> Self {
        let query = url.query.split('&').filter(|option| !is_skip_token(option)).collect::<Vec<_>>().join("&");
        let and = if query.is_empty() { "" } else { "&" };
        let link = format!("{}?{query}{and}", url.path);
        Self { size: settings.default_page, position: 0, epoch: None, link }
    }

    /// Takes an option that concerns pages; refuses one that is left over. Options without a dollar sign are the
    /// caller's own.
    pub(super) fn take(&mut self, name: &str, value: &str, largest: usize) -> Result<(), ServedError> {
        match name {
            "$top" => self.size = size(value, largest)?,
            "$skiptoken" => (self.position, self.epoch) = read(value).map(|(p, e)| (p, Some(e))).ok_or_else(expired)?,
            name if name.starts_with('$') => return Err(unknown_option(name)),
            _ => {}
        }
        Ok(())
    }

    /// The link to the page that starts at a position.
    pub(crate) fn next(&self, root: &str, position: usize, epoch: u64) -> String {
        format!("{root}/{}$skiptoken={}", self.link, token(position, epoch))
    }
}

/// A token that is too old, or was changed on the way.
pub(crate) fn expired() -> ServedError {
    ServedError::new(400, "Directory_ExpiredPageToken", "The specified page token value has expired.")
}

fn is_skip_token(option: &str) -> bool {
    let name = option.split('=').next().unwrap_or_default();
    option.is_empty() || is(name, "$skiptoken") || is(name, "%24skiptoken")
}

pub(super) fn size(value: &str, largest: usize) -> Result<usize, ServedError> {
    match value.parse::<usize>() {
        Ok(top) if (1..=largest).contains(&top) => Ok(top),
        _ => Err(ServedError::bad_request(format!(
            "Invalid page size specified: '{value}'. Must be between 1 and {largest} inclusive."
        ))),
    }
}

/// Where a token points. Only the simulator reads it; a changed one counts as expired.
fn read(text: &str) -> Option<(usize, u64)> {
    let (position, rest) = text.split_once('_')?;
    let (epoch, _) = rest.split_once('_')?;
    let (position, epoch) = (usize::from_str_radix(position, 16).ok()?, u64::from_str_radix(epoch, 16).ok()?);
    (token(position, epoch) == text).then_some((position, epoch))
}

fn token(position: usize, epoch: u64) -> String {
    let check = seed_for(0x5c1b ^ epoch, position as u64);
    format!("{position:x}_{epoch:x}_{check:016x}")
}
