//! The `sealoff` binary.
fn main() {}
