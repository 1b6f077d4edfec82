//! Who can open new passwords, and who is treated otherwise than the playbook says, as the command line says it; and the files that it
//! names for that.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use time::OffsetDateTime;

use super::exit::Failure;
use super::failures::of_protected;
use super::messages;
use super::number_args::number_of_accounts;
use super::pass_args::PassArgs;
use super::password_args::PasswordArgs;
use super::risk_args::RiskArgs;
use super::time_args;
use super::ways_in_args::WaysInArgs;
use crate::plan::handoff::HandoffKeys;
use crate::plan::playbook::Playbook;
use crate::plan::protected::Protected;
use crate::plan::rules::{Options, Rules};
use crate::seal::{CertificateNote, Recipients};
use crate::wording::recipients::remedy;

/// Who can open the new passwords, and who is treated otherwise than the playbook says.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Rules")]
pub(super) struct RuleArgs {
    /// Who can open the new passwords: an age1… recipient, an SSH public key, a file of them, or the file of an X.509
    /// certificate; may be given more than once
    #[arg(long, value_name = "RECIPIENT")]
    pub(super) seal_to: Vec<String>,
    /// Who hands passwords over, and their keys: a TOML file with a table [handoff.NAME] and keys = [...] for each name in the
    /// roster's handoff column; "default" is for rows without a name (or --seal-to is), "escrow" can open every password
    #[arg(long, value_name = "FILE")]
    pub(super) recipients: Option<PathBuf>,
    /// Who runs Active Directory: the file of an X.509 certificate for document encryption with an RSA key. The script for
    /// synced people, onprem.ps1, then sets passwords that are sealed to it and to those who hand them over; [handoff.active-directory]
    /// in the file of --recipients says the same
    #[arg(long, value_name = "CERT")]
    pub(super) ad_key: Vec<String>,
    /// Have the new passwords of synced people written back to Active Directory, by a person who signs in for that after the plan
    /// is made (sealoff onprem DIR --writeback); the tenant needs password writeback (sealoff help hybrid)
    #[arg(long)]
    pub(super) writeback: bool,
    /// Seal to RSA certificates by OAEP (SHA-256), which not every program opens, in place of PKCS#1 v1.5
    #[arg(long)]
    pub(super) cms_oaep: bool,
    /// Throw the new passwords away: no one can ever sign in with them (offboard only)
    #[arg(long)]
    pub(super) discard_credentials: bool,
    /// Accounts that must never be touched, one object id or user principal name a line
    #[arg(long, value_name = "FILE", env = "SEALOFF_PROTECT")]
    pub(super) protect: Option<PathBuf>,
    /// Leave guests alone even where the playbook blocks
    #[arg(long)]
    pub(super) skip_guests: bool,
    /// Include administrators; the app then needs the role Privileged Authentication Administrator
    #[arg(long)]
    pub(super) allow_privileged: bool,
    /// Try to reset passwords that are kept on-premises, too
    #[arg(long)]
    pub(super) allow_synced: bool,
    /// Try to reset passwords in federated domains, too
    #[arg(long)]
    pub(super) allow_federated: bool,
    /// Include rooms, shared mailboxes, services and other accounts that are no person's, though the list names everybody
    #[arg(long)]
    pub(super) allow_resource_accounts: bool,
    /// Ask what each mailbox is for, to know rooms and shared mailboxes: one more read for each account, four at a time; needs
    /// MailboxSettings.Read
    #[arg(long)]
    pub(super) check_mailboxes: bool,
    /// Count sessions that were revoked at or after TIME as ended: 2026-11-23T02:30:00Z, 2026-11-23 (UTC), or 6h (ago)
    #[arg(long, value_name = "TIME", value_parser = time_args::past)]
    pub(super) since: Option<OffsetDateTime>,
    /// Refuse rows whose name, employee id or department is not what the directory says of the account
    #[arg(long)]
    pub(super) strict: bool,
    /// How many accounts may be changed; a plan of more than 5,000, or of more than a quarter of the tenant, is carried out
    /// only where that number is named, here or at apply
    #[arg(long, value_name = "N", value_parser = number_of_accounts)]
    pub(super) max_accounts: Option<u32>,
    /// Plan even where this app may not read directory roles: no account is then known as an administrator's
    #[arg(long)]
    pub(super) without_roles: bool,
    /// Plan even where this app may not read the tenant's domains: none is then known as federated
    #[arg(long)]
    pub(super) without_domains: bool,
    #[command(flatten)]
    pub(super) pass: PassArgs,
    #[command(flatten)]
    pub(super) risk: RiskArgs,
    // Last, because its heading would be that of what follows.
    #[command(flatten)]
    pub(super) password: PasswordArgs,
}

