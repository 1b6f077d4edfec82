//! `sealoff plan`: read only; the dry run.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use strum::VariantNames as _;
use time::OffsetDateTime;

use super::chosen_args::ChosenForPlanArgs;
use super::connect::{Connected, ConnectionArgs};
use super::diagnostics;
use super::exit::{Exit, Failure};
use super::explain;
use super::failures;
use super::messages;
use super::password_args::PasswordArgs;
use super::precheck::{CheckArgs, check_listing_of_methods, check_permissions, note_clocks};
use super::preview;
use super::replace_args::ReplaceArgs;
use super::spinner::Spinner;
use super::tenant_check::check_tenant;
use super::tenants::{self, TenantsArgs};
use super::time_args;
use super::words::{quoted, wrapped};
use crate::doctor::grants;
use crate::graph::transport::HttpTransport;
use crate::plan::error::PlanError;
use crate::plan::folder::PlanFolder;
use crate::plan::handoff::HandoffKeys;
use crate::plan::methods_option::MethodsOption;
use crate::plan::people_of_run;
use crate::plan::phrase::spoken_number;
use crate::plan::planner::Planner;
use crate::plan::playbook::Playbook;
use crate::plan::protected::Protected;
use crate::plan::reason::Reason;
use crate::plan::row::PlanRow;
use crate::plan::rules::{Options, Rules};
use crate::plan::summary::Summary;
use crate::roster::{KeyProperty, OnlyRows, ReadOptions, Roster, RosterError, Source};
use crate::run::lock::FolderLock;
use crate::run::plan_place::PlanPlace;
use crate::seal::Recipients;
use crate::step::Step;
use crate::verify::claims::RunClaims;
use crate::wording::playbook::meant_for;

/// Show exactly what would happen to everyone on a list; nothing is changed
///
/// Looks everyone on ROSTER up in the tenant and writes a plan to DIR: one decision for each row, in plan.csv, bound by a
/// fingerprint in plan.json. It only reads; it is the dry run. `sealoff apply DIR` carries the plan out.
#[derive(Debug, Args)]
#[command(override_usage = "\
sealoff plan [OPTIONS] --playbook <PLAYBOOK> --out <DIR> <ROSTER>
       sealoff plan [OPTIONS] --explain <ROSTER>")]
#[command(after_help = "\
Examples:
  sealoff plan leavers.csv --playbook offboard \\
    --discard-credentials --out monday
  sealoff plan leavers.csv --explain
  sealoff keygen -o desk.key > desk.pub
  sealoff plan list.csv --playbook breach \\
    --seal-to desk.pub --out tonight")]
pub struct PlanArgs {
    /// Print the plan's summary as JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Carry the plan out in waves: the column of the list that says which one each person belongs to, by its name or number;
    /// then sealoff apply DIR --wave NAME. For breach and reinstate
    #[arg(long, value_name = "COLUMN")]
    wave_by: Option<String>,
    #[command(flatten)]
    pub(super) plan: PlanningArgs,
    #[command(flatten)]
    pub(super) tenants: TenantsArgs,
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
}

