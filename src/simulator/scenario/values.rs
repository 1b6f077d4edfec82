//! The values of a scenario: spans, shares, allowances, and the names of things.

use std::str::FromStr;
use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use strum::{IntoEnumIterator as _, VariantNames};

use super::error::unknown;
use crate::simulator::fault::Fault;
use crate::simulator::permission::Permission;
use crate::simulator::quota::LimitShape;
use crate::simulator::retry_after::RetryAfterForm;
use crate::simulator::settings::{Settings, SimulatedCloud};
use crate::simulator::who_may::SimulatedRole;

/// As many as one run goes through.
const MAX_APPS: u16 = 32;

/// A value of its own form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct WrittenValue<T>(pub(super) T);

macro_rules! written {
    ($($type:ty, $raw:ty, $read:path;)*) => {$(
        impl<'de> Deserialize<'de> for WrittenValue<$type> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let raw = <$raw>::deserialize(deserializer)?;
                $read(raw).map(Self).map_err(D::Error::custom)
            }
        }
    )*};
}

/// So many in so long; `None` is no limit.
pub(super) type Allowed = Option<(f64, Duration)>;
/// The HTTP status of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StatusNumber(pub(super) u16);
/// How fast time runs.
pub(super) type Speed = f64;
/// A share from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ShareValue(pub(super) f64);

written! {
    Duration, String, span;
    Allowed, String, allowed;
    Speed, f64, speed;
    usize, i64, users;
    u16, i64, apps;
    u64, i64, token_lifetime;
    Option<SimulatedRole>, String, role;
    Permission, String, permission;
    Fault, String, kind;
    LimitShape, String, shape;
    RetryAfterForm, String, retry_after;
    SimulatedCloud, String, cloud;
    &'static str, String, method;
    StatusNumber, i64, status;
}

impl<'de> Deserialize<'de> for ShareValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let share = f64::deserialize(deserializer)?;
        if (0.0..=1.0).contains(&share) {
            Ok(Self(share))
        } else {
            Err(D::Error::custom(format!("{share} is no share; it must be from 0 (never) to 1 (always)")))
        }
    }
}

fn span(text: String) -> Result<Duration, String> {
    const UNITS: [(&str, f64); 6] =
        [("ms", 0.001), ("s", 1.0), ("min", 60.0), ("m", 60.0), ("h", 3_600.0), ("d", 86_400.0)];
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let unit = UNITS.iter().find(|(name, _)| *name == text[end..].trim()).map(|(_, seconds)| *seconds);
    match (text[..end].parse::<f64>(), unit) {
        (Ok(number), Some(unit)) if number * unit <= 365.0 * 86_400.0 => Ok(Duration::from_secs_f64(number * unit)),
        _ => {
            Err(format!("{text:?} is no span of up to a year; write it as \"250 ms\", \"30 s\", \"5 min\" or \"2 h\""))
        }
    }
}

fn allowed(text: String) -> Result<Allowed, String> {
    if text.trim() == "none" {
        return Ok(None);
    }
    let wrong = || format!("{text:?} is no quota; write it as N/SECONDS, as \"3000/150\", or \"none\"");
    let (number, seconds) = text.split_once('/').ok_or_else(wrong)?;
    match (number.trim().parse::<u32>(), seconds.trim().parse::<u32>()) {
        (Ok(number @ 1..), Ok(seconds @ 1..)) => Ok(Some((f64::from(number), Duration::from_secs(seconds.into())))),
        _ => Err(wrong()),
    }
}

fn speed(speed: f64) -> Result<Speed, String> {
    let right = (0.01..=100_000.0).contains(&speed);
    if right { Ok(speed) } else { Err(format!("{speed} is no clock speed; it must be from 0.01 to 100000")) }
}

fn users(users: i64) -> Result<usize, String> {
    match usize::try_from(users) {
        Ok(users) if Settings::POSSIBLE_USERS.contains(&users) => Ok(users),
        _ => {
            let (least, most) = Settings::POSSIBLE_USERS.into_inner();
            Err(format!("{users} users are not possible; a tenant has from {least} to {most}"))
        }
    }
}

fn apps(apps: i64) -> Result<u16, String> {
    match u16::try_from(apps) {
        Ok(apps @ 1..=MAX_APPS) => Ok(apps),
        _ => Err(format!("{apps} apps are not possible; there are from 1 to {MAX_APPS}")),
    }
}

fn token_lifetime(seconds: i64) -> Result<u64, String> {
    match u64::try_from(seconds) {
        Ok(seconds @ 1..=86_400) => Ok(seconds),
        _ => Err(format!("a token cannot live {seconds} seconds; it must be from 1 to 86400")),
    }
}

fn role(text: String) -> Result<Option<SimulatedRole>, String> {
    const NAMES: [&str; 7] =
        ["none", "password", "helpdesk", "authentication", "user", "privileged-authentication", "global"];
    match text.as_str() {
        "none" => Ok(None),
        name => name.parse().map(Some).map_err(|_| unknown("role", &text, NAMES.into_iter())),
    }
}

fn permission(text: String) -> Result<Permission, String> {
    text.parse().map_err(|_| unknown("permission", &text, Permission::iter().map(Permission::name)))
}

fn kind(text: String) -> Result<Fault, String> {
    text.parse().map_err(|_| unknown("fault", &text, Fault::ALL.iter().map(|fault| fault.name)))
}

fn shape(text: String) -> Result<LimitShape, String> {
    named("limiter", &text)
}

fn retry_after(text: String) -> Result<RetryAfterForm, String> {
    named("form", &text)
}

fn cloud(text: String) -> Result<SimulatedCloud, String> {
    named("cloud", &text)
}

fn named<T: FromStr + VariantNames>(what: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| unknown(what, text, T::VARIANTS.iter().copied()))
}

fn status(status: i64) -> Result<StatusNumber, String> {
    match u16::try_from(status) {
        Ok(status @ 400..=599) => Ok(StatusNumber(status)),
        _ => Err(format!("{status} is no status of an error; it must be from 400 to 599")),
    }
}

fn method(text: String) -> Result<&'static str, String> {
    const METHODS: [&str; 4] = ["DELETE", "GET", "PATCH", "POST"];
    METHODS.into_iter().find(|method| *method == text).ok_or_else(|| unknown("method", &text, METHODS.into_iter()))
}
