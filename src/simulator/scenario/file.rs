//! The shape of the file. A key that is not here is an error; one that is also a flag of `simulate` has its name.

use std::time::Duration;

use serde::Deserialize;

use super::values::{Allowed, ShareValue, Speed, StatusNumber, WrittenValue};
use crate::simulator::directory::SimulatedPassPolicy;
use crate::simulator::fault::Strikes;
use crate::simulator::foothold::Intruder;
use crate::simulator::permission::Permission;
use crate::simulator::quota::LimitShape;
use crate::simulator::retry_after::RetryAfterForm;
use crate::simulator::script::{FaultRule, FaultTarget, LatencyCurve, Moment, OtherApp, ScriptedChange, TOKEN_PATH};
use crate::simulator::scripted_answer::ScriptedAnswer;
use crate::simulator::settings::SimulatedCloud;
use crate::simulator::{Fault, SimulatedRole};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct File {
    pub(super) title: Option<String>,
    pub(super) seed: Option<u64>,
    pub(super) users: Option<WrittenValue<usize>>,
    pub(super) apps: Option<WrittenValue<u16>>,
    pub(super) clock_speed: Option<WrittenValue<Speed>>,
    /// In seconds.
    pub(super) clock_ahead: Option<i32>,
    pub(super) read_lag: Option<WrittenValue<Duration>>,
    pub(super) hash_sync: Option<WrittenValue<Duration>>,
    pub(super) without_writeback: bool,
    pub(super) writeback_takes: Option<WrittenValue<Duration>>,
    pub(super) no_quota: bool,
    pub(super) without_percentage: bool,
    pub(super) limiter: Option<WrittenValue<LimitShape>>,
    pub(super) app_role: Option<WrittenValue<Option<SimulatedRole>>>,
    pub(super) withhold: Vec<WrittenValue<Permission>>,
    /// Permissions besides the usual ones.
    pub(super) grant: Vec<WrittenValue<Permission>>,
    pub(super) cloud: Option<WrittenValue<SimulatedCloud>>,
    pub(super) opaque_tokens: bool,
    pub(super) without_pim: bool,
    /// In seconds of the wall clock, as everything about tokens.
    pub(super) token_lifetime: Option<WrittenValue<u64>>,
    pub(super) device_code_by: Option<String>,
    pub(super) device_code_blocked: bool,
    /// How faults that say when to try again say it, and what.
    pub(super) retry_after: Option<WrittenValue<RetryAfterForm>>,
    pub(super) retry_after_delay: Option<WrittenValue<Duration>>,
    pub(super) quota: QuotaTable,
    pub(super) latency: Option<LatencyTable>,
    pub(super) passes: Option<PassTable>,
    pub(super) intruder: Option<IntruderTable>,
    pub(super) fault: Vec<Rule>,
    pub(super) change: Vec<LaterChange>,
    pub(super) other_app: Vec<Beside>,
}

/// Limits other than the documented ones.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct QuotaTable {
    pub(super) writes: Option<WrittenValue<Allowed>>,
    pub(super) writes_of_app: Option<WrittenValue<Allowed>>,
    pub(super) writes_of_tenant: Option<WrittenValue<Allowed>>,
    pub(super) resource_units: Option<WrittenValue<Allowed>>,
    pub(super) sign_in_activity: Option<WrittenValue<Allowed>>,
    pub(super) authentication_methods: Option<WrittenValue<Allowed>>,
    pub(super) devices: Option<WrittenValue<Allowed>>,
    pub(super) devices_of_person: Option<WrittenValue<Allowed>>,
    pub(super) risky_users: Option<WrittenValue<Allowed>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "RawLatency")]
pub(super) struct LatencyTable(pub(super) LatencyCurve);

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawLatency {
    median: WrittenValue<Duration>,
    p95: Option<WrittenValue<Duration>>,
}

impl TryFrom<RawLatency> for LatencyTable {
    type Error = String;

    fn try_from(RawLatency { median, p95 }: RawLatency) -> Result<Self, String> {
        // Without a measured tail: three times the median.
        let p95 = p95.map_or(median.0 * 3, |p95| p95.0);
        if median.0.is_zero() || p95 < median.0 {
            return Err("the median must be more than nothing, and p95 no less than it".to_owned());
        }
        Ok(Self(LatencyCurve { median: median.0, p95 }))
    }
}

/// What the tenant allows of temporary access passes. Lifetimes are in minutes, as Graph has them.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawPasses")]
pub(super) struct PassTable(pub(super) SimulatedPassPolicy);

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct RawPasses {
    enabled: bool,
    default_minutes: u32,
    min_minutes: u32,
    max_minutes: u32,
    length: u32,
    once: bool,
}

