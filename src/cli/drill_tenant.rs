//! The simulated tenant of a drill: its people, its roster, and the way in.

use std::path::Path;

use secrecy::SecretString;

use super::connect::Connected;
use super::exit::Failure;
use super::reading_args::ReadingArgs;
use crate::clock::Clock;
use crate::graph::connection::http_client_trusting;
use crate::graph::endpoint::{Cloud, Endpoints};
use crate::graph::token::{Credential, TokenSource};
use crate::graph::transport::HttpTransport;
use crate::roster::{Key, KeyProperty, Source};
use crate::simulator::{Connection, ExtraPerson, Simulator};

/// Everyone on the roster, each as the kind of account that its columns say.
pub(super) fn people(path: &Path, reading: &ReadingArgs) -> Result<Vec<ExtraPerson>, Failure> {
    let roster = reading.open(Source::from_argument(path.as_os_str()))?;
    let mut people = Vec::new();
    for entry in roster {
        let Ok(person) = entry.map_err(Failure::usage)?.content else { continue };
        let mut extra = match &person.key {
            Key::ObjectId(id) => ExtraPerson { object_id: Some(id.guid()), ..ExtraPerson::default() },
            Key::UserPrincipalName(upn) => {
                ExtraPerson { user_principal_name: Some(upn.to_string()), ..ExtraPerson::default() }
            }
            // An address makes a sign-in name.
            Key::Property(KeyProperty::Mail | KeyProperty::ProxyAddress, address) => {
                ExtraPerson { user_principal_name: Some(address.to_string()), ..ExtraPerson::default() }
            }
            Key::Property(KeyProperty::EmployeeId, id) => {
                ExtraPerson { employee_id: Some(id.to_string()), ..ExtraPerson::default() }
            }
            Key::Property(KeyProperty::Sid, sid) => {
                ExtraPerson { security_identifier: Some(sid.to_string()), synced: true, ..ExtraPerson::default() }
            }
            Key::Property(KeyProperty::ImmutableId, id) => {
                ExtraPerson { immutable_id: Some(id.to_string()), synced: true, ..ExtraPerson::default() }
            }
            Key::Property(KeyProperty::SamAccountName, name) => {
                ExtraPerson { sam_account_name: Some(name.to_string()), synced: true, ..ExtraPerson::default() }
            }
        };
        if let Some(upn) = &person.also {
            extra.user_principal_name = Some(upn.to_string());
        }
        if let Some(id) = person.also_id {
            extra.object_id = Some(id.guid());
        }
        extra.user_type = person.hints.user_type;
        // Who has a key of Active Directory is mastered there, unless the list says otherwise.
        extra.synced = person.hints.synced.unwrap_or(extra.synced);
        extra.enabled = person.hints.enabled;
        extra.display_name = person.hints.display_name;
        extra.department = person.hints.department;
        people.push(extra);
    }
    Ok(people)
}

/// A list of ordinary, enabled members of the simulated tenant, a third of them in another place.
pub(super) fn made_up_roster(simulator: &Simulator, accounts: u32) -> Vec<u8> {
    let mut csv = b"userPrincipalName,handoff\n".to_vec();
    let ordinary = simulator.users().into_iter().filter(|user| {
        user.account_enabled
            && user.on_premises.is_none()
            && user.external_user_state.is_none()
            && user.domain() == "contoso.com"
    });
    for (index, user) in ordinary.take(accounts as usize).enumerate() {
        let handoff = if index % 3 == 2 { "site-berlin" } else { "service-desk" };
        csv.extend_from_slice(format!("{},{handoff}\n", user.user_principal_name).as_bytes());
    }
    csv
}

/// Signs in as the first app of the simulated tenant.
pub(super) fn connect(connection: &Connection, clock_speed: f64) -> Result<Connected, Failure> {
    let endpoints = Endpoints::new(Cloud::Global, Some(&connection.graph_endpoint), Some(&connection.authority))
        .map_err(Failure::usage)?;
    let http = http_client_trusting(connection.ca_pem.as_bytes()).map_err(Failure::usage)?;
    let credential = Credential::ClientSecret {
        tenant: connection.tenant_id.clone(),
        client_id: connection.client_id.clone(),
        secret: SecretString::from(connection.client_secret.clone()),
    };
    let tokens = TokenSource::new(credential, endpoints.clone(), http.clone());
    let transport = HttpTransport::new(http, endpoints, tokens);
    Ok(Connected { transport, clock: Clock::with_speed(clock_speed) })
}
