//! One run against the tenant, in a folder of its own.

use super::*;

pub(super) const TENANT: TenantId = TenantId::new(uuid::Uuid::from_u128(7));

pub(super) fn object_id(number: u32) -> ObjectId {
    ObjectId::new(uuid::Uuid::from_fields(number, 0, 0x4000, &[0x80, 0, 0, 0, 0, 0, 0, 1]))
}

pub(super) fn rows(playbook: Playbook, count: u32) -> Vec<PlanRow> {
    let row = |number: u32| PlanRow {
        priority: if number.is_multiple_of(7) { Some(1) } else { None },
        ..plain(number, object_id(number), playbook.steps())
    };
    (1..=count).map(row).collect()
}

/// One run in a folder of its own, which can be begun, killed and resumed.
pub(super) struct Rehearsal {
    pub(super) folder: tempfile::TempDir,
    pub(super) playbook: Playbook,
    pub(super) rows: Vec<PlanRow>,
    pub(super) identity: Identity,
    pub(super) tenant: Arc<Tenant>,
    pub(super) halt_at: HaltAt,
    pub(super) schedule: Option<Schedule>,
    /// At which pace new passwords are handed over, how long ago the last one left, and who looks at accounts again.
    pub(super) handout: Option<(&'static str, Option<Duration>, Arc<dyn LookAgain>)>,
    /// How much the disk takes before it fails, and what becomes of it then.
    pub(super) disk: Option<(u64, Afterwards)>,
    /// The apps that it goes through.
    pub(super) doors: Vec<DoorQuirk>,
}

impl Rehearsal {
    pub(super) fn new(playbook: Playbook, count: u32, seed: u64, weather: Weather) -> Self {
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
            handout: None,
            disk: None,
            doors: vec![SOUND],
        }
    }

    pub(super) fn journal(&self) -> PathBuf {
        self.folder.path().join("journal.jsonl")
    }

    pub(super) fn plan_rows(&self) -> impl Iterator<Item = Result<PlanRow, TooMany>> {
        self.rows.clone().into_iter().map(Ok)
    }

    pub(super) fn accounts(&self) -> PlannedAccounts {
        PlannedAccounts::of_plan(self.plan_rows()).unwrap()
    }

    pub(super) fn replay(&self, accounts: &PlannedAccounts) -> Replay {
        let mut replay = Replay::new(Digest::of(b"plan"), accounts);
        if self.journal().exists() {
            JournalReader::open(&self.journal()).unwrap().for_each(|line| replay.apply(&line.unwrap()).unwrap());
        }
        replay
    }

    /// Works on the run for as long as `until` lets it: dropped in the middle, it is as good as killed.
    pub(super) async fn process(&self, stop: CancellationToken) -> (Ending, Statistics, Vec<Event>) {
        self.begin(stop).await.unwrap()
    }

    /// The same with a disk that may fail before the run has begun.
    pub(super) async fn begun(&self) -> Result<(Ending, Statistics, Vec<Event>), JournalError> {
        self.begin(CancellationToken::new()).await
    }

    pub(super) async fn begin(
        &self,
        stop: CancellationToken,
    ) -> Result<(Ending, Statistics, Vec<Event>), JournalError> {
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
                by_hand: None,
                hands_over_pass_alone: false,
            }),
            handout: self.handout.as_ref().map(|(rate, since_last, look)| Handout {
                rate: rate.parse().unwrap(),
                since_last: *since_last,
                look: Arc::clone(look),
            }),
            pass: None,
            by_person: false,
        };
        let mut events = Vec::new();
        let (ending, statistics) = work(assignment, &stop, &mut |event| events.push(event.clone())).await;
        Ok((ending, statistics, events))
    }

    pub(super) async fn finish(&self) -> (Statistics, Vec<Event>) {
        let (ending, statistics, events) = self.process(CancellationToken::new()).await;
        assert!(matches!(ending, Ending::Finished), "{ending:?}");
        (statistics, events)
    }

    /// Lets the process die when the tenant has seen so many calls.
    pub(super) async fn kill_after(&self, calls: u64) {
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
    pub(super) fn results(&self) -> BTreeMap<u32, HashMap<String, String>> {
        let accounts = self.accounts();
        let replay = self.replay(&accounts);
        let path = self.folder.path().join("results.csv");
        let lookup = replay.has_begun().then(|| JournalLookup::open(&self.journal()).unwrap());
        let mut rows = ResultRows::new(
            self.rows.clone().into_iter().map(Ok::<_, ResultsError>),
            &replay,
            lookup,
            false,
            Playbook::Breach,
        );
        results::write(&path, &mut rows, |_, _, _| {}).unwrap();
        let mut reader = csv::Reader::from_path(&path).unwrap();
        let rows: Vec<HashMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
        rows.into_iter().map(|row| (row["row"].parse().unwrap(), row)).collect()
    }

    /// The promises, judged by the tenant.
    pub(super) fn judge(&self) {
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

    pub(super) fn outcomes(&self) -> BTreeMap<String, usize> {
        let mut outcomes = BTreeMap::new();
        for result in self.results().values() {
            *outcomes.entry(result["outcome"].clone()).or_default() += 1;
        }
        outcomes
    }
}
