//! What tests and rehearsals do to the token service.

use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Federated, Simulator, machines, people};

impl Simulator {
    /// Revokes every token given out so far, as continuous access evaluation does: the next call with one is answered
    /// 401 with a claims challenge, and only a token that was asked for with exactly those claims is taken from then on.
    pub fn challenge_tokens(&self) {
        let value = OffsetDateTime::now_utc().unix_timestamp().to_string();
        let claims = json!({ "access_token": { "nbf": { "essential": true, "value": value } } });
        let mut state = self.tenant.identities.state();
        state.required_claims = Some(claims.to_string());
        state.proving.clear();
    }

    /// A token of the other issuer with these claims, as a workload finds it in its file.
    pub fn issue_federated_token(&self, claims: &Federated) -> String {
        machines::issue_federated(&self.tenant, claims)
    }

    /// The codes that wait for a person.
    pub fn device_codes(&self) -> Vec<String> {
        self.tenant.identities.state().device_codes.waiting()
    }

    /// Signs in with the code as this user. `false`: there is no such code or no such user.
    pub fn approve_device_code(&self, user_code: &str, id_or_upn: &str) -> bool {
        let user = people::find(&self.tenant, id_or_upn);
        user.is_some_and(|user| self.tenant.identities.state().device_codes.decide(user_code, Some(user)))
    }

    /// Declines the code. `false`: there is no such code.
    pub fn decline_device_code(&self, user_code: &str) -> bool {
        self.tenant.identities.state().device_codes.decide(user_code, None)
    }

    /// Ends this user's refresh tokens: after the current access token has ended, a new sign-in is needed.
    pub fn sign_out(&self, object_id: Uuid) {
        self.tenant.identities.state().signed_out.insert(object_id);
    }
}
