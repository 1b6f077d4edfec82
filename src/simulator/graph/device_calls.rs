//! Calls about devices: "List registeredDevices", "List ownedDevices", "Get device", "Update device".

use serde_json::value::RawValue;

use super::batch_item::JsonMembers;
use super::change::{unknown, unreadable, wrong_type};
use super::device_read::{DeviceKey, DeviceQuestion, DeviceRead};
use super::errors::ServedError;
use super::lexer::{is, object_id};
use super::paging::ServedPage;
use super::query::Url;
use super::request::{ServedRequest, json_body};
use super::select;
use super::served_call::ServedCall;
use super::served_read::ServedRead;
use super::served_write::ServedWrite;
use super::vocabulary;
use crate::simulator::directory::UserKey;
use crate::simulator::settings::Settings;

/// The devices of a user, owned or registered. `cast` is what follows in the path.
pub(super) fn of_user(
    request: &ServedRequest<'_>,
    url: &Url<'_>,
    settings: &Settings,
    named: &str,
    owned: bool,
    cast: &[&str],
    not_simulated: &dyn Fn() -> ServedError,
) -> Result<ServedCall, ServedError> {
    let is_cast = match cast {
        [] => false,
        [cast] if is(cast, "microsoft.graph.device") => true,
        _ => return Err(not_simulated()),
    };
    if !is(request.method, "GET") {
        return Err(ServedError::method_not_allowed());
    }
    let (mut names, mut page) = (None, ServedPage::first(url, settings));
    for option in url.options() {
        let (name, value) = option?;
        match &*name {
            "$select" => names = select::names(&value),
            name => page.take(name, &value, settings.max_page)?,
        }
    }
    let (key, named) = (UserKey::parse(named), named.to_owned());
    let asked = DeviceQuestion::OfUser { key, named, owned, is_cast, page };
    Ok(ServedRead::Devices(DeviceRead { names, asked }).into())
}

/// One device.
pub(super) fn device(
    request: &ServedRequest<'_>,
    url: &Url<'_>,
    key: &str,
    by_device_id: bool,
    rest: &[&str],
    not_simulated: &dyn Fn() -> ServedError,
) -> Result<ServedCall, ServedError> {
    let id = object_id(key)?;
    let key = if by_device_id { DeviceKey::DeviceId(id) } else { DeviceKey::ObjectId(id) };
    match rest {
        [] if is(request.method, "GET") => {
            let names = select::only_select(url)?;
            Ok(ServedRead::Devices(DeviceRead { names, asked: DeviceQuestion::Get(key) }).into())
        }
        [] if is(request.method, "PATCH") => {
            Ok(ServedWrite::EnableDevice { key, enabled: enabled_in(json_body(request)?)? }.into())
        }
        // What deletes a device loses its BitLocker keys.
        _ => Err(not_simulated()),
    }
}

fn enabled_in(body: &[u8]) -> Result<bool, ServedError> {
    let JsonMembers(members) = serde_json::from_slice(body).map_err(|_| unreadable())?;
    let mut enabled = None;
    for (name, value) in &members {
        let value: &RawValue = value;
        match &**name {
            "accountEnabled" => enabled = Some(serde_json::from_str(value.get()).map_err(|_| wrong_type(name))?),
            annotation if annotation.starts_with('@') => {}
            other if vocabulary::has_member("device", other) => {
                return Err(ServedError::part_not_simulated(format_args!("a change of '{other}'")));
            }
            other => return Err(unknown(other, "microsoft.graph.device")),
        }
    }
    enabled.ok_or_else(|| ServedError::malformed("Empty Payload. JSON content expected."))
}
