//! Collections as they are answered: a context, the values of one page, a link to the next.

use super::{Context, World};
use crate::simulator::graph::answer::{ServedAnswer, raw, string};
use crate::simulator::graph::errors::ServedError;
use crate::simulator::graph::paging::{self, ServedPage};

/// The values of one page.
pub(super) struct Part<T> {
    values: Vec<T>,
    /// Where the next page starts, unless this is the last.
    next: Option<usize>,
}

impl<T> Part<T> {
    /// Takes a page from values that each come with their place in the list.
    pub(super) fn of(page: &ServedPage, values: impl Iterator<Item = (usize, T)>) -> Self {
        let mut values = values.skip_while(|(place, _)| *place < page.position);
        let here = values.by_ref().take(page.size).map(|(_, value)| value).collect();
        Self { values: here, next: values.next().map(|(place, _)| place) }
    }

    /// The same page with what each value becomes.
    pub(super) fn try_map<U>(
        self,
        become_other: impl FnMut(T) -> Result<U, ServedError>,
    ) -> Result<Part<U>, ServedError> {
        let values = self.values.into_iter().map(become_other).collect::<Result<_, _>>()?;
        Ok(Part { values, next: self.next })
    }

    /// All values, where the page asks for no part.
    pub(super) fn whole(values: Vec<T>) -> Self {
        Self { values, next: None }
    }
}

impl World {
    /// Refuses a page token from before the last expiry.
    pub(super) fn check_token(&self, page: &ServedPage) -> Result<(), ServedError> {
        match page.epoch {
            Some(epoch) if epoch != self.page_epoch => Err(paging::expired()),
            _ => Ok(()),
        }
    }

    /// An answer with the values of a page. `set` is what follows `$metadata#`.
    pub(super) fn collection<T>(
        &self,
        context: &Context<'_>,
        set: &str,
        count: Option<usize>,
        page: Option<&ServedPage>,
        part: Part<T>,
        mut write: impl FnMut(&mut Vec<u8>, T),
    ) -> ServedAnswer {
        let mut json = Vec::with_capacity(256 + part.values.len() * 256);
        raw(&mut json, format_args!("{{\"@odata.context\":\"{}/$metadata#{set}\"", context.root));
        if let Some(count) = count {
            raw(&mut json, format_args!(",\"@odata.count\":{count}"));
        }
        if let (Some(next), Some(page)) = (part.next, page) {
            json.extend_from_slice(b",\"@odata.nextLink\":");
            string(&mut json, &page.next(context.root, next, self.page_epoch));
        }
        json.extend_from_slice(b",\"value\":[");
        for (index, value) in part.values.into_iter().enumerate() {
            if index > 0 {
                json.push(b',');
            }
            write(&mut json, value);
        }
        json.extend_from_slice(b"]}");
        ServedAnswer::json(json)
    }
}
