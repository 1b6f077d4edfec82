//! What the token service takes beside the app's secret, and how it can be set.

use std::time::Duration;

/// The ways in besides the client secret.
#[derive(Debug, Clone)]
pub struct SignInSettings {
    /// Certificates of the app registration, each as DER.
    pub certificates: Vec<Vec<u8>>,
    /// The federated credential of the app registration.
    pub federated: Federated,
    /// How people sign in on another device.
    pub device: Device,
    /// The value of `X-IDENTITY-HEADER` that App Service's identity endpoint wants.
    pub identity_header: String,
    /// The bearer token with which a GitHub Actions job asks for its own token.
    pub job_token: String,
}

/// Whose tokens are taken for the app's: all three must be equal ("Workload identity federation").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Federated {
    /// `iss`.
    pub issuer: String,
    /// `sub`.
    pub subject: String,
    /// `aud`.
    pub audience: String,
}

/// How a sign-in on another device goes.
#[derive(Debug, Clone)]
pub struct Device {
    /// The user (by user principal name) who approves device codes without being asked, after some polls; `None`: no user does.
    pub approved_by: Option<String>,
    /// After how many polls.
    pub after_polls: u32,
    /// Seconds between polls that the answer asks for; a client that polls faster gets `slow_down`.
    pub interval: Duration,
    /// How long a code can be used.
    pub lifetime: Duration,
    /// Conditional Access blocks such sign-ins.
    pub blocked: bool,
}

impl Default for SignInSettings {
    fn default() -> Self {
        Self {
            certificates: Vec::new(),
            federated: Federated {
                issuer: "https://token.actions.githubusercontent.com".to_owned(),
                subject: "repo:contoso/sealoff:ref:refs/heads/main".to_owned(),
                audience: "api://AzureADTokenExchange".to_owned(),
            },
            device: Device::default(),
            identity_header: "simulated-identity-header".to_owned(),
            job_token: "simulated-job-token".to_owned(),
        }
    }
}

impl Default for Device {
    fn default() -> Self {
        Self {
            approved_by: None,
            after_polls: 2,
            interval: Duration::from_secs(5),
            lifetime: Duration::from_secs(900),
            blocked: false,
        }
    }
}
