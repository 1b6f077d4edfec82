//! A tenant in memory that fails in every way a network can, and judges what it is sent.

use super::*;

/// One user of the tenant, and what was done to it, in the order of a counter that the whole tenant shares.
#[derive(Default, Clone)]
pub(super) struct User {
    pub(super) password: Option<String>,
    pub(super) password_at: u64,
    pub(super) blocked: bool,
    pub(super) revoked_at: u64,
    pub(super) writes: Vec<u64>,
}

/// What one write did.
#[derive(Debug, Clone)]
pub(super) enum Effect {
    Revoked,
    Updated { password: Option<String>, enabled: Option<bool> },
}

impl Effect {
    pub(super) fn happen(&self, user: &mut User, now: u64) {
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
pub(super) struct World {
    pub(super) users: HashMap<ObjectId, User>,
    pub(super) counter: u64,
    pub(super) under_way: HashSet<ObjectId>,
    pub(super) sent: HashMap<ObjectId, u64>,
    /// All that took effect: on whom, by which of the writes that were sent to them.
    pub(super) effects: Vec<(ObjectId, u64, Effect)>,
    pub(super) violations: Vec<String>,
    pub(super) random: u64,
    pub(super) calls: u64,
    /// When each call came.
    pub(super) calls_at: Vec<tokio::time::Instant>,
    pub(super) woke: Option<tokio::time::Instant>,
}

/// How often things go wrong, in percent, and for whom.
#[derive(Default, Clone, Copy)]
pub(super) struct Weather {
    pub(super) each: u64,
    pub(super) refuse_password_every: u64,
    pub(super) refuse_first_password_every: u64,
}

pub(super) struct Tenant {
    pub(super) world: Mutex<World>,
    pub(super) weather: Weather,
    pub(super) quirk: Mutex<Quirk>,
    pub(super) journal: PathBuf,
}

pub(super) type ItemQuirk = fn(&Value, u64) -> Option<Value>;
pub(super) type CallQuirk = fn(&[Value], u64) -> Option<(u16, Advice, Value)>;

/// A fault of one kind, for exactly those it is meant for: it may answer an item, or a whole call, in the tenant's place.
#[derive(Default, Clone)]
pub(super) struct Quirk {
    pub(super) item: Option<ItemQuirk>,
    pub(super) call: Option<CallQuirk>,
    pub(super) rejected_tokens: u64,
    /// How long a call takes; a tenth of a second if not said.
    pub(super) round_trip: Option<Duration>,
    /// How much longer a call takes.
    pub(super) late: Option<fn(&[Value]) -> Duration>,
    /// Meanwhile nothing can be sent.
    pub(super) gone: Option<std::ops::Range<tokio::time::Instant>>,
    /// The machine sleeps for so long when the call of this number is under way, and all that are under way then are lost.
    pub(super) sleeps: Option<(u64, Duration)>,
}

impl World {
    /// A small generator of its own, so that a seed gives the same run.
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % 100 < percent
    }
}

impl Tenant {
    pub(super) fn new(journal: &Path, seed: u64, weather: Weather) -> Arc<Self> {
        let world = World { random: seed, ..World::default() };
        Arc::new(Self { world: Mutex::new(world), weather, quirk: Mutex::default(), journal: journal.to_owned() })
    }

    pub(super) fn user(&self, id: ObjectId) -> User {
        self.world.lock().unwrap().users.get(&id).cloned().unwrap_or_default()
    }

    fn quirk(&self) -> Quirk {
        self.quirk.lock().unwrap().clone()
    }

    /// The promise that the sealed credential is on disk before the password leaves, checked at the moment it arrives.
    pub(super) fn intents_on_disk(&self) -> HashMap<ObjectId, u64> {
        let mut intents = HashMap::new();
        for line in JournalReader::open(&self.journal).unwrap() {
            if let Record::Intended { object_id, .. } = line.unwrap().record {
                *intents.entry(object_id).or_default() += 1;
            }
        }
        intents
    }