impl Default for RawPasses {
    fn default() -> Self {
        let SimulatedPassPolicy { enabled, default_minutes, min_minutes, max_minutes, length, once, .. } =
            SimulatedPassPolicy::default();
        Self { enabled, default_minutes, min_minutes, max_minutes, length, once }
    }
}

impl TryFrom<RawPasses> for PassTable {
    type Error = String;

    fn try_from(raw: RawPasses) -> Result<Self, String> {
        let RawPasses { enabled, default_minutes, min_minutes, max_minutes, length, once } = raw;
        // "Configure Temporary Access Pass".
        if !(10 <= min_minutes && min_minutes <= max_minutes && max_minutes <= 43_200) {
            return Err("a pass lives from 10 to 43200 minutes, and min-minutes is no more than max-minutes".to_owned());
        }
        if !(min_minutes..=max_minutes).contains(&default_minutes) {
            return Err("default-minutes must be from min-minutes to max-minutes".to_owned());
        }
        if !(8..=48).contains(&length) {
            return Err("a pass has from 8 to 48 characters".to_owned());
        }
        let group = None;
        Ok(Self(SimulatedPassPolicy { enabled, default_minutes, min_minutes, max_minutes, length, once, group }))
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "RawIntruder")]
pub(super) struct IntruderTable(pub(super) Intruder);

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawIntruder {
    share: ShareValue,
    registered_ago: WrittenValue<Duration>,
    every: WrittenValue<Duration>,
    #[serde(default)]
    devices_live_on: bool,
}

impl TryFrom<RawIntruder> for IntruderTable {
    type Error = String;

    fn try_from(RawIntruder { share, registered_ago, every, devices_live_on }: RawIntruder) -> Result<Self, String> {
        if every.0.is_zero() || registered_ago.0.is_zero() {
            return Err(
                "an intruder was there for a while, and tries now and then: both spans must be more than nothing"
                    .to_owned(),
            );
        }
        Ok(Self(Intruder { share: share.0, registered_ago: registered_ago.0, every: every.0, devices_live_on }))
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawRule")]
pub(super) struct Rule(pub(super) FaultRule);

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawRule {
    kind: WrittenValue<Fault>,
    rate: Option<ShareValue>,
    method: Option<WrittenValue<&'static str>>,
    path: Option<String>,
    query: Option<String>,
    answer: Option<AnswerTable>,
    times: Option<u64>,
    from: Option<WrittenValue<Duration>>,
    until: Option<WrittenValue<Duration>>,
    #[serde(default)]
    after_writes: u64,
    until_writes: Option<u64>,
}

/// What a fault of the kinds `answer` and `token-answer` answers.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct AnswerTable {
    status: WrittenValue<StatusNumber>,
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
    body: Option<String>,
    content_type: Option<String>,
    request_id: Option<String>,
    #[serde(default)]
    applied: bool,
}

impl TryFrom<AnswerTable> for ScriptedAnswer {
    type Error = String;

    fn try_from(table: AnswerTable) -> Result<Self, String> {
        let AnswerTable { status, code, message, body, content_type, request_id, applied } = table;
        if body.is_none() && code.is_empty() {
            return Err("an answer needs a code, as \"BadRequest\", or a body of its own".to_owned());
        }
        if body.is_none() && content_type.is_some() {
            return Err("a content-type is that of a body; give the body, or leave it out".to_owned());
        }
        if body.is_some() && !(code.is_empty() && message.is_empty()) {
            return Err("an answer with a body of its own has its code and message in there".to_owned());
        }
        Ok(Self { body, content_type, request_id, is_applied: applied, ..Self::of(status.0.0, code, message) })
    }
}

impl TryFrom<RawRule> for Rule {
    type Error = String;

