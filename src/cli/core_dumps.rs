//! Passwords are in memory while they are on their way; they must not get onto a disk in the image of a crashed process.

/// Keeps the system from writing this process's memory to a file when it dies, and others from reading it while it lives.
/// Best effort: where the system refuses, the program works all the same.
pub(super) fn forbid() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
