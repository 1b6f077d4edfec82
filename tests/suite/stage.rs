//! A simulated tenant and the real binary, on one stage.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use sealoff::digest::Digest;
use sealoff::ids::ObjectId;
use sealoff::seal::{ExpectedAccount, Identities, Password, SealedCredential, unseal};
use sealoff::simulator::{Ledger, Operation, Settings, SimulatedUser, Simulator, WriteRecord};

/// Tenant time runs this fast: the waits of a run are over in milliseconds, and every proportion stays.
pub(crate) const SPEED: f64 = 200.0;

pub(crate) struct Stage {
    runtime: tokio::runtime::Runtime,
    pub(crate) simulator: Simulator,
    pub(crate) folder: tempfile::TempDir,
    speed: f64,
}

/// What the file of tenants calls a tenant: contoso, contoso2.
pub(crate) fn name_of(tenant: &Simulator) -> String {
    tenant.name().to_lowercase().replace(' ', "")
}

/// What a run of the binary left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
    command: String,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(Settings::default())
    }

    /// A tenant whose clock all but stands still, while the binary waits as on any other stage: moments that Graph names
    /// can be compared, however slow this machine is.
    pub(crate) fn at_one_moment(settings: Settings) -> Self {
        Self::at_speeds(SPEED, Settings { clock_speed: 0.001, ..settings })
    }

    /// A tenant in which minutes pass between any two commands, however fast this machine is.
    pub(crate) fn of_long_nights(settings: Settings) -> Self {
        Self::at_speeds(SPEED, Settings { clock_speed: 20_000.0, ..settings })
    }

    pub(crate) fn with(settings: Settings) -> Self {
        Self::at_speed(SPEED, settings)
    }

    /// A tenant whose clock runs at another speed: only at 1 can clocks be compared.
    pub(crate) fn at_speed(speed: f64, settings: Settings) -> Self {
        Self::at_speeds(speed, Settings { clock_speed: speed, ..settings })
    }

    /// Several tenants at one address, the first of these settings first. `tenants.toml` names them, with one app in all.
    pub(crate) fn of_tenants(mut settings: Vec<Settings>) -> Self {
        let mut settings: Vec<Settings> = (1..)
            .zip(settings.drain(..))
            .map(|(number, settings)| Settings { number, clock_speed: SPEED, ..settings })
            .collect();
        let first = settings.remove(0);
        let stage = Self::with_tenants(SPEED, first, settings);
        let app = stage.simulator.connection();
        stage.write_private("app.secret", &app.client_secret);
        let mut file = format!("client_id = '{}'\nclient_secret_file = 'app.secret'\n", app.client_id);
        for tenant in stage.tenants() {
            file += &format!("[tenants.{}]\ntenant = '{}'\n", name_of(&tenant), tenant.connection().tenant_id);
        }
        stage.write_private("tenants.toml", &file);
        stage
    }

    /// A file that only its owner may read.
    pub(crate) fn write_private(&self, name: &str, content: &str) {
        sealoff::private_files::replace(&self.path(name), |file| file.write_all(content.as_bytes())).unwrap();
    }

    /// All tenants, the first one first.
    pub(crate) fn tenants(&self) -> Vec<Simulator> {
        let mut tenants = vec![self.simulator.first()];
        tenants.extend(self.simulator.beside());
        tenants
    }

    fn at_speeds(speed: f64, settings: Settings) -> Self {
        Self::with_tenants(speed, settings, Vec::new())
    }

    fn with_tenants(speed: f64, settings: Settings, beside: Vec<Settings>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let simulator = runtime.block_on(Simulator::start_several(settings, beside)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), &simulator.connection().ca_pem).unwrap();
        Self { runtime, simulator, folder, speed }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), content).unwrap();
        name.to_owned()
    }

    /// The binary in this stage's folder, pointed at this stage's tenant and nothing else.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let connection = self.simulator.connection();
        let mut command = bare(&[]);
        command
            .args(self.approving(arguments))
            .current_dir(self.folder.path())
            .env("SEALOFF_GRAPH_ENDPOINT", &connection.graph_endpoint)
            .env("AZURE_AUTHORITY_HOST", &connection.authority)
            .env("AZURE_TENANT_ID", &connection.tenant_id)
            .env("AZURE_CLIENT_ID", &connection.client_id)
            .env("AZURE_CLIENT_SECRET", &connection.client_secret)
            .env("SSL_CERT_FILE", self.path("ca.pem"))
            .env("SEALOFF_CLOCK_SPEED", self.speed.to_string());
        command
    }

    /// Where a test hands `apply` a number alone, it approves the plan that is there: its fingerprint follows the number.
    fn approving(&self, arguments: &[&str]) -> Vec<String> {
        let mut arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let place = |word: &str| arguments.iter().position(|argument| argument == word);
        if let (Some(apply), Some(confirm)) = (place("apply"), place("--confirm"))
            && let Some(fingerprint) = self.fingerprint(&arguments[apply + 1])
            && let Some(said) = arguments.get(confirm + 1)
            && said.bytes().all(|byte| byte.is_ascii_digit())
        {
            arguments[confirm + 1] += &format!("@{}", &fingerprint[..12]);
        }
        arguments
    }

    /// The fingerprint of the plan in a folder, where there is one that can be read.
    pub(crate) fn fingerprint(&self, out: &str) -> Option<String> {
        let read = |name: &str| std::fs::read(self.path(out).join(name)).ok();
        let json: serde_json::Value =
            serde_json::from_slice(&read("plan.json").or_else(|| read("tenants.json"))?).ok()?;
        json["fingerprint"].as_str().map(str::to_owned)
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        finish(self.command(arguments))
    }

    pub(crate) fn spawn(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// A command that is killed when the tenant has seen so many writes, with answers still on their way.
    pub(crate) fn kill_after_writes(&self, writes: u64, arguments: &[&str]) {
        self.simulator.hold_after_writes(writes);
        let mut child = self.spawn(arguments);
        self.wait_for_writes_of(&mut child, writes);
        self.kill_and_release(child);
    }

    /// A run in `out` that is killed when the tenant has seen so many writes and its journal has so many answers: they are
    /// written as they come, and the next writes do not wait for them.
    pub(crate) fn kill_after_answers(&self, writes: u64, answers: usize, out: &str, arguments: &[&str]) {
        self.simulator.hold_after_writes(writes);
        let mut child = self.spawn(arguments);
        self.wait_for_writes_of(&mut child, writes);
        let journal = self.path(out).join("journal.jsonl");
        while std::fs::read_to_string(&journal).unwrap().matches("\"record\":\"answered\"").count() < answers {
            assert_eq!(child.try_wait().unwrap(), None, "the run ended, and its journal lacks answers");
            std::thread::yield_now();
        }
        self.kill_and_release(child);
    }

    /// Kills a command whose calls are held, and lets those go that come after it. What was held of its calls is dropped, as soon as the
    /// tenant has noticed that its client is gone: before that, it would carry out the rest. A call whose answer it never sends stays.
    fn kill_and_release(&self, mut child: Child) {
        child.kill().unwrap();
        child.wait().unwrap();
        let noticed_by = std::time::Instant::now() + std::time::Duration::from_secs(1);
        while self.simulator.counters().in_flight > 0 && std::time::Instant::now() < noticed_by {
            std::thread::yield_now();
        }
        self.simulator.release();
    }

    /// The records of the journal in `out`. A process that was killed may have left a last line that is not whole: it
    /// is no record, as the next process has it, too.
    pub(crate) fn journal(&self, out: &str) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(self.path(out).join("journal.jsonl")).unwrap();
        let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        lines.map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Makes a key in `key.txt` and returns its recipient.
    pub(crate) fn recipient(&self) -> String {
        if !self.path("key.txt").exists() {
            self.run(&["keygen", "-o", "key.txt"]).succeeded();
        }
        let text = std::fs::read_to_string(self.path("key.txt")).unwrap();
        text.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap().to_owned()
    }

    /// Plans a roster into `out`, sealed to this stage's key where the playbook sets passwords.
    pub(crate) fn plan(&self, roster: &str, playbook: &str, out: &str, more: &[&str]) -> Ran {
        let recipient = self.recipient();
        let mut arguments = vec!["plan", roster, "--playbook", playbook, "--out", out];
        if !matches!(playbook, "contain" | "signout" | "evict") && !more.contains(&"--discard-credentials") {
            arguments.extend(["--seal-to", &recipient]);
        }
        // What is a large plan in a tenant of a thousand is a test of its own.
        if !more.contains(&"--max-accounts") {
            arguments.extend(["--max-accounts", "1000000"]);
        }
        arguments.extend(more);
        self.run(&arguments)
    }

    /// How many accounts the plan in `out` changes.
    pub(crate) fn accounts(&self, out: &str) -> u64 {
        let json: serde_json::Value =
            serde_json::from_slice(&std::fs::read(self.path(out).join("plan.json")).unwrap()).unwrap();
        json["counts"]["act"]["rows"].as_u64().unwrap()
    }

    pub(crate) fn apply(&self, out: &str) -> Ran {
        self.run(&["apply", out, "--confirm", &self.accounts(out).to_string()])
    }

    /// Verifies a run that was killed: every step is proved, but for a write that had taken effect when the process was killed
    /// before it had read the answer. Of that no moment is known.
    pub(crate) fn verify_after_kills(&self, out: &str) {
        let ran = self.run(&["verify", out, "--wait", "0s"]);
        let mut unproved = ran.out.lines().filter(|line| line.starts_with("  row "));
        assert!(unproved.all(|line| line.contains("the write was sent and never answered")), "{ran:?}");
        assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    }

    /// Waits until the tenant has seen so many writes, and fails where the process ends before.
    fn wait_for_writes_of(&self, child: &mut Child, writes: u64) {
        let look = std::time::Duration::from_millis(50);
        let seen = async || tokio::time::timeout(look, self.simulator.wait_for_writes(writes)).await.is_ok();
        while !self.runtime.block_on(seen()) {
            assert_eq!(child.try_wait().unwrap(), None, "the run ended, and the tenant has not seen {writes} writes");
        }
    }

    pub(crate) fn wait_for_writes(&self, writes: u64) {
        self.runtime.block_on(self.simulator.wait_for_writes(writes));
    }

    /// Ordinary cloud members, as many as asked for.
    pub(crate) fn members(&self, count: usize) -> Vec<SimulatedUser> {
        let members: Vec<SimulatedUser> = self
            .simulator
            .users()
            .into_iter()
            .filter(|user| {
                !user.is_synced() && !user.is_external() && user.account_enabled && user.domain() == "contoso.com"
            })
            .take(count)
            .collect();
        assert_eq!(members.len(), count, "the simulated directory has too few ordinary members");
        members
    }

    /// The Global Administrators who may sign in.
    pub(crate) fn global_administrators(&self) -> Vec<SimulatedUser> {
        let role = "62e90394-69f5-4237-9190-012177145e10".parse().unwrap();
        let users = self.simulator.users().into_iter().filter(|user| user.account_enabled);
        users.filter(|user| self.simulator.roles_of(user.id).contains(&role)).collect()
    }

    /// A roster of ordinary members, by user principal name.
    pub(crate) fn roster_of(&self, members: &[SimulatedUser]) -> String {
        let mut text = "userPrincipalName,handoff\n".to_owned();
        for member in members {
            text += &format!("{},desk\n", member.user_principal_name);
        }
        self.write("roster.csv", text)
    }

    /// The rows of `results.csv`, by number.
    pub(crate) fn results(&self, out: &str) -> BTreeMap<u32, HashMap<String, String>> {
        let mut reader = csv::Reader::from_path(self.path(out).join("results.csv")).unwrap();
        let rows = reader.deserialize().map(|row| row.unwrap());
        rows.map(|row: HashMap<String, String>| (row["row"].parse().unwrap(), row)).collect()
    }

    pub(crate) fn outcomes(&self, out: &str) -> BTreeMap<String, usize> {
        let mut outcomes = BTreeMap::new();
        for row in self.results(out).into_values() {
            *outcomes.entry(row["outcome"].clone()).or_default() += 1;
        }
        outcomes
    }

    pub(crate) fn ledger(&self) -> Ledger {
        self.simulator.ledger()
    }

    /// Opens every credential of a row.
    pub(crate) fn credentials(&self, row: &HashMap<String, String>) -> Vec<Password> {
        let identities = Identities::read(&self.path("key.txt")).unwrap();
        let expected = ExpectedAccount {
            tenant: Some(self.simulator.connection().tenant_id.parse().unwrap()),
            object_id: row["object_id"].parse().unwrap(),
            user_principal_name: &row["user_principal_name"],
        };
        let cells = row["sealed_credential"].split_whitespace();
        cells.map(|cell| unseal(&identities, &cell.parse::<SealedCredential>().unwrap(), &expected).unwrap()).collect()
    }

    /// The promises about every row, judged by the tenant.
    pub(crate) fn judge(&self, out: &str) {
        self.judge_since(out, 0);
    }

    /// The same, where so many writes are of an earlier run.
    pub(crate) fn judge_since(&self, out: &str, earlier: usize) {
        let ledger = self.ledger();
        let violations = ledger.counters.violations;
        assert_eq!(violations.overlapping_writes, 0, "two writes for one account under way");
        assert_eq!(violations.writes_by_name, 0, "a write that names no object id");
        assert_eq!(violations.malformed_batches, 0, "a batch that Graph refuses");
        let results = self.results(out);
        let mut plan = csv::Reader::from_path(self.path(out).join("plan.csv")).unwrap();
        let plan: Vec<HashMap<String, String>> = plan.deserialize().map(Result::unwrap).collect();
        assert_eq!(results.len(), plan.len(), "one row out for each row in");
        let acting: HashMap<String, &HashMap<String, String>> =
            plan.iter().filter(|row| row["decision"] == "act").map(|row| (row["object_id"].clone(), row)).collect();
        for write in &ledger.writes[earlier..] {
            let id = write.object_id.unwrap().to_string();
            assert!(acting.contains_key(&id), "an account outside the plan was written to: {write:?}");
        }
        for (row, planned) in results.values().zip(&plan) {
            assert_eq!((&row["row"], &row["user"]), (&planned["row"], &planned["user"]));
            if row["outcome"] == "done" {
                self.judge_done(row, planned, &ledger);
            }
        }
    }

    fn judge_done(&self, row: &HashMap<String, String>, planned: &HashMap<String, String>, ledger: &Ledger) {
        let id: ObjectId = row["object_id"].parse().unwrap();
        let user = self.simulator.user(&row["object_id"]).unwrap();
        let writes: Vec<&WriteRecord> = ledger.writes_to(id.guid()).filter(|write| write.applied).collect();
        let last_patch = writes
            .iter()
            .filter(|write| {
                !matches!(write.operation, Operation::Revoke | Operation::CreatePass { .. }) && !is_risk(write)
            })
            .map(|write| write.sequence)
            .max();
        let last_revoke = writes
            .iter()
            .filter(|write| matches!(write.operation, Operation::Revoke))
            .map(|write| write.sequence)
            .max();
        let steps = &planned["steps"];
        if steps.contains("revoke") {
            assert!(last_revoke > last_patch, "the revoke must come last: {writes:?}");
        }
        let passes = writes.iter().filter(|write| matches!(write.operation, Operation::CreatePass { .. }));
        if let Some(pass) = passes.map(|write| write.sequence).max() {
            assert!(Some(pass) > last_revoke, "a pass comes after the last revoke: {writes:?}");
        }
        if let Some(risk) = writes.iter().filter(|write| is_risk(write)).map(|write| write.sequence).max() {
            let last = writes.iter().filter(|write| !is_risk(write)).map(|write| write.sequence).max();
            assert!(Some(risk) > last, "risk is marked after the last write: {writes:?}");
        }
        if steps.contains("unblock") {
            assert!(user.account_enabled);
        } else if steps.contains("block") {
            assert!(!user.account_enabled, "{row:?}");
        }
        if steps.contains("reset") && !row["detail"].contains("discarded") {
            let credentials = self.credentials(row);
            assert_eq!(credentials.len(), 1, "{row:?}");
            let digest = Digest::of(credentials[0].expose().as_bytes());
            assert_eq!(user.password, Some(digest), "the sealed credential is not the live password: {row:?}");
        }
    }
}