    fn try_from(raw: RawRule) -> Result<Self, String> {
        let RawRule { kind, rate, method, path, query, answer, times, from, until, after_writes, until_writes } = raw;
        if let Some(path) = path.as_deref().filter(|path| !path.starts_with(['/', '*']) || path.starts_with("/v1.0")) {
            return Err(format!("no request has the path {path:?}; write it from below the version, as \"/users/*\""));
        }
        let answer = answer.map(ScriptedAnswer::try_from).transpose()?;
        let is_scripted = matches!(kind.0.name, "answer" | "token-answer");
        if is_scripted != answer.is_some() {
            return Err(if is_scripted {
                "an answer needs its words: answer = { status = 400, code = \"BadRequest\", message = \"...\" }"
                    .to_owned()
            } else {
                format!("{} has an answer of its own; take kind = \"answer\" for another", kind.0)
            });
        }
        let rule = FaultRule {
            kind: kind.0,
            rate: rate.map_or(1.0, |share| share.0),
            method: method.map(|method| method.0.to_owned()),
            path,
            query,
            answer,
            moment: moment(from, until, after_writes, until_writes)?,
            times,
        };
        match never_strikes(&rule) {
            Some(why) => Err(why),
            None => Ok(Self(rule)),
        }
    }
}

/// Why a rule can never strike, where that is sure.
fn never_strikes(rule: &FaultRule) -> Option<String> {
    let (kind, path) = (rule.kind, rule.path.as_deref().unwrap_or_default());
    if rule.times == Some(0) {
        return Some("times = 0 is never; leave the fault out, or say how often it may strike".to_owned());
    }
    match kind.strikes {
        Strikes::Requests if path.eq_ignore_ascii_case("/$batch") => Some(format!(
            "{kind} strikes the requests in a batch and never the batch; name their path, as \"/users/*\", or none"
        )),
        Strikes::Requests if matches!(kind.name, "409" | "500") && rule.method.as_deref() == Some("GET") => {
            Some(format!("{kind} strikes writes alone, and no GET is one; take PATCH or POST, or leave the method out"))
        }
        Strikes::TokenService if !rule.is_for(&FaultTarget::of("POST", TOKEN_PATH)) => Some(format!(
            "{kind} strikes calls to the token service alone, which are POST {TOKEN_PATH}; leave method and path out"
        )),
        _ => None,
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawChange")]
pub(super) struct LaterChange(pub(super) ScriptedChange);

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct RawChange {
    writes: Option<WrittenValue<Allowed>>,
    app_role: Option<WrittenValue<Option<SimulatedRole>>>,
    withhold: Vec<WrittenValue<Permission>>,
    on_premises_passwords: bool,
    directory_sync: bool,
    from: Option<WrittenValue<Duration>>,
    after_writes: u64,
}

impl TryFrom<RawChange> for LaterChange {
    type Error = String;

    fn try_from(change: RawChange) -> Result<Self, String> {
        let RawChange { writes, app_role, withhold, on_premises_passwords, directory_sync, from, after_writes } =
            change;
        let writes = match writes {
            Some(WrittenValue(None)) => {
                return Err("a quota that is taken away is not simulated; give another".to_owned());
            }
            writes => writes.and_then(|writes| writes.0),
        };
        let there = on_premises_passwords || directory_sync;
        if writes.is_none() && app_role.is_none() && withhold.is_empty() && !there {
            return Err(
                "this changes nothing; say what: writes, app-role, withhold, on-premises-passwords or directory-sync"
                    .to_owned(),
            );
        }
        Ok(Self(ScriptedChange {
            moment: moment(from, None, after_writes, None)?,
            writes,
            role: app_role.map(|role| role.0),
            withhold: withhold.into_iter().map(|permission| permission.0).collect(),
            on_premises_passwords,
            directory_sync,
        }))
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "RawBeside")]
pub(super) struct Beside(pub(super) OtherApp);

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct RawBeside {
    writes_per_second: f64,
    at_once: f64,
    from: Option<WrittenValue<Duration>>,
    until: Option<WrittenValue<Duration>>,
}

impl TryFrom<RawBeside> for Beside {
    type Error = String;

    fn try_from(RawBeside { writes_per_second, at_once, from, until }: RawBeside) -> Result<Self, String> {
        let right = |number: f64| (0.0..=1e6).contains(&number);
        if !right(writes_per_second) || !right(at_once) || writes_per_second + at_once <= 0.0 {
            return Err(
                "say what the other app spends: writes-per-second, at-once, or both, from 0 to 1000000".to_owned()
            );
        }
        Ok(Self(OtherApp { moment: moment(from, until, 0, None)?, at_once, writes_per_second }))
    }
}

fn moment(
    from: Option<WrittenValue<Duration>>,
    until: Option<WrittenValue<Duration>>,
    after_writes: u64,
    until_writes: Option<u64>,
) -> Result<Moment, String> {
    let (from, until) = (from.map_or(Duration::ZERO, |from| from.0), until.map(|until| until.0));
    if until.is_some_and(|until| until <= from) || until_writes.is_some_and(|until| until <= after_writes) {
        return Err("this is over before it begins".to_owned());
    }
    Ok(Moment { from, until, after_writes, until_writes })
}