/// What to plan.
#[derive(Debug, Args)]
pub struct PlanningArgs {
    /// The list of people: a CSV file as any tool exports it, an Excel workbook, JSON, a bare list of names, or - for standard
    /// input; or the folder of an earlier run, whose people are meant
    #[arg(value_name = "ROSTER")]
    pub(super) roster: PathBuf,
    #[command(flatten)]
    pub(super) reading: ReadingArgs,
    /// What is done to each account
    #[arg(
        long,
        value_name = "PLAYBOOK",
        value_parser = playbook(),
        hide_possible_values = true,
        help = playbook_help(),
        required = false,
        required_unless_present = "explain",
        default_value_if("explain", "true", "contain")
    )]
    pub(super) playbook: Playbook,
    /// The folder for the plan and everything that follows from it; new or empty, or see --replace
    #[arg(
        long,
        short = 'o',
        value_name = "DIR",
        required = false,
        required_unless_present = "explain",
        default_value_if("explain", "true", ".")
    )]
    pub(super) out: PathBuf,
    #[command(flatten)]
    pub(super) replace: ReplaceArgs,
    /// Only show how each column of the list is read and why, with its first rows as they will be taken; nothing is sent
    #[arg(long)]
    pub(super) explain: bool,
    /// List in the plan what its people sign in with beside their password (passkeys, phones, apps), by kind and age. With
    /// "list" nothing of it is removed. With the playbook evict, "all" removes it, and "since=TIME" what was registered at or after
    /// TIME or does not say when (2026-11-23T02:30:00Z, 2026-11-23, or 6h ago). It takes a second for one to ten people, and goes
    /// on where it was stopped (sealoff help ways-in)
    #[arg(long, value_name = "list|all|since=TIME", value_parser = methods)]
    pub(super) methods: Option<MethodsOption>,
    #[command(flatten)]
    pub(super) rules: RuleArgs,
    #[command(flatten)]
    pub(super) by_hand: ChosenForPlanArgs,
    #[command(flatten)]
    pub(super) checks: CheckArgs,
}

impl PlanningArgs {
    /// Shows how the list is understood, in place of planning.
    pub(super) fn explained(&self, json: bool) -> Result<Exit, Failure> {
        let source = Source::from_argument(self.roster.as_os_str());
        explain::show(source, &self.reading.options(), |error, name| self.reading.failure(error, name), json)
    }
}

/// What `--handoff-by` is given for the manager that the directory knows.
pub(super) const MANAGER: &str = "manager";

/// How the list is read, where it does not speak for itself.
#[derive(Debug, Clone, Default, Args)]
pub struct ReadingArgs {
    /// The column that says who is meant, by its name, or by its number (#3) in a list without a header
    #[arg(long, value_name = "COLUMN")]
    key: Option<String>,
    /// What that column holds, where it is neither object ids nor user principal names
    #[arg(long, value_name = "KIND", value_parser = by_name())]
    by: Option<KeyProperty>,
    /// The column that says who hands the new password over: a department, a site, by its name or number; otherwise the one
    /// called handoff. With --seal-to and no --recipients, each name in it has a packet of its own, for the same keys. "manager",
    /// where the list has no such column, is each person's manager in the directory
    #[arg(long, value_name = "COLUMN")]
    handoff_by: Option<String>,
    /// The sheet of an Excel workbook that has the list, by its name or number (#2); otherwise the first that can be seen
    #[arg(long, value_name = "SHEET")]
    sheet: Option<String>,
    /// Read the rows of the sheet that are hidden (by a filter or by hand), too
    #[arg(long)]
    hidden_rows: bool,
    /// Only the rows with this value in this column, such as Status=Leaver; all others are left alone
    #[arg(long, value_name = "COLUMN=VALUE")]
    only: Option<OnlyRows>,
    /// The column of waves, which plan alone takes.
    #[arg(skip)]
    wave: Option<String>,
}

impl ReadingArgs {
    /// Where a column says who hands over, and the same keys open everything, each name has a packet of its own.
    pub(super) fn shared_out(&self, rules: Rules) -> Rules {
        if self.handoff_by.is_none()
            || rules.handoff.is_some()
            || rules.recipients.is_empty()
            || !rules.playbook.resets()
        {
            return rules;
        }
        Rules { handoff: Some(HandoffKeys::for_every_name(rules.recipients)), recipients: Vec::new(), ..rules }
    }

    /// Is anything said that only a list with columns or sheets has?
    fn is_about_columns(&self) -> bool {
        let texts = [&self.key, &self.sheet];
        texts.into_iter().any(Option::is_some) || self.by.is_some() || self.hidden_rows || self.only.is_some()
    }

    /// Is it the word for each person's manager?
    fn names_manager(&self) -> bool {
        self.handoff_by.as_deref().is_some_and(|by| by.trim().eq_ignore_ascii_case(MANAGER))
    }

