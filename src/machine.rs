//! The machine that this process runs on, and as whom.

/// What the machine calls itself; empty where it has no name.
#[cfg(unix)]
pub(crate) fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// What the machine calls itself; empty where it has no name.
#[cfg(not(unix))]
pub(crate) fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

/// The operating system's user of this process: the name that the system has for the number, or else the number alone. No
/// variable of the environment is asked, which anyone can set.
#[cfg(unix)]
pub(crate) fn user() -> String {
    let number = rustix::process::getuid().as_raw();
    let name = std::fs::read_to_string("/etc/passwd").ok().and_then(|text| name_of(&text, number));
    name.map_or_else(|| format!("user {number}"), |name| format!("{name} (user {number})"))
}

/// The operating system's user of this process, as Windows names it to each process.
#[cfg(not(unix))]
pub(crate) fn user() -> String {
    let of = |name: &str| std::env::var(name).unwrap_or_default();
    match (of("USERDOMAIN"), of("USERNAME")) {
        (domain, name) if domain.is_empty() => name,
        (domain, name) => format!("{domain}\\{name}"),
    }
}

/// Everything that the operating system's user of this process is called by.
#[cfg(unix)]
pub(crate) fn names_of_user() -> Vec<String> {
    let number = rustix::process::getuid().as_raw();
    let name = std::fs::read_to_string("/etc/passwd").ok().and_then(|text| name_of(&text, number));
    name.into_iter().chain([number.to_string()]).collect()
}

/// Everything that the operating system's user of this process is called by.
#[cfg(not(unix))]
pub(crate) fn names_of_user() -> Vec<String> {
    [Some(user()), std::env::var("USERNAME").ok()].into_iter().flatten().collect()
}

/// The name of a user in a text like that of `/etc/passwd`: `NAME:PASSWORD:NUMBER:…`.
#[cfg(unix)]
fn name_of(text: &str, number: u32) -> Option<String> {
    text.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, of) = (fields.next()?, fields.nth(1)?);
        (!name.is_empty() && of.parse() == Ok(number)).then(|| name.to_owned())
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_known_by_its_number() {
        let text = "root:x:0:0:root:/root:/bin/sh\n# no user\nada:x:1000:1000::/home/ada:/bin/sh\n";
        assert_eq!(name_of(text, 1_000).as_deref(), Some("ada"));
        assert_eq!(name_of(text, 7), None);
        assert!(user().contains("user "));
    }
}