    pub(super) fn execute(&self, world: &mut World, item: &Value, index: u64) -> Value {
        let id = item["id"].clone();
        let object_id = target_of(item);
        let error = |status: u16, message: &str| json!({"id": id, "status": status, "body": {"error": {"code": "c", "message": message}}});
        world.counter += 1;
        let now = world.counter;
        let weather = self.weather;
        let attempts = world.sent.get(&object_id).copied().unwrap_or_default();
        if let Some(mut answer) = self.quirk().item.and_then(|quirk| quirk(item, attempts)) {
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
        let effect = if item["url"].as_str().unwrap().ends_with("/revokeSignInSessions") {
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

/// Whom a write is for.
fn target_of(item: &Value) -> ObjectId {
    item["url"].as_str().unwrap().split('/').nth(2).unwrap().parse().expect("a write names an object id")
}

/// An answer with this body; a text is taken as it stands.
pub(super) fn answer_of(status: u16, advice: Advice, token: TokenMark, body: &Value) -> Answer {
    let body = body.as_str().map_or_else(|| serde_json::to_vec(body).unwrap(), |text| text.as_bytes().to_vec());
    Answer { status, advice, date: None, token, carried: Default::default(), body: Bytes::from(body) }
}

impl Transport for Tenant {
    fn token_rejected(&self, _: TokenMark) -> bool {
        self.quirk.lock().unwrap().rejected_tokens += 1;
        true
    }

    async fn send(&self, call: Call) -> Result<Answer, TransportError> {
        let (began, token) = (tokio::time::Instant::now(), TokenMark::default());
        if self.quirk().gone.is_some_and(|gone| gone.contains(&began)) {
            self.world.lock().unwrap().calls += 1;
            return Err(TransportError::NotSent(Unreachable::because("Graph", "nothing gets through")));
        }
        let body: Value = serde_json::from_slice(&call.body.unwrap()).unwrap();
        let items = body["requests"].as_array().unwrap().clone();
        let ids: Vec<ObjectId> = items.iter().map(target_of).collect();
        // Reading the whole journal at each call is dear; the first hundred calls show all there is to see.
        let calls = self.world.lock().unwrap().calls;
        let intents = if calls < 100 { Some(self.intents_on_disk()) } else { None };
        {
            let mut world = self.world.lock().unwrap();
            world.calls += 1;
            world.calls_at.push(began);
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
        let half = self.quirk().round_trip.unwrap_or(Duration::from_millis(100)) / 2;
        tokio::time::sleep(half).await;
        if let Some(late) = self.quirk().late {
            tokio::time::sleep(late(&items)).await;
        }
        let number = self.world.lock().unwrap().calls;
        if let Some((status, advice, body)) = self.quirk().call.and_then(|quirk| quirk(&items, number)) {
            self.world.lock().unwrap().under_way.retain(|id| !ids.contains(id));
            let answer = answer_of(status, advice, token, &body);
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
        if let Some((_, span)) = self.quirk().sleeps.filter(|(asleep_at, _)| number >= *asleep_at) {
            self.quirk.lock().unwrap().sleeps = None;
            tokio::time::advance(span).await;
            self.world.lock().unwrap().woke = Some(tokio::time::Instant::now());
        }
        if self.world.lock().unwrap().woke.is_some_and(|woke| began < woke) {
            return Err(TransportError::Lost(Unreachable::because("Graph", "the connection is dead")));
        }
        let (status, body) = answer?;
        Ok(answer_of(status, Advice::default(), token, &body))
    }
}

pub(super) const FAIR: Weather = Weather { each: 0, refuse_password_every: 0, refuse_first_password_every: 0 };
pub(super) const FOUL: Weather = Weather { each: 3, refuse_password_every: 0, refuse_first_password_every: 0 };
