//! The roots by which a client can reach the simulator: every name that its certificate is good for, and the clear text
//! beside it.

use std::net::{IpAddr, SocketAddr};

/// Scheme, host and port of each, in lower case and without a slash at the end.
#[derive(Debug, Clone)]
pub(crate) struct Roots(Vec<String>);

impl Roots {
    /// The names of this machine and `hosts` at the port of TLS, those of this machine at the port of the clear text.
    pub(crate) fn of(tls: SocketAddr, clear: Option<SocketAddr>, hosts: &[String]) -> Self {
        let mut roots = Vec::new();
        for (scheme, address, default_port, hosts) in [("https", Some(tls), 443, hosts), ("http", clear, 80, &[][..])] {
            let Some(address) = address else { continue };
            let own = ["127.0.0.1", "[::1]", "localhost"].map(str::to_owned);
            let names = [of_address(address.ip())].into_iter().chain(own).chain(hosts.iter().map(|host| of_host(host)));
            for name in names {
                roots.push(format!("{scheme}://{name}:{}", address.port()));
                if address.port() == default_port {
                    roots.push(format!("{scheme}://{name}"));
                }
            }
        }
        Self(roots)
    }

    /// Whether this is one of them.
    pub(crate) fn have(&self, root: &str) -> bool {
        self.0.iter().any(|one| one.eq_ignore_ascii_case(root))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

fn of_address(ip: IpAddr) -> String {
    if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() }
}

/// A name as it stands in a URL.
fn of_host(host: &str) -> String {
    host.parse().map_or_else(|_| host.to_ascii_lowercase(), of_address)
}

/// Whether a text can be the name of a host or its address: what certificates and URLs have in common.
pub(crate) fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
        (1..=63).contains(&label.len())
            && label.chars().all(allowed)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.parse::<IpAddr>().is_ok() || (text.len() <= 253 && text.split('.').all(is_label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address() {
        for host in ["graph.test", "GRAPH", "a-b.c1", "10.1.2.3", "fd00::1", "localhost"] {
            assert!(is_host(host), "{host}");
        }
        for other in
            ["", " ", "a b", "graph.test:443", "https://graph.test", "a..b", ".a", "-a.test", "grüße.test", "*.test"]
        {
            assert!(!is_host(other), "{other}");
        }
    }

    #[test]
    fn every_name_of_the_certificate_is_a_root() {
        let hosts = ["Graph.Test".to_owned(), "10.1.2.3".to_owned(), "fd00::1".to_owned()];
        let roots = Roots::of(([127, 0, 0, 2], 443).into(), Some(([127, 0, 0, 2], 8_080).into()), &hosts);
        for root in [
            "https://127.0.0.2:443", "https://127.0.0.1", "https://[::1]:443", "https://LOCALHOST",
            "https://graph.test", "https://10.1.2.3:443", "https://[fd00::1]", "http://127.0.0.2:8080",
            "http://localhost:8080",
        ] {
            assert!(roots.have(root), "{root}");
        }
        for other in
            ["https://localhost:8080", "http://graph.test:8080", "http://localhost", "https://graph.microsoft.com", ""]
        {
            assert!(!roots.have(other), "{other}");
        }
    }
}
