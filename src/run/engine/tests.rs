//! The engine against an in-memory tenant that fails in every way a network can, killed at every write, and resumed.

mod crash;
mod disk;
mod doors;
mod faults;
mod halting;
mod outages;
mod outcomes;
mod pacing;
mod several_apps;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{Assignment, Ending, HaltAt, work};
use crate::clock::Clock;
use crate::digest::Digest;
use crate::graph::token::TokenMark;
use crate::graph::transport::{Advice, Answer, Call, Transport, TransportError};
use crate::graph::unreachable::Unreachable;
use crate::ids::{ObjectId, RowNumber, TenantId};
use crate::plan::playbook::{Playbook, Schedule};
use crate::plan::row::{Decision, PlanRow};
use crate::run::accounts::{PlannedAccounts, TooMany};
use crate::run::credential_generator::{CredentialGenerator, Sealing};
use crate::run::event::{Event, Statistics};
use crate::run::journal::store::failing::{Afterwards, Failing};
use crate::run::journal::{Journal, JournalError, JournalLine, JournalLookup, JournalReader};
use crate::run::outcome::Outcome;
use crate::run::record::{FORMAT, Record};
use crate::run::replay::Replay;
use crate::run::result_row::ResultRows;
use crate::run::results;
use crate::run::results_error::ResultsError;
use crate::seal::{ExpectedAccount, Identities, Identity, PasswordStyle, unseal};
use crate::step::{Step, Steps};
use doors::{DoorQuirk, SOUND};

/// One user of the tenant, and what was done to it, in the order of a counter that the whole tenant shares.
#[derive(Default, Clone)]
struct User {
    password: Option<String>,
    password_at: u64,
    blocked: bool,
    revoked_at: u64,
    writes: Vec<u64>,
}

/// What one write did.
#[derive(Debug, Clone)]
enum Effect {
    Revoked,
    Updated { password: Option<String>, enabled: Option<bool> },
}

impl Effect {
    fn happen(&self, user: &mut User, now: u64) {
        user.writes.push(now);
        match self {
            Self::Revoked => user.revoked_at = now,
            Self::Updated { password, enabled } => {
                if let Some(password) = password {
                    (user.password, user.password_at) = (Some(password.clone()), now);
                }
                if let Some(enabled) = enabled {
                    user.blocked = !enabled;
                }
            }
        }
    }
}

#[derive(Default)]
struct World {
    users: HashMap<ObjectId, User>,
    counter: u64,
    under_way: HashSet<ObjectId>,
    sent: HashMap<ObjectId, u64>,
    /// All that took effect: on whom, by which of the writes that were sent to them.
    effects: Vec<(ObjectId, u64, Effect)>,
    violations: Vec<String>,
    random: u64,
    calls: u64,
    woke: Option<tokio::time::Instant>,
}

/// How often things go wrong, in percent, and for whom.
#[derive(Default, Clone, Copy)]
struct Weather {
    each: u64,
    refuse_password_every: u64,
    refuse_first_password_every: u64,
}

struct Tenant {
    world: Mutex<World>,
    weather: Weather,
    quirk: Mutex<Quirk>,
    journal: PathBuf,
}

type ItemQuirk = fn(&Value, u64) -> Option<Value>;
type CallQuirk = fn(&[Value], u64) -> Option<(u16, Advice, Value)>;

/// A fault of one kind, for exactly those it is meant for: it may answer an item, or a whole call, in the tenant's place.
#[derive(Default)]
struct Quirk {
    item: Option<ItemQuirk>,
    call: Option<CallQuirk>,
    rejected_tokens: u64,
    /// How long a call takes; a tenth of a second if not said.
    round_trip: Option<Duration>,
    /// How much longer a call takes.
    late: Option<fn(&[Value]) -> Duration>,
    /// Meanwhile nothing can be sent.
    gone: Option<std::ops::Range<tokio::time::Instant>>,
    /// The machine sleeps for so long when the call of this number is under way, and all that are under way then are lost.
    sleeps: Option<(u64, Duration)>,
}

impl World {
    /// A small generator of its own, so that a seed gives the same run.
    fn chance(&mut self, percent: u64) -> bool {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % 100 < percent
    }
}

