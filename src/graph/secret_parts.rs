//! The parts of a secret, ready to be looked for in a text.

use zeroize::Zeroizing;

/// Every part of `N` bytes of some secrets, in small letters and in order: a server may have changed the case.
pub(super) struct SecretParts<const N: usize>(Zeroizing<Vec<[u8; N]>>);

impl<const N: usize> SecretParts<N> {
    /// Of secrets that are shorter than a part there is none.
    pub(super) fn of(secrets: &[&str]) -> Self {
        let count = secrets.iter().map(|secret| (secret.len() + 1).saturating_sub(N)).sum();
        // It never grows: a buffer that grows leaves copies behind.
        let mut parts = Zeroizing::new(Vec::with_capacity(count));
        parts.extend(secrets.iter().flat_map(|secret| secret.as_bytes().windows(N).filter_map(lower)));
        parts.sort_unstable();
        Self(parts)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Does a text hold one of them?
    pub(super) fn are_in(&self, text: &[u8]) -> bool {
        !self.is_empty() && text.windows(N).filter_map(lower).any(|part| self.0.binary_search(&part).is_ok())
    }
}

fn lower<const N: usize>(window: &[u8]) -> Option<[u8; N]> {
    let mut part: [u8; N] = window.try_into().ok()?;
    part.make_ascii_lowercase();
    Some(part)
}
