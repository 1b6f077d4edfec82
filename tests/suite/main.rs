//! What is seen from outside, all in one program: one link instead of many.
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

mod seal_with_age;
