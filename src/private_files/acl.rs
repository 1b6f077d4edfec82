//! What Windows says about who may do what with a file: an access control list, in the language of security descriptors
//! ("Security Descriptor String Format", learn.microsoft.com).

/// Who besides the user and the administrators of the machine may do something with a file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum WhoElse {
    /// No other user.
    NoOther,
    /// Others may read it.
    MayRead,
    /// Others may change it, or its rights.
    MayChange,
}

/// Each right by its two letters.
const RIGHTS: [(&str, u32); 21] = [
    ("GA", 0x1000_0000),
    ("GR", 0x8000_0000),
    ("GW", 0x4000_0000),
    ("GX", 0x2000_0000),
    ("FA", 0x001f_01ff),
    ("FR", 0x0012_0089),
    ("FW", 0x0012_0116),
    ("FX", 0x0012_00a0),
    ("RC", 0x0002_0000),
    ("SD", 0x0001_0000),
    ("WD", 0x0004_0000),
    ("WO", 0x0008_0000),
    ("CC", 0x0001),
    ("DC", 0x0002),
    ("LC", 0x0004),
    ("SW", 0x0008),
    ("RP", 0x0010),
    ("WP", 0x0020),
    ("DT", 0x0040),
    ("LO", 0x0080),
    ("CR", 0x0100),
];

/// Read the content, or all.
const READS: u32 = 0x1000_0000 | 0x8000_0000 | 0x0001;
/// Write, append, delete, delete what is in it, change rights or owner, or all.
const CHANGES: u32 = 0x1000_0000 | 0x4000_0000 | 0x0002 | 0x0004 | 0x0040 | 0x0001_0000 | 0x0004_0000 | 0x0008_0000;

/// The system, the administrators of the machine and of the domain, the owner, and what Windows installs itself with: they may
/// do everything anyhow, as root may on other systems.
const TRUSTED: [&str; 11] =
    ["SY", "BA", "LA", "DA", "EA", "CO", "OW", "S-1-5-18", "S-1-5-32-544", "S-1-3-0", "S-1-3-4"];
const INSTALLER: &str = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";

/// Who else is let in by a list; `own` is the user's security identifier. `None` where the text is no such list.
pub(super) fn who_else(descriptor: &str, own: &str) -> Option<WhoElse> {
    let list = &descriptor[descriptor.find("D:")? + 2..];
    // A list that is not there lets in everybody; an empty one no other user.
    if list.starts_with("NO_ACCESS_CONTROL") {
        return Some(WhoElse::MayChange);
    }
    let mut most = WhoElse::NoOther;
    for entry in list.split('(').skip(1) {
        let fields: Vec<&str> = entry.split_once(')')?.0.split(';').collect();
        let [kind, flags, rights, _, _, who, ..] = fields[..] else { return None };
        // What only forbids takes nothing away from this; what is only inherited has no force here.
        let is_allowing = matches!(kind, "A" | "XA" | "OA" | "ZA");
        let is_trusted = who == own || TRUSTED.contains(&who) || who == INSTALLER;
        if is_allowing && !is_trusted && !has_flag(flags, "IO") {
            most = most.max(of_rights(mask(rights)));
        }
    }
    Some(most)
}

fn has_flag(flags: &str, flag: &str) -> bool {
    flags.as_bytes().chunks(2).any(|two| two == flag.as_bytes())
}

fn of_rights(mask: u32) -> WhoElse {
    match (mask & CHANGES, mask & READS) {
        (0, 0) => WhoElse::NoOther,
        (0, _) => WhoElse::MayRead,
        _ => WhoElse::MayChange,
    }
}

/// What is not understood counts as all rights.
fn mask(rights: &str) -> u32 {
    if let Some(number) = rights.strip_prefix("0x") {
        return u32::from_str_radix(number, 16).unwrap_or(u32::MAX);
    }
    let of = |two: &[u8]| RIGHTS.iter().find(|(name, _)| name.as_bytes() == two).map_or(u32::MAX, |(_, mask)| *mask);
    rights.as_bytes().chunks(2).map(of).fold(0, |all, one| all | one)
}

