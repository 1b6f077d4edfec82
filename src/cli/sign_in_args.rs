//! How the simulator's token service is set up.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::exit::Failure;
use crate::simulator::Settings;

/// Ways in, besides the printed secret.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Signing in")]
pub(super) struct SignInArgs {
    /// How long a token lives, in seconds of the wall clock [default: 3600]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    token_lifetime: Option<u64>,
    /// PEM file with a certificate that the app may sign in with; more than once for more than one
    #[arg(long, value_name = "PEM")]
    app_certificate: Vec<PathBuf>,
    /// Device codes are approved as this user after two polls. Otherwise somebody has to:
    /// POST /_simulator/device-codes/CODE/approve?user=UPN (or /decline)
    #[arg(long, value_name = "UPN")]
    device_code_by: Option<String>,
    /// Conditional Access blocks sign-ins by device code
    #[arg(long)]
    device_code_blocked: bool,
}

impl SignInArgs {
    /// # Errors
    ///
    /// A certificate file that cannot be read or holds none.
    pub(super) fn apply(&self, settings: &mut Settings) -> Result<(), Failure> {
        if let Some(seconds) = self.token_lifetime {
            settings.token_lifetime = Duration::from_secs(seconds);
        }
        for path in &self.app_certificate {
            settings.sign_in.certificates.push(certificate_in(path)?);
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
    let content = std::fs::read(path).map_err(|error| cannot(&error))?;
    let certificate = CertificateDer::from_pem_slice(&content).map_err(|_| cannot(&"it holds no PEM certificate"))?;
    Ok(certificate.to_vec())
}