impl Tenant {
    fn new(journal: &Path, seed: u64, weather: Weather) -> Arc<Self> {
        let world = World { random: seed, ..World::default() };
        Arc::new(Self { world: Mutex::new(world), weather, quirk: Mutex::default(), journal: journal.to_owned() })
    }

    fn user(&self, id: ObjectId) -> User {
        self.world.lock().unwrap().users.get(&id).cloned().unwrap_or_default()
    }

    /// The promise that the sealed credential is on disk before the password leaves, checked at the moment it arrives.
    fn intents_on_disk(&self) -> HashMap<ObjectId, u64> {
        let mut intents = HashMap::new();
        for line in JournalReader::open(&self.journal).unwrap() {
            if let Record::Intended { object_id, .. } = line.unwrap().record {
                *intents.entry(object_id).or_default() += 1;
            }
        }
        intents
    }

    fn execute(&self, world: &mut World, item: &Value, index: u64) -> Value {
        let id = item["id"].clone();
        let url = item["url"].as_str().unwrap();
        let object_id: ObjectId = url.split('/').nth(2).unwrap().parse().expect("a write names an object id");
        let error = |status: u16, message: &str| json!({"id": id, "status": status, "body": {"error": {"code": "c", "message": message}}});
        world.counter += 1;
        let now = world.counter;
        let weather = self.weather;
        let attempts = world.sent.get(&object_id).copied().unwrap_or_default();
        if let Some(mut answer) = self.quirk.lock().unwrap().item.and_then(|quirk| quirk(item, attempts)) {
            answer["id"] = id;
            return answer;
        }
        if world.chance(weather.each) {
            return json!({"id": id, "status": 429, "headers": {"Retry-After": "1"}});
        }
        if world.chance(weather.each) {
            return error(409, "concurrent");
        }
        let lies = world.chance(weather.each);
        if lies && world.chance(50) {
            return error(503, "not done");
        }
        let number = u64::from(object_id.guid().as_fields().0);
        let user = world.users.entry(object_id).or_default();
        let effect = if url.ends_with("/revokeSignInSessions") {
            Effect::Revoked
        } else {
            let password = item["body"]["passwordProfile"]["password"].as_str().map(str::to_owned);
            if password.is_some() {
                if weather.refuse_password_every > 0 && number % weather.refuse_password_every == 0 {
                    return error(400, "mastered elsewhere");
                }
                if weather.refuse_first_password_every > 0
                    && number % weather.refuse_first_password_every == 0
                    && attempts == 1
                {
                    return error(400, "The specified password does not comply with password complexity requirements.");
                }
            }
            Effect::Updated { password, enabled: item["body"]["accountEnabled"].as_bool() }
        };
        effect.happen(user, now);
        world.effects.push((object_id, attempts, effect));
        if lies {
            return if index.is_multiple_of(2) { error(503, "done all the same") } else { Value::Null };
        }
        json!({"id": id, "status": 204})
    }
}

impl Transport for Tenant {
    fn token_rejected(&self, _: TokenMark) -> bool {
        self.quirk.lock().unwrap().rejected_tokens += 1;
        true
    }