/// The security identifier in a line of `whoami /user /fo csv /nh`: `"desk\ada","S-1-5-21-1-2-3-1001"`.
pub(super) fn identifier_in(line: &str) -> Option<&str> {
    let (_, identifier) = line.trim().rsplit_once(",\"")?;
    let identifier = identifier.strip_suffix('"')?;
    let is_one = identifier.starts_with("S-1-") && identifier[4..].chars().all(|c| c.is_ascii_digit() || c == '-');
    is_one.then_some(identifier)
}

/// The descriptor in a file that `icacls /save` wrote: UTF-16, a line with the name and a line with the list.
pub(super) fn descriptor_in(saved: &[u8]) -> Option<String> {
    let units: Vec<u16> = saved.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let text = String::from_utf16(&units).ok()?;
    text.lines().map(str::trim).find(|line| line.starts_with("D:") || line.starts_with("O:")).map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: &str = "S-1-5-21-1111-2222-3333-1001";

    #[test]
    fn who_is_let_in_shows_in_the_list() {
        for (list, who) in [
            // What sealoff makes, what a profile has, and a list with no entry.
            (format!("D:P(A;OICI;FA;;;{ADA})"), WhoElse::NoOther),
            (format!("D:(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;FA;;;{ADA})"), WhoElse::NoOther),
            ("D:P".to_owned(), WhoElse::NoOther),
            // A folder right below C:\\.
            ("D:AI(A;OICIID;FA;;;BA)(A;OICIID;0x1200a9;;;BU)".to_owned(), WhoElse::MayRead),
            ("D:AI(A;ID;0x1301bf;;;AU)(A;OICIIOID;SDGXGWGR;;;AU)".to_owned(), WhoElse::MayChange),
            // What only what is made in it will inherit.
            ("D:AI(A;OICIIOID;SDGXGWGR;;;AU)".to_owned(), WhoElse::NoOther),
            ("D:(A;;FR;;;WD)".to_owned(), WhoElse::MayRead),
            ("D:(A;;CCLC;;;WD)".to_owned(), WhoElse::MayChange),
            ("D:(A;;RC;;;WD)(D;;FA;;;WD)".to_owned(), WhoElse::NoOther),
            ("D:(A;;FA;;;S-1-5-21-1111-2222-3333-1002)".to_owned(), WhoElse::MayChange),
            ("D:(A;;ZZ;;;BU)".to_owned(), WhoElse::MayChange),
            ("D:NO_ACCESS_CONTROL".to_owned(), WhoElse::MayChange),
        ] {
            assert_eq!(who_else(&list, ADA), Some(who), "{list}");
        }
        for none in ["", "S:(ML;;NW;;;LW)", "D:(A;;FA", "D:(A;;FA)"] {
            assert_eq!(who_else(none, ADA), None, "{none}");
        }
    }

    #[test]
    fn what_the_programs_of_windows_print_is_read() {
        assert_eq!(identifier_in("\"desk\\ada\",\"S-1-5-21-1111-2222-3333-1001\"\r\n"), Some(ADA));
        for other in ["desk\\ada\r\n", "\"desk\\ada\",\"S-1-x\"", "\"a\",\"*S-1-5-18\"", ""] {
            assert_eq!(identifier_in(other), None, "{other}");
        }
        let saved = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        assert_eq!(descriptor_in(&saved("desk.key\r\nD:P(A;;FA;;;BA)\r\n")).as_deref(), Some("D:P(A;;FA;;;BA)"));
        for other in [saved(""), saved("desk.key\r\n"), b"\xff".to_vec()] {
            assert_eq!(descriptor_in(&other), None);
        }
    }
}
