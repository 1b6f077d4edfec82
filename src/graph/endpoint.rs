//! Where Graph and its token service are.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use reqwest::Url;
use serde::Serialize;

/// A national cloud. Tokens of one are worth nothing in another.
///
/// Source: "Microsoft Graph national cloud deployments".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cloud {
    /// The worldwide service, and GCC.
    #[default]
    Global,
    /// US Government L4 (GCC High).
    UsGov,
    /// US Government L5 (DoD).
    DoD,
    /// China, operated by 21Vianet.
    China,
}

impl Cloud {
    /// All clouds, with the names that the command line gives them.
    pub const ALL: [(&'static str, Self); 4] =
        [("global", Self::Global), ("usgov", Self::UsGov), ("dod", Self::DoD), ("china", Self::China)];

    const fn hosts(self) -> (&'static str, &'static str) {
        match self {
            Self::Global => ("https://graph.microsoft.com", "https://login.microsoftonline.com"),
            Self::UsGov => ("https://graph.microsoft.us", "https://login.microsoftonline.us"),
            Self::DoD => ("https://dod-graph.microsoft.us", "https://login.microsoftonline.us"),
            Self::China => ("https://microsoftgraph.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
        }
    }
}

/// The token services of the newer sovereign clouds, and the audience of federated credentials there. They are no clouds of
/// `--cloud`: no page of Microsoft's names the address of Graph in each of them.
///
/// Source: MSAL's list of known authorities, and the audiences of "Workload identity federation".
const SOVEREIGN_AUDIENCES: [(&str, &str); 3] = [
    ("https://login.sovcloud-identity.fr", "api://AzureADTokenExchangeFrance"),
    ("https://login.sovcloud-identity.de", "api://AzureADTokenExchangeGermany"),
    ("https://login.sovcloud-identity.sg", "api://AzureADTokenExchangeGovSG"),
];

/// The two services that are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display)]
pub enum EndpointKind {
    /// Microsoft Graph.
    #[strum(to_string = "the Graph endpoint")]
    Graph,
    /// The token service.
    #[strum(to_string = "the authority")]
    Authority,
}

/// Why an address cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum EndpointError {
    /// Not a web address at all.
    #[error("{which} {text:?} is not a web address")]
    NotAnAddress { which: EndpointKind, text: String },
    /// It has a path, a query or a user name.
    #[error("{which} {text:?} must be a bare root such as https://graph.microsoft.com, without a version or path")]
    NotARoot { which: EndpointKind, text: String },
    /// Clear text that would leave the machine.
    #[error(
        "{which} {text:?} is clear text; tokens and passwords go over https only (http is taken for loopback addresses alone)"
    )]
    ClearText { which: EndpointKind, text: String },
    /// The token service must be https always.
    #[error("the authority {text:?} is clear text; it must be https")]
    ClearTextAuthority { text: String },
}

impl EndpointError {
    /// Of which service the address is.
    pub const fn service(&self) -> EndpointKind {
        match self {
            Self::NotAnAddress { which, .. } | Self::NotARoot { which, .. } | Self::ClearText { which, .. } => *which,
            Self::ClearTextAuthority { .. } => EndpointKind::Authority,
        }
    }
}

/// The root of one service: scheme, host and port, nothing more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root(Url);

impl Root {
    fn parse(which: EndpointKind, text: &str) -> Result<Self, EndpointError> {
        let url =
            Url::from_str(text.trim()).map_err(|_| EndpointError::NotAnAddress { which, text: text.to_owned() })?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(EndpointError::NotAnAddress { which, text: text.to_owned() });
        }
        let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.password().is_some() {
            return Err(EndpointError::NotARoot { which, text: text.to_owned() });
        }
        Ok(Self(url))
    }

    /// The address of a path below this root; `path` begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{self}{path}")
    }

    /// Says whether the host is this very machine.
    pub fn is_loopback(&self) -> bool {
        match self.0.host_str() {
            Some("localhost") => true,
            Some(host) => host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
            None => false,
        }
    }

    /// Says whether calls to it are encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }
}

impl fmt::Display for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// The two services that a run talks to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Microsoft Graph.
    pub graph: Root,
    /// The token service.
    pub authority: Root,
    /// The cloud that they are of, or stand in for.
    cloud: Cloud,
}