    async fn send(&self, call: Call) -> Result<Answer, TransportError> {
        let (began, token) = (tokio::time::Instant::now(), TokenMark::default());
        let gone = self.quirk.lock().unwrap().gone.clone();
        if gone.is_some_and(|gone| gone.contains(&began)) {
            self.world.lock().unwrap().calls += 1;
            return Err(TransportError::NotSent(Unreachable::because("Graph", "nothing gets through")));
        }
        let body: Value = serde_json::from_slice(&call.body.unwrap()).unwrap();
        let items = body["requests"].as_array().unwrap().clone();
        let ids: Vec<ObjectId> = items
            .iter()
            .map(|item| item["url"].as_str().unwrap().split('/').nth(2).unwrap().parse().unwrap())
            .collect();
        // Reading the whole journal at each call is dear; the first hundred calls show all there is to see.
        let calls = self.world.lock().unwrap().calls;
        let intents = if calls < 100 { Some(self.intents_on_disk()) } else { None };
        {
            let mut world = self.world.lock().unwrap();
            world.calls += 1;
            if items.len() > 20 {
                world.violations.push(format!("{} items in one batch", items.len()));
            }
            for id in &ids {
                if !world.under_way.insert(*id) {
                    world.violations.push(format!("two writes under way for {id}"));
                }
                *world.sent.entry(*id).or_default() += 1;
                let sent = world.sent[id];
                let intended = intents.as_ref().map_or(sent, |intents| intents.get(id).copied().unwrap_or_default());
                if intended < sent {
                    world.violations.push(format!("{id} was sent {sent} times with {intended} intents on disk"));
                }
            }
            if world.chance(self.weather.each) {
                world.under_way.retain(|id| !ids.contains(id));
                return Err(TransportError::NotSent(Unreachable::because("Graph", "refused")));
            }
        }
        let half = self.quirk.lock().unwrap().round_trip.unwrap_or(Duration::from_millis(100)) / 2;
        tokio::time::sleep(half).await;
        let late = self.quirk.lock().unwrap().late;
        if let Some(late) = late {
            tokio::time::sleep(late(&items)).await;
        }
        let number = self.world.lock().unwrap().calls;
        if let Some((status, advice, body)) = self.quirk.lock().unwrap().call.and_then(|quirk| quirk(&items, number)) {
            self.world.lock().unwrap().under_way.retain(|id| !ids.contains(id));
            let body =
                body.as_str().map_or_else(|| serde_json::to_vec(&body).unwrap(), |text| text.as_bytes().to_vec());
            let answer = Answer { status, advice, date: None, token, body: Bytes::from(body) };
            // As behind every transport: a fresh token was turned down as well.
            return if status == 401 { Err(TransportError::Unauthorized(answer.into_error())) } else { Ok(answer) };
        }
        let answer = {
            let mut world = self.world.lock().unwrap();
            world.under_way.retain(|id| !ids.contains(id));
            if world.chance(self.weather.each) {
                Ok((429, json!({"error": {"code": "TooManyRequests"}})))
            } else {
                let mut responses: Vec<Value> =
                    (0..).zip(&items).map(|(index, item)| self.execute(&mut world, item, index)).collect();
                responses.retain(|response| !response.is_null());
                responses.reverse();
                if world.chance(self.weather.each) {
                    Err(TransportError::Lost(Unreachable::because("Graph", "cut")))
                } else if world.chance(self.weather.each) {
                    Ok((504, json!({})))
                } else {
                    Ok((200, json!({"responses": responses})))
                }
            }
        };
        tokio::time::sleep(half).await;
        let sleeps = self.quirk.lock().unwrap().sleeps;
        if let Some((_, span)) = sleeps.filter(|(asleep_at, _)| number >= *asleep_at) {
            self.quirk.lock().unwrap().sleeps = None;
            tokio::time::advance(span).await;
            self.world.lock().unwrap().woke = Some(tokio::time::Instant::now());
        }
        if self.world.lock().unwrap().woke.is_some_and(|woke| began < woke) {
            return Err(TransportError::Lost(Unreachable::because("Graph", "the connection is dead")));
        }
        let (status, body) = answer?;
        Ok(Answer {
            status,
            advice: Advice::default(),
            date: None,
            token,
            body: Bytes::from(serde_json::to_vec(&body).unwrap()),
        })
    }
}

const TENANT: TenantId = TenantId::new(uuid::Uuid::from_u128(7));

fn object_id(number: u32) -> ObjectId {
    ObjectId::new(uuid::Uuid::from_fields(number, 0, 0x4000, &[0x80, 0, 0, 0, 0, 0, 0, 1]))
}

fn rows(playbook: Playbook, count: u32) -> Vec<PlanRow> {
    let row = |number: u32| PlanRow {
        row: RowNumber::new(number),
        user: format!("user{number}@contoso.com"),
        object_id: Some(object_id(number)),
        user_principal_name: format!("user{number}@contoso.com"),
        display_name: format!("User {number}"),
        decision: Decision::Act,
        reasons: Vec::new(),
        detail: String::new(),
        steps: playbook.steps(),
        account_enabled: Some(true),
        last_password_change: None,
        sessions_valid_from: None,
        handoff: String::new(),
        priority: if number.is_multiple_of(7) { Some(1) } else { None },
    };
    (1..=count).map(row).collect()
}

