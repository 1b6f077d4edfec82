//! `sealoff` locks out lists of Microsoft 365 accounts: as fast as the tenant's write quota allows, able to be killed
//! and resumed, with every generated credential sealed to the people who may hand it over.
//!
//! # How data flows
//!
//! ```text
//! ROSTER ─ roster ─► entries ─ directory ─► accounts ─ plan ─► decisions ─ run ─► journal ─► results, packets
//!                                                                                   │
//!                                                                                   ├─ verify ─► proofs
//!                                                                                   └─ report ─► pages, evidence
//! ```
//!
//! One direction, no way back. The rooms stand below in the order in which data passes through them, and a lower room
//! knows nothing of a higher one:
//!
//! | room | what it turns into what |
//! | --- | --- |
//! | [`roster`] | a CSV list becomes *entries*, one for each data row, readable or not |
//! | [`graph`] | one tenant of Microsoft Graph: transport, tokens, `$batch`, quota, retries |
//! | [`directory`] | entries become *accounts*: what each person really is in the tenant |
//! | [`step`] | what can be done to an account, with everything that depends on it: one file a step |
//! | [`seal`] | passwords, recipients, and the envelopes that only those can open |
//! | [`plan`] | playbook and rules turn accounts into *decisions*, bound by a fingerprint |
//! | [`run`] | the engine carries a plan out, the journal remembers it, results and packets are read from the journal |
//! | [`verify`] | every account is read again, and each step of the run is proved or not |
//! | [`wording`] | a fact becomes its sentence and its remedy, worded once |
//! | [`report`] | a plan becomes a page for those who approve it, a run one for those who ask what was done, a password that was unsealed a letter |
//! | [`doctor`] | what a run would need becomes *checks*, each with its remedy; it only reads |
//! | [`tenants`] | many tenants at once: the file that names them, whose a row is, and the plans that belong together |
//! | [`simulator`] | the embedded stand-in for Graph that drills and tests run against |
//! | [`manual`] | the pages of `sealoff help TOPIC` |
//! | [`cli`] | the only room that knows what a terminal is |
//!
//! What two files of a room share has a file of its own name, so that no two files import each other.
//!
//! # Words
//!
//! One word stands for one thing, in code, files, help and messages.
//!
//! | word | meaning |
//! | --- | --- |
//! | roster, entry | the list of people as it came in; one of its rows |
//! | key | what names the person of an entry: an object id, a user principal name, or another property |
//! | account | one user object of the directory, known by its object id |
//! | playbook, step | what is done to each account; one thing of it: block, unblock, reset, methods, devices, consents, revoke, pass |
//! | plan, decision, reason | the validated preview; what happens to an entry: act, already, skip, refuse; why |
//! | fingerprint | the digest that binds a plan |
//! | drift | an account is no longer the one that the plan was made for |
//! | run, process | one execution of one plan; each start of `apply` that works on it |
//! | turn | the place of an account in the order of work |
//! | write, batch, call | one changing request; up to twenty of them; what travels over HTTP |
//! | intent | a write in the journal, on disk before it is sent |
//! | journal, record | the append-only file of a run; one line of it |
//! | fold, projection | one pass over the journal; what is collected in it: states, status, timeline, claims |
//! | write outcome | what an answer means for a write: accepted, postponed, unknown, refused |
//! | target | what one write of a step is about that has several: a method, a device |
//! | step outcome, outcome | what became of a step; of an entry, as `results.csv` has it |
//! | in doubt, uncertain | a write may have taken effect, and will be tried or read again; it cannot be settled any more |
//! | cause, remedy | why something is not done; what a person does about it |
//! | quarantine | writes that are sent alone, because a call with them failed |
//! | rerouted | a write that one app was refused and another one tries |
//! | quota, limiter, floor | what Graph lets one app do; how it counts; the minimum time by it |
//! | credential, seal | a new password or a pass, or a way to sign in; to encrypt it to recipients |
//! | recipient, identity | the public key that is sealed to; the private key that opens |
//! | handoff, packet | who passes passwords on; everything sealed to one of them, in one file |
//! | proof | what a later read shows of a step: proved, not yet, contradicted, cannot be proved |
//! | tenants, set, member | the tenants that a file names; the plans of one list in all of them; one of these |
//! | simulator, drill, ledger | the embedded Graph; a run against it; its record of every write |
//!
//! # To add a step
//!
//! A step of one write, such as block, touches these files. The compiler asks for those of the first four points.
//!
//! 1. A word in `step/word.rs`, a file of its own in `step/`, and its line in `step/mod.rs`: there the compiler asks for
//!    everything in [`step::StepFacts`], from the permission to the column of the results. The order of the words is the
//!    order in which steps are done; [`step::Step::LAST`] closes an account, and a pass alone comes after it.
//! 2. What it puts into which write in `step/write.rs`. A new kind of write also has its method, path and body there, and
//!    stands between [`step::WriteKind::FIRST`] and [`step::WriteKind::LAST`]: the engine knows those two by name, and
//!    queues every other kind between them. Those whose steps have targets have a pace of their
//!    own. `Pass` comes after the last, and has one, too: its answer holds a secret (`run/engine/answers.rs`).
//! 3. What proves it in `step/facts.rs`: where that is a property that no other step uses, `verify/reading.rs` keeps it and
//!    `verify/judge.rs` judges it. Where one read settles a lost answer, `run/settle.rs` says what has to be read: without
//!    it the step is sent again.
//! 4. What the tables of roles call it, in `directory/reach.rs`, where no other step has that [`Action`].
//! 5. The playbooks that do it in `plan/playbook.rs`.
//! 6. Its word in the four files of `samples/schemas` that list the words; a test says which, and writes them on demand.
//!
//! That is five files of code where it shares its write and its proof, and nine where it shares nothing. State, queue,
//! journal, counts, results, preview, pages, status and doctor go through all steps and need no change.
//!
//! What Graph answers to it is in the simulator, which reads Microsoft's pages for itself and asks [`step`] nothing. Where
//! the step sets one more property of the user, three more files: `simulator/graph/change.rs`, `simulator/permission.rs` and
//! `simulator/world/write.rs`. Where it is a call of its own, seven: how it is asked in `simulator/graph/served_write.rs`
//! and `user_calls.rs`, who may do it in `simulator/permission.rs` and `simulator/world/rights.rs`, what it changes in
//! `simulator/world/write.rs` (`execute.rs` leads there), and its name in `simulator/ledger.rs`. What
//! it changes, if that is no property of a user, is a file of its own in `simulator/directory/`.
//!
//! A step of several writes, as `methods` and `devices` are, says in [`step::StepFacts`] what has to be known of its targets: their
//! pace, and what is said of them. Beside the files above it touches two more: its target in [`step::target`], and what one of its
//! kind is called in `wording/ways_in.rs`. Engine, state, journal, results, status and report go through all such steps; the step
//! `devices` came in twelve files. Where it does not go with its playbook always, `plan/rules.rs` says when.
//!
//! How its targets are found is another thing, with files of its own: how Graph lists them ([`directory::PersonList`]), what the plan
//! does about each and how many these are, and the list itself (a `PlanList`, and a `TargetLine` to read it back), which the planner
//! sweeps over the people and the manifest binds. `verify/seen_targets.rs` compares it with what is there afterwards. Then come the
//! flag (`cli/ways_in_args.rs`), the preview, and the page.
//!
//! [`Action`]: directory::reach::Action
//!
//! Beside the rooms stand a few small things that all of them need: [`ids`], [`clock`], [`moment_text`], [`digest`],
//! [`private_files`], [`second`], [`shell`], [`signing`], [`spreadsheet`] and [`words`]; and, inside the crate alone, the readers of files that keys come in
//! (`asn1`, `pem` and `pfx`), `toml_text`, `text_file`, which reads the text of any editor and shell, and `secret_buffer`, which leaves no copy
//! of a secret behind.

pub mod clock;
pub mod digest;
pub mod ids;
pub mod json;
mod local_time;
mod machine;
pub mod moment_text;
mod nearest;
pub mod private_files;
mod program;
pub mod second;
pub mod shell;
pub mod signing;
pub mod spreadsheet;
mod unseen;
pub mod words;

mod asn1;
mod pem;
mod pfx;
mod secret_buffer;
mod text_file;
mod toml_text;

// A blank line between them keeps the rooms in their order.
pub mod roster;

pub mod graph;

pub mod directory;

pub mod step;

pub mod seal;

pub mod plan;

pub mod run;

pub mod verify;

pub mod wording;

pub mod report;

pub mod doctor;

pub mod tenants;

pub mod simulator;

pub mod manual;

pub mod cli;