    /// The same rules, with the managers that the directory knows to hand over, where that is asked for and the list has no
    /// column of that name.
    pub(super) fn by_manager(&self, roster: &Roster, mut rules: Rules) -> Rules {
        let of_directory = self.names_manager() && !roster.names_handoff();
        rules.options.handoff_by_manager = of_directory && rules.handoff.is_some();
        rules
    }

    /// What the flags say about the list.
    pub(super) fn options(&self) -> ReadOptions {
        ReadOptions {
            key: self.key.clone(),
            by: self.by,
            handoff: self.handoff_by.clone(),
            handoff_may_be_missing: self.names_manager(),
            sheet: self.sheet.clone(),
            hidden_rows: self.hidden_rows,
            wave: self.wave.clone(),
            only: self.only.clone(),
        }
    }

    /// Opens the list; one that cannot be used is shown with the line that is wrong.
    pub(super) fn open(&self, source: Source) -> Result<Roster, Failure> {
        let name = source.to_string();
        Roster::open_with(source, self.options()).map_err(|error| self.failure(&error, &name))
    }

    /// A list that cannot be used.
    pub(super) fn failure(&self, error: &RosterError, name: &str) -> Failure {
        let failure = diagnostics::of_roster(error, name);
        match error {
            RosterError::UnknownColumn(unknown) if Some(&unknown.key) == self.handoff_by.as_ref() => {
                failure.about("handoff_by")
            }
            RosterError::UnknownColumn(unknown) if Some(&unknown.key) == self.wave.as_ref() => failure.about("wave_by"),
            _ => failure,
        }
    }
}

/// Who can open the new passwords, and who is treated otherwise than the playbook says.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Rules")]
pub struct RuleArgs {
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
    // Last, because its heading would be that of what follows.
    #[command(flatten)]
    pub(super) password: PasswordArgs,
}

fn methods(text: &str) -> Result<MethodsOption, String> {
    match text.split_once('=') {
        Some(("since", moment)) => time_args::past(moment).map(MethodsOption::Since),
        _ => text
            .parse()
            .map_err(|_| "it is list, all, or since=TIME, such as since=2026-11-23T02:30:00Z or since=6h".into()),
    }
}

fn by_name() -> impl TypedValueParser<Value = KeyProperty> {
    PossibleValuesParser::new(KeyProperty::VARIANTS).try_map(|name| name.parse::<KeyProperty>())
}

/// Known to the shells' completions, and named after a typing error.
pub(super) fn playbook() -> impl TypedValueParser<Value = Playbook> {
    PossibleValuesParser::new(Playbook::ALL.map(Playbook::name)).try_map(|name| name.parse::<Playbook>())
}

/// A number of accounts, as people write it.
pub(super) fn number_of_accounts(text: &str) -> Result<u32, &'static str> {
    let number = spoken_number(text).and_then(|number| u32::try_from(number).ok());
    number.ok_or("it is a number of accounts, such as 278 or 11,554")
}

/// What a help of 80 columns has room for behind the name of a playbook.
const HELP_COLUMNS: usize = 41;

fn playbook_help() -> String {
    let mut help =
        "What is done to each account; where an intruder is in, contain now, and reinstate in waves:".to_owned();
    for playbook in Playbook::ALL {
        let text = format!("{} ({})", meant_for(playbook), playbook.summary());
        // The help of a narrow terminal would begin further lines below the name.
        for (index, line) in wrapped(&text, HELP_COLUMNS).iter().enumerate() {
            let name = if index == 0 { playbook.name() } else { "" };
            help += &format!("\n  {name:<9}  {line}");
        }
    }
    help
}

/// The accounts that must never be touched, as a file lists them.
pub(super) fn protected(list: &Path) -> Result<Protected, Failure> {
    Protected::read(list).map_err(|error| {
        Failure::usage(format_args!("the list of protected accounts {}: {error}", list.display())).about("protect")
    })
}

/// The keys that `--seal-to` names.
pub(super) fn recipients(named: &[String]) -> Result<Recipients, Failure> {
    Recipients::parse(named).map_err(|error| Failure::usage(error).about("seal_to"))
}