/// One run in a folder of its own, which can be begun, killed and resumed.
struct Rehearsal {
    folder: tempfile::TempDir,
    playbook: Playbook,
    rows: Vec<PlanRow>,
    identity: Identity,
    tenant: Arc<Tenant>,
    halt_at: HaltAt,
    schedule: Option<Schedule>,
    /// How much the disk takes before it fails, and what becomes of it then.
    disk: Option<(u64, Afterwards)>,
    /// The apps that it goes through.
    doors: Vec<DoorQuirk>,
}

impl Rehearsal {
    fn new(playbook: Playbook, count: u32, seed: u64, weather: Weather) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tenant = Tenant::new(&folder.path().join("journal.jsonl"), seed, weather);
        Self {
            rows: rows(playbook, count),
            folder,
            playbook,
            identity: Identity::generate(),
            tenant,
            halt_at: HaltAt::NEVER,
            schedule: None,
            disk: None,
            doors: vec![SOUND],
        }
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("journal.jsonl")
    }

    fn plan_rows(&self) -> impl Iterator<Item = Result<PlanRow, TooMany>> {
        self.rows.clone().into_iter().map(Ok)
    }

    fn accounts(&self) -> PlannedAccounts {
        PlannedAccounts::of_plan(self.plan_rows()).unwrap()
    }

    fn replay(&self, accounts: &PlannedAccounts) -> Replay {
        let mut replay = Replay::new(Digest::of(b"plan"), accounts);
        if self.journal().exists() {
            JournalReader::open(&self.journal()).unwrap().for_each(|line| replay.apply(&line.unwrap()).unwrap());
        }
        replay
    }

    /// Works on the run for as long as `until` lets it: dropped in the middle, it is as good as killed.
    async fn process(&self, stop: CancellationToken) -> (Ending, Statistics, Vec<Event>) {
        self.begin(stop).await.unwrap()
    }

    /// The same with a disk that may fail before the run has begun.
    async fn begun(&self) -> Result<(Ending, Statistics, Vec<Event>), JournalError> {
        self.begin(CancellationToken::new()).await
    }

    async fn begin(&self, stop: CancellationToken) -> Result<(Ending, Statistics, Vec<Event>), JournalError> {
        let accounts = Arc::new(self.accounts());
        let mut replay = Replay::new(Digest::of(b"plan"), &accounts);
        let path = self.journal();
        let each = |line: &JournalLine| replay.apply(line);
        let journal = match self.disk {
            None => Journal::open(&path, each)?,
            Some((good, afterwards)) => Journal::open_with(&path, each, |file| Failing::new(file, good, afterwards))?,
        };
        if !replay.has_begun() {
            let opened =
                Record::Opened { format: FORMAT, plan: Digest::of(b"plan"), tenant: TENANT, playbook: self.playbook };
            journal.append(vec![opened]);
        }
        journal.commit(vec![Record::TakenOver { version: "test".to_owned(), format: FORMAT }]).await?;
        let replay = self.replay(&accounts);
        let clock = Clock::real();
        let assignment = Assignment {
            apps: doors::apps(&self.tenant, &self.doors, clock),
            clock,
            playbook: self.playbook,
            schedule: self.schedule.unwrap_or(self.playbook.schedule()),
            halt_at: self.halt_at,
            states: accounts.turns().map(|turn| replay.row(accounts.get(turn).row).state).collect(),
            accounts,
            journal,
            generator: Arc::new(CredentialGenerator {
                sealing: Sealing::ToAll(self.identity.recipients()),
                style: PasswordStyle::default(),
                tenant: TENANT,
                tenant_names: vec![],
                other_names: HashMap::new(),
            }),
        };
        let mut events = Vec::new();
        let (ending, statistics) = work(assignment, &stop, &mut |event| events.push(event.clone())).await;
        Ok((ending, statistics, events))
    }

    async fn finish(&self) -> (Statistics, Vec<Event>) {
        let (ending, statistics, events) = self.process(CancellationToken::new()).await;
        assert!(matches!(ending, Ending::Finished), "{ending:?}");
        (statistics, events)
    }

    /// Lets the process die when the tenant has seen so many calls.
    async fn kill_after(&self, calls: u64) {
        let seen_before = self.tenant.world.lock().unwrap().calls;
        let dies = async {
            while self.tenant.world.lock().unwrap().calls < seen_before + calls {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            tokio::time::sleep(Duration::from_millis(60)).await;
        };
        tokio::select! {
            _ = self.process(CancellationToken::new()) => {}
            () = dies => {}
        }
        let mut world = self.tenant.world.lock().unwrap();
        world.under_way.clear();
    }

    /// Reads `results.csv` as a user would: by row number.
    fn results(&self) -> BTreeMap<u32, HashMap<String, String>> {
        let accounts = self.accounts();
        let replay = self.replay(&accounts);
        let path = self.folder.path().join("results.csv");
        let lookup = replay.has_begun().then(|| JournalLookup::open(&self.journal()).unwrap());
        let mut rows =
            ResultRows::new(self.rows.clone().into_iter().map(Ok::<_, ResultsError>), &replay, lookup, false);
        results::write(&path, &mut rows, |_, _, _| {}).unwrap();
        let mut reader = csv::Reader::from_path(&path).unwrap();
        let rows: Vec<HashMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
        rows.into_iter().map(|row| (row["row"].parse().unwrap(), row)).collect()
    }

    /// The promises, judged by the tenant.
    fn judge(&self) {
        let world = self.tenant.world.lock().unwrap();
        assert!(world.violations.is_empty(), "{:#?}", world.violations);
        let planned: HashSet<ObjectId> = self.rows.iter().filter_map(|row| row.object_id).collect();
        assert!(world.users.keys().all(|id| planned.contains(id)), "somebody outside the plan was written to");
        drop(world);
        let key = self.folder.path().join("key.txt");
        std::fs::write(&key, self.identity.file_text().as_bytes()).unwrap();
        let identities = Identities::read(&key).unwrap();
        let results = self.results();
        assert_eq!(results.len(), self.rows.len(), "one row out for each row in");
        for row in &self.rows {
            let result = &results[&row.row.get()];
            let user = self.tenant.user(row.object_id.unwrap());
            let opens = |cell: &str| {
                let expected = ExpectedAccount {
                    tenant: Some(TENANT),
                    object_id: row.object_id.unwrap(),
                    user_principal_name: &row.user_principal_name,
                };
                unseal(&identities, &cell.parse().unwrap(), &expected).unwrap().expose().to_owned()
            };
            let credentials: Vec<String> = result["sealed_credential"].split_whitespace().map(opens).collect();
            match result["outcome"].as_str() {
                "done" => {
                    if row.steps.contains(Step::Reset) {
                        assert_eq!(credentials.len(), 1);
                        assert_eq!(
                            Some(&credentials[0]),
                            user.password.as_ref(),
                            "the sealed password is the live one"
                        );
                        assert!(user.revoked_at > user.password_at, "the revoke came after the password");
                    }
                    assert_eq!(user.blocked, row.steps.contains(Step::Block));
                    assert!(user.revoked_at > 0);
                }
                "failed" => {
                    assert!(user.writes.is_empty() || user.password.is_none() && user.revoked_at == 0, "{result:?}")
                }
                "uncertain" => {
                    if let Some(password) = &user.password {
                        assert!(credentials.contains(password), "a password that may be live is in the results");
                    }
                }
                "partial" => {
                    assert!(user.revoked_at > 0, "the sessions are revoked all the same");
                    assert!(user.password.is_none(), "a refused password took effect: {result:?}");
                }
                other => assert_eq!(other, "pending"),
            }
            if ["pending", "failed"].contains(&result["password_reset"].as_str()) {
                assert!(user.password.is_none(), "a password took effect that is said not to be set: {result:?}");
            }
        }
    }

    fn outcomes(&self) -> BTreeMap<String, usize> {
        let mut outcomes = BTreeMap::new();
        for result in self.results().values() {
            *outcomes.entry(result["outcome"].clone()).or_default() += 1;
        }
        outcomes
    }
}

const FAIR: Weather = Weather { each: 0, refuse_password_every: 0, refuse_first_password_every: 0 };
const FOUL: Weather = Weather { each: 3, refuse_password_every: 0, refuse_first_password_every: 0 };

fn all(outcome: Outcome, count: usize) -> BTreeMap<String, usize> {
    BTreeMap::from([(outcome.name().to_owned(), count)])
}
