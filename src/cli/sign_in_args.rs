//! How the simulator's token service is set up.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::exit::Failure;
use super::number_args::whole;
use crate::simulator::Settings;
use crate::text_file::{self, Letters};

/// A certificate is a few lines long.
const MAX_CERTIFICATE: u64 = 1 << 20;

/// Ways in, besides the printed secret.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Signing in")]
pub(super) struct SignInArgs {
    /// How long a token lives, in seconds of the wall clock [default: 3600]
    #[arg(long, value_name = "SECONDS", value_parser = whole::<u64>(1..=86_400))]
    token_lifetime: Option<u64>,
    /// PEM file with a certificate that the app may sign in with; 2=PEM for the second app (--apps); may be repeated
    #[arg(long, value_name = "[N=]PEM", value_parser = app_certificate)]
    app_certificate: Vec<AppCertificate>,
    /// Device codes are approved as this user after two polls. Otherwise approve them:
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
    /// What is said here, over what is there already; the further apps must be among the settings by now.
    ///
    /// # Errors
    ///
    /// A certificate file that cannot be read or holds none, or one for an app that there is not.
    pub(super) fn apply(&self, settings: &mut Settings) -> Result<(), Failure> {
        if let Some(seconds) = self.token_lifetime {
            settings.token_lifetime = Duration::from_secs(seconds);
        }
        for AppCertificate { app, path } in &self.app_certificate {
            let apps = settings.further_apps.len() + 1;
            let of_app = match usize::from(*app) {
                1 => Some(&mut settings.sign_in.certificates),
                number => {
                    let further = number.checked_sub(2).and_then(|place| settings.further_apps.get_mut(place));
                    further.map(|app| &mut app.certificates)
                }
            };
            let of_app = of_app.ok_or_else(|| {
                Failure::usage(format_args!("{} is for app {app}, and the tenant has {apps}", path.display()))
                    .with_next("Say how many apps it has with --apps.")
            })?;
            of_app.push(certificate_in(path)?);
        }
        let device = &mut settings.sign_in.device;
        device.approved_by = self.device_code_by.clone().or(device.approved_by.take());
        device.blocked |= self.device_code_blocked;
        Ok(())
    }
}

fn certificate_in(path: &Path) -> Result<Vec<u8>, Failure> {
    let cannot =
        |reason: &dyn std::fmt::Display| Failure::usage(format_args!("certificate {}: {reason}", path.display()));
    let content = text_file::content(path, MAX_CERTIFICATE).map_err(|error| cannot(&error))?;
    let content = text_file::text_of(&content, Letters::Unicode).map_err(|error| cannot(&error))?;
    let certificate =
        CertificateDer::from_pem_slice(content.as_bytes()).map_err(|_| cannot(&"it holds no PEM certificate"))?;
    Ok(certificate.to_vec())
}