/// Is it about the risk of people?
pub(crate) const fn is_risk(write: &WriteRecord) -> bool {
    matches!(write.operation, Operation::ConfirmCompromised | Operation::DismissRisk)
}

/// A file of `samples`.
pub(crate) fn samples(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)
}

/// The binary with nothing in its environment that could lead it anywhere.
pub(crate) fn bare(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sealoff"));
    command.args(arguments);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy().to_ascii_uppercase();
        let leads = ["AZURE_", "SEALOFF_", "SSL_CERT", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];
        if leads.iter().any(|start| text.starts_with(start)) {
            command.env_remove(&name);
        }
    }
    // Without any person's settings, and in no time zone.
    let nowhere = std::env::temp_dir().join("sealoff-tests-have-no-settings");
    command.env("NO_COLOR", "1").env("XDG_CONFIG_HOME", &nowhere).env("APPDATA", &nowhere).env("TZ", "UTC0");
    command
}

pub(crate) fn finish(mut command: Command) -> Ran {
    let output = command.stdin(Stdio::null()).output().unwrap();
    Ran::new(&command, &output)
}

pub(crate) fn finish_with_input(mut command: Command, input: &[u8]) -> Ran {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    Ran::new(&command, &output)
}

impl Ran {
    pub(crate) fn new(command: &Command, output: &Output) -> Self {
        let words: Vec<&OsStr> = command.get_args().collect();
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: without_rights(&String::from_utf8_lossy(&output.stderr)),
            command: format!("sealoff {words:?}"),
        }
    }

    fn all(&self) -> String {
        format!("{}\nexit: {:?}\nstdout:\n{}\nstderr:\n{}", self.command, self.code, self.out, self.err)
    }

    pub(crate) fn succeeded(self) -> Self {
        self.exited(0)
    }

    pub(crate) fn exited(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.all());
        self
    }

    /// Standard output has all of these, wherever its lines are wrapped.
    pub(crate) fn says(self, parts: &[&str]) -> Self {
        let out = with_slashes(&self.out);
        let unwrapped = out.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in parts {
            let sought = with_slashes(part);
            assert!(
                out.contains(&sought) || unwrapped.contains(&sought),
                "{part:?} is not in the output of {}",
                self.all()
            );
        }
        self
    }

    /// Standard error has all of these.
    /// Standard output has none of these.
    pub(crate) fn never_says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(!self.out.contains(part), "{part:?} is in the output of {}", self.all());
        }
        self
    }

    pub(crate) fn complains(self, parts: &[&str]) -> Self {
        let err = with_slashes(&self.err);
        for part in parts {
            assert!(err.contains(&with_slashes(part)), "{part:?} is not in the complaints of {}", self.all());
        }
        self
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {}", self.all()))
    }
}

/// A text with its paths as Unix has them.
pub(crate) fn with_slashes(text: &str) -> String {
    if cfg!(windows) { text.replace('\\', "/") } else { text.to_owned() }
}

/// A text without the warning that a system which is called Windows and has none of its rights gets.
fn without_rights(text: &str) -> String {
    if !cfg!(windows) {
        return text.to_owned();
    }
    let lines = text.split_inclusive('\n');
    lines.filter(|line| !line.starts_with("warning: whether others may read or change ")).collect()
}

/// Every file below a folder.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}