/// The keys that a file of `--recipients` names, by who hands over.
pub(super) fn handoff_keys(file: &Path) -> Result<HandoffKeys, Failure> {
    HandoffKeys::read(file).map_err(|error| Failure::usage(error).about("recipients"))
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
    keys.map(|keys| keys.to_texts()).map_err(|error| Failure::usage(format_args!("--ad-key: {error}")).about("ad_key"))
}

impl RuleArgs {
    /// What was typed becomes rules; every file named is read, and nothing is sent yet. `own` stands in where the playbook
    /// needs keys and none are named.
    pub(super) fn rules(
        &self,
        playbook: Playbook,
        own: Option<HandoffKeys>,
        methods: Option<MethodsOption>,
    ) -> Result<Rules, Failure> {
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
            None => own.filter(|_| playbook.resets() && !self.discard_credentials && recipients.is_empty()),
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
            methods,
        };
        let handoff = handoff.filter(|_| playbook.resets());
        let rules =
            Rules { playbook, options, recipients, handoff, active_directory, protected, ..Rules::of(playbook) };
        rules.check()?;
        Ok(rules)
    }
}

impl RuleArgs {
    /// Says what is worth knowing about certificates, and pads as `--cms-oaep` asks for.
    fn padded(
        &self,
        seal_to: Option<Recipients>,
        handoff: Option<HandoffKeys>,
    ) -> Result<(Option<Recipients>, Option<HandoffKeys>), Failure> {
        let mut notes: Vec<String> = seal_to.iter().flat_map(Recipients::notes).collect();
        notes.extend(handoff.iter().flat_map(HandoffKeys::notes));
        for note in notes {
            messages::note(note);
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
            (false, false) => keys.with_default(seal_to).map_err(Failure::usage),
            // Neither may win silently: the operator would not know who can open the rest of the passwords.
            (false, true) => Err(Failure::usage(format_args!(
                "--seal-to and [handoff.default] in {} both say who gets the rows without a name",
                path.display()
            ))
            .with_next("Leave one of them out.")),
        }
    }
}

/// Makes the plan and shows the preview.
///
/// # Errors
///
/// The plan cannot be made; no plan is left behind then.
pub async fn run(mut args: PlanArgs) -> Result<Exit, Failure> {
    args.plan.reading.wave = args.wave_by.take();
    if args.plan.explain {
        return args.plan.explained(args.json);
    }
    if let Some(file) = args.tenants.file.clone() {
        if args.plan.reading.wave.is_some() {
            return Err(Failure::usage("--wave-by is for the plan of one tenant, and --tenants names many")
                .with_next("Plan the tenant whose people come in waves on its own."));
        }
        return tenants::plan(args, &file).await;
    }
    let (summary, _, _) = make(&args.plan, rules_of(&args.plan)?, &args.connection).await?;
    preview::show(&summary, args.json);
    Ok(Exit::Done)
}

/// The rules that the arguments ask for, with the passwords that they name.
pub(super) fn rules_of(args: &PlanningArgs) -> Result<Rules, Failure> {
    let mut rules = args.reading.shared_out(args.rules.rules(args.playbook, None, args.methods)?);
    if args.by_hand.chosen.passphrase_stdin && args.roster.as_os_str() == "-" {
        return Err(Failure::usage("both the list and the passphrase would be read from standard input")
            .with_next("Give the list as a file, or type the passphrase at a terminal."));
    }
    rules.by_hand = args.by_hand.open()?;
    rules.wave_by.clone_from(&args.reading.wave);
    rules.check()?;
    Ok(rules)
}

