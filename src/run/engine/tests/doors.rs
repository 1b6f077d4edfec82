//! The apps of a rehearsal: each is a door to the same tenant, and may be shut in a way of its own.

use super::*;
use crate::graph::quota::{Allowance, MAX_CALLS};
use crate::ids::ClientId;
use crate::run::apps::{App, AppName, Apps};
use crate::run::pace::Pace;

/// What a door does to a call instead of letting it through, by the writes in it and the number of the call, counted from 1.
pub(super) type DoorQuirk = fn(&[Value], u64) -> Option<Result<(u16, Value), TransportError>>;

/// Lets everything through.
pub(super) const SOUND: DoorQuirk = |_, _| None;

pub(super) struct Door {
    tenant: Arc<Tenant>,
    quirk: DoorQuirk,
    calls: Mutex<u64>,
    token: Mutex<TokenMark>,
}

pub(super) fn client_id(number: u128) -> ClientId {
    ClientId::new(uuid::Uuid::from_u128(number))
}

/// The apps, numbered from 1.
pub(super) fn apps(tenant: &Arc<Tenant>, doors: &[DoorQuirk], clock: Clock) -> Apps<Door> {
    let app = |(number, quirk): (u128, &DoorQuirk)| {
        let name = AppName { client_id: Some(client_id(number)), named_in: format!("app{number}.toml") };
        let door = Door { tenant: Arc::clone(tenant), quirk: *quirk, calls: Mutex::default(), token: Mutex::default() };
        App::new(name, Arc::new(door), Pace::of(Allowance::WRITES, MAX_CALLS, clock, 0))
    };
    Apps::new((1..).zip(doors).map(app).collect(), MAX_CALLS, clock, 0)
}

impl Transport for Door {
    fn token_rejected(&self, token: TokenMark) -> bool {
        let mut current = self.token.lock().unwrap();
        let is_news = token == *current;
        if is_news {
            *current = current.next();
            self.tenant.quirk.lock().unwrap().rejected_tokens += 1;
        }
        is_news
    }

    async fn send(&self, call: Call) -> Result<Answer, TransportError> {
        let token = *self.token.lock().unwrap();
        let number = {
            let mut calls = self.calls.lock().unwrap();
            *calls += 1;
            *calls
        };
        let body: Value = serde_json::from_slice(call.body.as_ref().unwrap()).unwrap();
        let Some(answer) = (self.quirk)(body["requests"].as_array().unwrap(), number) else {
            return Ok(Answer { token, ..self.tenant.send(call).await? });
        };
        tokio::time::sleep(Duration::from_millis(100)).await;
        let (status, body) = answer?;
        Ok(answer_of(status, Advice::default(), token, &body))
    }
}
