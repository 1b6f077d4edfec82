//! JSON with a secret in it, in memory that is wiped and of which no second copy is left behind.

use std::io;

use serde::Serialize;
use zeroize::Zeroizing;

/// Writes a value as JSON into a buffer of exactly its size, which is wiped when it is dropped.
///
/// A buffer that grows moves its content, and frees what it held before without wiping it. So the value is serialized
/// twice: once to count the bytes, once to write them. The alternative, to reserve for the worst case (six bytes for each
/// character), needs a formula for every body and is wrong without a sound when a field is added.
pub(crate) fn exact_json(value: &impl Serialize) -> serde_json::Result<Zeroizing<Vec<u8>>> {
    let mut length = ByteCount(0);
    serde_json::to_writer(&mut length, value)?;
    let mut json = Zeroizing::new(Vec::with_capacity(length.0));
    serde_json::to_writer(&mut *json, value)?;
    Ok(json)
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
