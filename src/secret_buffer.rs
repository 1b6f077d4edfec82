//! Text with a secret in it, in memory that is wiped and of which no second copy is left behind.

use std::io;

use serde::Serialize;
use zeroize::Zeroizing;

/// Writes a value as JSON into a buffer of exactly its size, which is wiped when it is dropped. See [`exact`].
pub(crate) fn exact_json(value: &impl Serialize) -> io::Result<Zeroizing<Vec<u8>>> {
    exact(|out| serde_json::to_writer(out, value).map_err(io::Error::from))
}

/// Gives what `write` writes, in a buffer of exactly its size, which is wiped when it is dropped. `write` is called twice and
/// has to write the same both times.
///
/// A buffer that grows moves its content, and frees what it held before without wiping it. So the first call counts the bytes,
/// and the second writes them. The alternative, to reserve for the worst case (six bytes for each character of JSON, three of a
/// form), needs a formula for every body, and the formula is wrong without a warning when a field is added.
pub(crate) fn exact(write: impl Fn(&mut dyn io::Write) -> io::Result<()>) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut length = ByteCount(0);
    write(&mut length)?;
    let mut content = Zeroizing::new(Vec::with_capacity(length.0));
    write(&mut *content)?;
    Ok(content)
}

struct ByteCount(usize);

impl io::Write for ByteCount {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_buffer_never_grows(texts in prop::collection::vec("\\PC{0,50}|[\u{1}\"\\\\\n]{0,50}", 0..5)) {
            let json = exact_json(&texts).unwrap();
            prop_assert_eq!(json.capacity(), json.len());
            prop_assert_eq!(serde_json::from_slice::<Vec<String>>(&json).unwrap(), texts);
        }
    }
}
