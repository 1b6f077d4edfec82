//! The shape of the file. A key that is not here is an error; one that is also a flag of `simulate` has its name.

use std::time::Duration;

use serde::Deserialize;

use super::values::{Allowed, Share, Speed, Written};
use crate::simulator::fault::Strikes;
use crate::simulator::permission::Permission;
use crate::simulator::quota::Shape;
use crate::simulator::script::{Change, FaultRule, LatencyCurve, Moment, OtherApp, TOKEN_PATH, Target};
use crate::simulator::settings::RetryAfterForm;
use crate::simulator::{ActingRole, Fault};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct File {
    pub(super) title: Option<String>,
    pub(super) seed: Option<u64>,
    pub(super) users: Option<Written<usize>>,
    pub(super) apps: Option<Written<u16>>,
    pub(super) clock_speed: Option<Written<Speed>>,
    /// In seconds.
    pub(super) clock_ahead: Option<i32>,
    pub(super) read_lag: Option<Written<Duration>>,
    pub(super) no_quota: bool,
    pub(super) limiter: Option<Written<Shape>>,
    pub(super) app_role: Option<Written<Option<ActingRole>>>,
    pub(super) withhold: Vec<Written<Permission>>,
    pub(super) opaque_tokens: bool,
    pub(super) without_pim: bool,
    /// In seconds of the wall clock, as everything about tokens.
    pub(super) token_lifetime: Option<Written<u64>>,
    pub(super) device_code_by: Option<String>,
    pub(super) device_code_blocked: bool,
    /// How faults that say when to try again say it, and what.
    pub(super) retry_after: Option<Written<RetryAfterForm>>,
    pub(super) retry_after_delay: Option<Written<Duration>>,
    pub(super) quota: Quota,
    pub(super) latency: Option<Latency>,
    pub(super) fault: Vec<Rule>,
    pub(super) change: Vec<LaterChange>,
    pub(super) other_app: Vec<Beside>,
}

/// Limits other than the documented ones.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Quota {
    pub(super) writes: Option<Written<Allowed>>,
    pub(super) writes_of_app: Option<Written<Allowed>>,
    pub(super) writes_of_tenant: Option<Written<Allowed>>,
    pub(super) resource_units: Option<Written<Allowed>>,
    pub(super) sign_in_activity: Option<Written<Allowed>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "RawLatency")]
pub(super) struct Latency(pub(super) LatencyCurve);

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawLatency {
    median: Written<Duration>,
    p95: Option<Written<Duration>>,
}

impl TryFrom<RawLatency> for Latency {
    type Error = String;

    fn try_from(RawLatency { median, p95 }: RawLatency) -> Result<Self, String> {
        // Of a line whose tail nobody measured: three times the median.
        let p95 = p95.map_or(median.0 * 3, |p95| p95.0);
        if median.0.is_zero() || p95 < median.0 {
            return Err("the median must be more than nothing, and p95 no less than it".to_owned());
        }
        Ok(Self(LatencyCurve { median: median.0, p95 }))
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawRule")]
pub(super) struct Rule(pub(super) FaultRule);

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawRule {
    kind: Written<Fault>,
    rate: Option<Share>,
    method: Option<Written<&'static str>>,
    path: Option<String>,
    times: Option<u64>,
    from: Option<Written<Duration>>,
    until: Option<Written<Duration>>,
    #[serde(default)]
    after_writes: u64,
    until_writes: Option<u64>,
}

impl TryFrom<RawRule> for Rule {
    type Error = String;

    fn try_from(raw: RawRule) -> Result<Self, String> {
        let RawRule { kind, rate, method, path, times, from, until, after_writes, until_writes } = raw;
        if let Some(path) = path.as_deref().filter(|path| !path.starts_with(['/', '*']) || path.starts_with("/v1.0")) {
            return Err(format!("no request has the path {path:?}; write it from below the version, as \"/users/*\""));
        }
        let rule = FaultRule {
            kind: kind.0,
            rate: rate.map_or(1.0, |share| share.0),
            method: method.map(|method| method.0.to_owned()),
            path,
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
        Strikes::TokenService if !rule.is_for(&Target::of("POST", TOKEN_PATH)) => Some(format!(
            "{kind} strikes calls to the token service alone, which are POST {TOKEN_PATH}; leave method and path out"
        )),
        _ => None,
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawChange")]
pub(super) struct LaterChange(pub(super) Change);

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct RawChange {
    writes: Option<Written<Allowed>>,
    app_role: Option<Written<Option<ActingRole>>>,
    withhold: Vec<Written<Permission>>,
    from: Option<Written<Duration>>,
    after_writes: u64,
}

impl TryFrom<RawChange> for LaterChange {
    type Error = String;

    fn try_from(RawChange { writes, app_role, withhold, from, after_writes }: RawChange) -> Result<Self, String> {
        let writes = match writes {
            Some(Written(None)) => return Err("a quota that is taken away is not simulated; give another".to_owned()),
            writes => writes.and_then(|writes| writes.0),
        };
        if writes.is_none() && app_role.is_none() && withhold.is_empty() {
            return Err("this changes nothing; say what: writes, app-role or withhold".to_owned());
        }
        Ok(Self(Change {
            moment: moment(from, None, after_writes, None)?,
            writes,
            role: app_role.map(|role| role.0),
            withhold: withhold.into_iter().map(|permission| permission.0).collect(),
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
    from: Option<Written<Duration>>,
    until: Option<Written<Duration>>,
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
    from: Option<Written<Duration>>,
    until: Option<Written<Duration>>,
    after_writes: u64,
    until_writes: Option<u64>,
) -> Result<Moment, String> {
    let (from, until) = (from.map_or(Duration::ZERO, |from| from.0), until.map(|until| until.0));
    if until.is_some_and(|until| until <= from) || until_writes.is_some_and(|until| until <= after_writes) {
        return Err("this is over before it begins".to_owned());
    }
    Ok(Moment { from, until, after_writes, until_writes })
}
