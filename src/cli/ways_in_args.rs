//! Flags that say what is done about what people have registered: methods to sign in with, devices, and consents.

use clap::Args;

use super::time_args;
use crate::plan::consents_option::ConsentsOption;
use crate::plan::methods_option::MethodsOption;
use crate::plan::rules::Options;

/// What is done about what people have registered.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct WaysInArgs {
    /// List in the plan what its people sign in with beside their password (passkeys, phones, apps), by kind and age. With
    /// "list" nothing of it is removed. With the playbook evict, "all" removes it, and "since=TIME" what was registered at or after
    /// TIME or does not say when (2026-11-23T02:30:00Z, 2026-11-23, or 6h ago). It takes a second for one to ten people, and goes
    /// on where it was stopped (sealoff help ways-in)
    #[arg(long, value_name = "list|all|since=TIME", value_parser = methods)]
    pub(super) methods: Option<MethodsOption>,
    /// With the playbook evict: list the devices of its people in the plan, and disable those that they own and that may be
    /// disabled from here; nothing is deleted. Phones and Macs only a person may disable, with --auth device-code (sealoff help ways-in)
    #[arg(long)]
    pub(super) devices: bool,
    /// List in the plan which apps its people allowed to act in their names (consents), with what each may do; the playbook evict
    /// does that where it may. With "list" nothing changes. With the playbook evict, "all" deletes these consents, and PATTERN
    /// those to the apps whose name, app id or verified publisher it is, in any case, where * stands for any text ("mail*").
    /// Microsoft's own apps keep theirs (sealoff help ways-in)
    #[arg(long, value_name = "list|all|PATTERN")]
    pub(super) consents: Option<ConsentsOption>,
}

impl WaysInArgs {
    /// The same options with what these flags say.
    pub(super) fn apply_to(&self, options: Options) -> Options {
        Options { methods: self.methods, devices: self.devices, ..options }
    }
}

fn methods(text: &str) -> Result<MethodsOption, String> {
    match text.split_once('=') {
        Some(("since", moment)) => time_args::past(moment).map(MethodsOption::Since),
        _ => text
            .parse()
            .map_err(|_| "it is list, all, or since=TIME, such as since=2026-11-23T02:30:00Z or since=6h".into()),
    }
}