impl Endpoints {
    /// The audience that a federated credential has in this cloud unless it was set otherwise ("Workload identity
    /// federation").
    pub fn federated_audience(&self) -> &'static str {
        // An address of another cloud's token service stands for that cloud.
        let authority = self.authority.to_string();
        if let Some((_, audience)) = SOVEREIGN_AUDIENCES.iter().find(|(login, _)| *login == authority) {
            return audience;
        }
        let of_authority = Cloud::ALL.iter().map(|(_, cloud)| *cloud).find(|cloud| cloud.hosts().1 == authority);
        match of_authority.unwrap_or(self.cloud) {
            Cloud::Global => "api://AzureADTokenExchange",
            Cloud::UsGov | Cloud::DoD => "api://AzureADTokenExchangeUSGov",
            Cloud::China => "api://AzureADTokenExchangeChina",
        }
    }

    /// The endpoints of a cloud, each replaced by an address of one's own where one is given.
    ///
    /// # Errors
    ///
    /// An address that is no root, a Graph endpoint in clear text that is not loopback, an authority in clear text.
    pub fn new(cloud: Cloud, graph: Option<&str>, authority: Option<&str>) -> Result<Self, EndpointError> {
        let (cloud_graph, cloud_authority) = cloud.hosts();
        let graph = Root::parse(EndpointKind::Graph, graph.unwrap_or(cloud_graph))?;
        if !graph.is_encrypted() && !graph.is_loopback() {
            return Err(EndpointError::ClearText { which: EndpointKind::Graph, text: graph.to_string() });
        }
        let authority = Root::parse(EndpointKind::Authority, authority.unwrap_or(cloud_authority))?;
        if !authority.is_encrypted() {
            return Err(EndpointError::ClearTextAuthority { text: authority.to_string() });
        }
        Ok(Self { graph, authority, cloud })
    }

    /// The scope that a token for this Graph must name.
    pub fn scope(&self) -> String {
        self.graph.join("/.default")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cloud_has_an_audience_of_its_own() {
        let audience = |cloud, authority| Endpoints::new(cloud, None, authority).unwrap().federated_audience();
        assert_eq!(audience(Cloud::Global, None), "api://AzureADTokenExchange");
        assert_eq!(audience(Cloud::UsGov, Some("https://localhost:1")), "api://AzureADTokenExchangeUSGov");
        assert_eq!(
            audience(Cloud::Global, Some("https://login.microsoftonline.us")),
            "api://AzureADTokenExchangeUSGov"
        );
        assert_eq!(audience(Cloud::China, None), "api://AzureADTokenExchangeChina");
        let germany = Some("https://login.sovcloud-identity.de");
        assert_eq!(audience(Cloud::Global, germany), "api://AzureADTokenExchangeGermany");
    }

    #[test]
    fn clear_text_never_leaves_the_machine() {
        for url in ["http://graph.microsoft.com", "http://10.0.0.1", "http://localhost.evil.example"] {
            assert!(
                matches!(Endpoints::new(Cloud::Global, Some(url), None), Err(EndpointError::ClearText { .. })),
                "{url}"
            );
        }
        for url in ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:9", "https://graph.microsoft.us/"] {
            assert!(Endpoints::new(Cloud::Global, Some(url), None).is_ok(), "{url}");
        }
        for url in ["http://127.0.0.1:8080", "http://login.microsoftonline.com"] {
            let refused = Endpoints::new(Cloud::Global, None, Some(url));
            assert!(matches!(refused, Err(EndpointError::ClearTextAuthority { .. })), "{url}");
        }
    }

    #[test]
    fn an_endpoint_is_a_bare_root() {
        for url in ["https://graph.microsoft.com/v1.0", "https://u:p@graph.microsoft.com", "https://h/?q"] {
            assert!(
                matches!(Endpoints::new(Cloud::Global, Some(url), None), Err(EndpointError::NotARoot { .. })),
                "{url}"
            );
        }
        for url in ["graph.microsoft.com", "ftp://graph.microsoft.com", ""] {
            assert!(
                matches!(Endpoints::new(Cloud::Global, Some(url), None), Err(EndpointError::NotAnAddress { .. })),
                "{url}"
            );
        }
    }

    #[test]
    fn every_cloud_asks_for_a_token_for_its_own_graph() {
        let scopes: Vec<_> =
            Cloud::ALL.iter().map(|(_, cloud)| Endpoints::new(*cloud, None, None).unwrap().scope()).collect();
        assert_eq!(
            scopes,
            [
                "https://graph.microsoft.com/.default",
                "https://graph.microsoft.us/.default",
                "https://dod-graph.microsoft.us/.default",
                "https://microsoftgraph.chinacloudapi.cn/.default"
            ]
        );
    }
}