/// Makes the plan that the arguments ask for by these rules, and gives the plan as it was read back, and the way to Graph: no
/// second sign-in is needed.
pub(super) async fn make(
    args: &PlanningArgs,
    rules: Rules,
    connection: &ConnectionArgs,
) -> Result<(Summary, Option<PlanFolder>, Connected), Failure> {
    if PlanFolder::is_one(&args.roster) {
        return of_run(args, rules, connection).await;
    }
    let roster = args.reading.open(Source::from_argument(args.roster.as_os_str()))?;
    let rules = args.reading.by_manager(&roster, rules);
    // Known without signing in.
    let place = args.replace.place(&args.out, Some(&args.roster))?;
    let connected = connection.connect()?;
    let (summary, plan) = of_roster(roster, rules, place, &connected, args.checks).await?;
    Ok((summary, plan, connected))
}

/// Makes a plan for the people of an earlier run. Whose password that replaced has one that no intruder knows.
async fn of_run(
    args: &PlanningArgs,
    rules: Rules,
    connection: &ConnectionArgs,
) -> Result<(Summary, Option<PlanFolder>, Connected), Failure> {
    if args.reading.is_about_columns() {
        let what = format!("{} is the folder of a run, and has no columns or sheets to choose", quoted(&args.roster));
        return Err(Failure::usage(what).with_next("Leave --key, --by, --sheet, --hidden-rows and --only out."));
    }
    let origin = PlanFolder::open(&args.roster)?;
    let claims = {
        let _lock = FolderLock::take(origin.path(), "plan")?;
        RunClaims::read(&origin)?
    };
    let is_reset = |row: &PlanRow| claims.has_new_password(row.row) || row.reasons.contains(&Reason::ResetBefore);
    let rules = Rules { reset_before: people_of_run::accounts(&origin, is_reset)?, ..rules };
    let place = args.replace.place(&args.out, None)?;
    let connected = connection.connect()?;
    check_tenant(origin.manifest(), &connected).await?;
    let made = with_planner(rules, &connected, args.checks, place, async |planner, folder, spinner| {
        let progress = |progress| preview::show_progress(spinner, progress);
        people_of_run::plan(planner, &origin, folder, progress).await
    });
    let (summary, plan) = made.await?;
    Ok((summary, plan, connected))
}

/// Makes a plan through a transport that is at hand.
pub(super) async fn of_roster(
    roster: Roster,
    rules: Rules,
    place: PlanPlace,
    connected: &Connected,
    checks: CheckArgs,
) -> Result<(Summary, Option<PlanFolder>), Failure> {
    with_planner(rules, connected, checks, place, async |planner, folder, spinner| {
        planner.plan(roster, folder, |progress| preview::show_progress(spinner, progress)).await
    })
    .await
}

/// Makes a plan by what `make` does with a planner of these rules, and reads it back.
pub(super) async fn with_planner(
    rules: Rules,
    connected: &Connected,
    checks: CheckArgs,
    place: PlanPlace,
    make: impl AsyncFnOnce(&Planner<'_, HttpTransport>, &Path, &Spinner) -> Result<Summary, PlanError>,
) -> Result<(Summary, Option<PlanFolder>), Failure> {
    let caller = connected.caller().await?;
    // Which kinds of methods there are to remove is known when the plan is made.
    let needs = grants::needs_of_steps(rules.playbook.steps().without(Step::Methods));
    let principal = check_permissions(connected, &needs, checks).await?;
    if rules.options.methods.is_some() {
        check_listing_of_methods(connected, checks).await?;
    }
    let spinner = preview::reading();
    let planner = Planner::new(&connected.transport, connected.clock, rules, caller).map_err(Failure::refused)?;
    let planner = planner.for_principal(principal, !checks.without_checks).by(connected.author().await?);
    let made = make(&planner, place.made_in(), &spinner).await;
    let made = made.map_err(|error| match &error {
        PlanError::RoleMissing(missing) => failures::of_missing_role(error.to_string(), missing, principal),
        _ => error.into(),
    });
    let put = made.and_then(|summary| Ok(Summary { folder: place.put()?, ..summary }));
    let plan = put.as_ref().ok().and_then(preview::read_back);
    drop(spinner);
    note_clocks(connected);
    if let Ok(summary) = &put {
        diagnostics::show(&summary.defects, &summary.plan.roster.name);
    }
    Ok((put?, plan))
}