impl RuleArgs {
    /// What was typed becomes rules; every file named is read, and nothing is sent yet. `own` stands in where the playbook
    /// needs keys and none are named.
    pub(super) fn rules(
        &self,
        playbook: Playbook,
        own: Option<HandoffKeys>,
        ways_in: &WaysInArgs,
    ) -> Result<Rules, Failure> {
        let pass = self.pass.wish()?;
        let hands_over = playbook.resets() || pass.is_some();
        let seal_to = match self.seal_to.as_slice() {
            [] => None,
            named => Some(recipients(named)?),
        };
        let path = self.recipients.as_deref();
        let handoff = path.map(handoff_keys).transpose()?;
        let (seal_to, handoff) = self.padded(seal_to, handoff)?;
        let mut recipients = seal_to.map(|recipients| recipients.to_texts()).unwrap_or_default();
        let handoff = match path.zip(handoff) {
            Some((path, keys)) => Some(Self::with_default(path, keys, std::mem::take(&mut recipients))?),
            None => own.filter(|_| hands_over && !self.discard_credentials && recipients.is_empty()),
        };
        let active_directory = ad_keys(&self.ad_key, handoff.as_ref(), path, playbook)?;
        let protected = match &self.protect {
            Some(path) => protected(path)?,
            None => Protected::none(),
        };
        let options = Options {
            allow_privileged: self.allow_privileged,
            allow_synced: self.allow_synced,
            allow_federated: self.allow_federated,
            skip_guests: self.skip_guests,
            allow_resource_accounts: self.allow_resource_accounts,
            check_mailboxes: self.check_mailboxes,
            handoff_by_manager: false,
            password: self.password.style()?,
            discard_credentials: self.discard_credentials,
            without_roles: self.without_roles,
            without_domains: self.without_domains,
            since: self.since,
            strict: self.strict,
            max_accounts: self.max_accounts,
            writeback: self.writeback,
            risk: self.risk.mark(),
            ..ways_in.apply_to(Options::default())
        };
        let handoff = handoff.filter(|_| hands_over);
        let consents = ways_in.consents.clone();
        let rules = Rules {
            playbook,
            options,
            recipients,
            handoff,
            active_directory,
            protected,
            consents,
            pass,
            ..Rules::of(playbook)
        };
        rules.check()?;
        Ok(rules)
    }

    /// Says what is worth knowing about certificates, and pads as `--cms-oaep` asks for.
    fn padded(
        &self,
        seal_to: Option<Recipients>,
        handoff: Option<HandoffKeys>,
    ) -> Result<(Option<Recipients>, Option<HandoffKeys>), Failure> {
        let mut notes: BTreeSet<CertificateNote> = seal_to.iter().flat_map(Recipients::notes).collect();
        notes.extend(handoff.iter().flat_map(HandoffKeys::notes));
        for note in notes {
            messages::note(note.to_string());
        }
        if !self.cms_oaep {
            return Ok((seal_to, handoff));
        }
        let certificates = seal_to.as_ref().is_some_and(Recipients::has_certificates)
            || handoff.as_ref().is_some_and(HandoffKeys::have_certificates);
        if !certificates {
            return Err(Failure::usage(
                "--cms-oaep is about certificates, and neither --seal-to nor --recipients names one",
            ));
        }
        Ok((seal_to.map(Recipients::with_oaep), handoff.map(HandoffKeys::with_oaep)))
    }

    /// The file of recipients, with the keys of `--seal-to` for the rows without a name.
    fn with_default(path: &Path, keys: HandoffKeys, seal_to: Vec<String>) -> Result<HandoffKeys, Failure> {
        match (seal_to.is_empty(), keys.has_default()) {
            (true, _) => Ok(keys),
            (false, false) => keys.with_default(seal_to).map_err(Failure::from),
            // Neither may win silently: the operator would not know who can open the rest of the passwords.
            (false, true) => Err(Failure::usage(format_args!(
                "--seal-to and [handoff.default] in {} both say who gets the rows without a name",
                path.display()
            ))
            .with_next("Leave one of them out.")),
        }
    }
}

/// The accounts that must never be touched, as a file lists them.
pub(super) fn protected(list: &Path) -> Result<Protected, Failure> {
    Protected::read(list).map_err(|error| {
        let what = format!("the list of protected accounts {}: {error}", list.display());
        of_protected(error, what).about("protect")
    })
}

/// The keys that `--seal-to` names.
pub(super) fn recipients(named: &[String]) -> Result<Recipients, Failure> {
    Recipients::parse(named).map_err(|error| Failure::from(error).about("seal_to"))
}

/// The keys that a file of `--recipients` names, by who hands over.
pub(super) fn handoff_keys(file: &Path) -> Result<HandoffKeys, Failure> {
    HandoffKeys::read(file).map_err(|error| Failure::from(error).about("recipients"))
}

/// The keys of those who run Active Directory, by the option or by the file of recipients. Where the playbook sets no password
/// there is nothing for them; an option that is given in vain is refused.
pub(super) fn ad_keys(
    named: &[String],
    handoff: Option<&HandoffKeys>,
    file: Option<&Path>,
    playbook: Playbook,
) -> Result<Vec<String>, Failure> {
    let in_file = handoff.map(HandoffKeys::active_directory).unwrap_or_default();
    if named.is_empty() {
        return Ok(if playbook.resets() { in_file.to_vec() } else { Vec::new() });
    }
    let failed = |what: String| Err(Failure::usage(what).about("ad_key"));
    if !playbook.resets() {
        return failed(format!("the playbook {playbook} sets no password, so there is none to seal with --ad-key"));
    }
    if let Some(file) = file.filter(|_| !in_file.is_empty()) {
        return failed(format!(
            "--ad-key and [handoff.active-directory] in {} both say who runs Active Directory; leave one of them out",
            file.display()
        ));
    }
    let keys = Recipients::parse(named).and_then(Recipients::for_powershell);
    keys.map(|keys| keys.to_texts()).map_err(|error| {
        let next = remedy(&error);
        Failure::usage(format_args!("--ad-key: {error}")).with_next(next).about("ad_key")
    })
}
