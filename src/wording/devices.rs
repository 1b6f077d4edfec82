//! What is said of the devices of a plan's people.

use crate::plan::device_counts::DeviceCounts;
use crate::words::counted;

/// What becomes of them, one sentence each.
pub fn sentences(devices: &DeviceCounts) -> Vec<String> {
    let said = |number: u32, one: &str, many: &str, rest: &str| {
        (number > 0).then(|| format!("{} {rest}", counted(number.into(), one, many)))
    };
    let disabled = (devices.disable > 0).then(|| {
        let of = counted(devices.disable_people.into(), "person", "people");
        format!("this plan disables {} of {of}", counted(devices.disable.into(), "device", "devices"))
    });
    let none = match devices.enable {
        0 => "this plan disables no device".to_owned(),
        number => format!("this plan enables {} again", counted(number.into(), "device", "devices")),
    };
    [
        Some(disabled.unwrap_or(none)),
        said(
            devices.hybrid,
            "of them is hybrid",
            "of them are hybrid",
            "(ServerAd in the list): the next sync enables what is not disabled in Active Directory, too: Set-ADComputer -Identity NAME -Enabled $false",
        ),
        said(
            devices.needs_person,
            "device runs",
            "devices run",
            "no Windows, and an app may change Windows devices alone (needs-person in the list): plan and apply with --auth device-code, \
             or disable them in the Entra admin center",
        ),
        said(
            devices.restricted,
            "device is",
            "devices are",
            "in a restricted management unit and left (restricted in the list): a person with a role over that unit disables them",
        ),
        said(
            devices.shared,
            "device is",
            "devices are",
            "registered to another owner and left (shared in the list): others may work with it",
        ),
        said(devices.already, "device is", "devices are", "disabled already"),
        said(
            devices.read.not_read,
            "person's devices are",
            "people's devices are",
            "not known: Graph would not list them (not_read in the list says why)",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}
