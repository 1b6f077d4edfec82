//! How the simulator's token service is set up.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::exit::Failure;
use crate::simulator::{Device, SignIn};

/// Ways in, besides the printed secret.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Signing in")]
pub(super) struct SignInArgs {
    /// How long a token lives, in seconds of the wall clock
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    token_lifetime: u64,
    /// PEM file with a certificate that the app may sign in with; 2=PEM for the second app (--apps); more than once for more
    /// than one
    #[arg(long, value_name = "[N=]PEM", value_parser = app_certificate)]
    app_certificate: Vec<AppCertificate>,
    /// Device codes are approved as this user after two polls. Otherwise somebody has to:
    /// POST /_simulator/device-codes/CODE/approve?user=UPN (or /decline)
    #[arg(long, value_name = "UPN")]
    device_code_by: Option<String>,
    /// Conditional Access blocks sign-ins by device code
    #[arg(long)]
    device_code_blocked: bool,
}

/// The file of a certificate, and whose it is: the app that is always there is number 1.
#[derive(Debug, Clone)]
struct AppCertificate {
    app: u16,
    path: PathBuf,
}

fn app_certificate(text: &str) -> Result<AppCertificate, std::convert::Infallible> {
    let numbered = text.split_once('=').and_then(|(app, path)| Some((app.parse().ok()?, path)));
    let (app, path) = numbered.unwrap_or((1, text));
    Ok(AppCertificate { app, path: path.into() })
}

impl SignInArgs {
    pub(super) fn token_lifetime(&self) -> Duration {
        Duration::from_secs(self.token_lifetime)
    }

    /// # Errors
    ///
    /// A certificate file that cannot be read or holds none.
    pub(super) fn sign_in(&self) -> Result<SignIn, Failure> {
        let certificates = self.certificates_of(1)?;
        let device =
            Device { approved_by: self.device_code_by.clone(), blocked: self.device_code_blocked, ..Device::default() };
        Ok(SignIn { certificates, device, ..SignIn::default() })
    }
}

impl SignInArgs {
    /// The certificates of an app, by its number.
    ///
    /// # Errors
    ///
    /// A file that cannot be read or holds none.
    pub(super) fn certificates_of(&self, app: u16) -> Result<Vec<Vec<u8>>, Failure> {
        self.app_certificate.iter().filter(|one| one.app == app).map(|one| certificate_in(&one.path)).collect()
    }

    /// # Errors
    ///
    /// A certificate is for an app that there is not.
    pub(super) fn check_apps(&self, apps: u16) -> Result<(), Failure> {
        let odd = self.app_certificate.iter().find(|one| !(1..=apps).contains(&one.app));
        odd.map_or(Ok(()), |odd| {
            let path = odd.path.display();
            Err(Failure::usage(format_args!("{path} is for app {}, and the tenant has {apps}", odd.app))
                .with_next("Say how many apps it has with --apps."))
        })
    }
}

fn certificate_in(path: &Path) -> Result<Vec<u8>, Failure> {
    let cannot =
        |reason: &dyn std::fmt::Display| Failure::usage(format_args!("certificate {}: {reason}", path.display()));
    let content = std::fs::read(path).map_err(|error| cannot(&error))?;
    let certificate = CertificateDer::from_pem_slice(&content).map_err(|_| cannot(&"it holds no PEM certificate"))?;
    Ok(certificate.to_vec())
}
