use hybrid_json::{parse_object, Limits, Object, Strictness, Value};
use hybrid_rules::{EventIdForm, RoomIdForm, RoomRules};

use crate::error::Error;
use crate::identifiers::is_user_id;

/// The longest event, in bytes of canonical JSON.
pub const MAX_EVENT_BYTES: usize = 65_536;

/// The longest `sender`, `room_id`, `state_key`, `type` and `event_id`, in bytes.
pub const MAX_FIELD_BYTES: usize = 255;

const MAX_PREV_EVENTS: usize = 20;
const MAX_AUTH_EVENTS: usize = 10;

/// Reads an event, as strictly as its room version wants.
///
/// # Errors
/// The text is no JSON object, or not one that the version takes, or several times longer than an event can be.
pub fn parse_event<'a>(rules: &RoomRules, json: &'a [u8]) -> Result<Object<'a>, Error> {
    let strictness = if rules.enforces_canonical_json {
        Strictness::Strict
    } else {
        Strictness::Lenient
    };
    // Room for white space, escapes and `unsigned`, none of which count.
    let limits = Limits {
        bytes: 16 * MAX_EVENT_BYTES,
        ..Limits::default()
    };
    if json.len() > limits.bytes {
        return Err(Error::TooLarge {
            what: "the text of the event",
            length: json.len(),
            limit: limits.bytes,
        });
    }
    Ok(parse_object(json, strictness, limits)?)
}

/// Checks that the fields which every event of the version has are there and have their types.
///
/// # Errors
/// [`Error::Malformed`] names the first field that is wrong, [`Error::TooLarge`] the first that is too long.
pub fn check_format(rules: &RoomRules, event: &Object<'_>) -> Result<(), Error> {
    let kind = event.get_str("type").ok_or(Error::Malformed("type is not a string"))?;
    let sender = event
        .get_str("sender")
        .ok_or(Error::Malformed("sender is not a string"))?;
    for field in ["type", "sender", "room_id", "state_key", "event_id"] {
        let Some(value) = event.get(field) else { continue };
        let length = value
            .as_str()
            .ok_or(Error::Malformed("an identifier is not a string"))?
            .len();
        if length > MAX_FIELD_BYTES {
            return Err(Error::TooLarge {
                what: field,
                length,
                limit: MAX_FIELD_BYTES,
            });
        }
    }
    if !is_user_id(sender) {
        return Err(Error::Malformed("sender is not a user ID"));
    }

    let names_its_room = rules.room_id == RoomIdForm::Domain || kind != "m.room.create";
    match (event.get_str("room_id"), names_its_room) {
        (Some(room), true) if room.starts_with('!') => {}
        (_, true) => return Err(Error::Malformed("room_id is not a room ID")),
        (Some(_), false) => return Err(Error::Malformed("a create event of this version has no room_id")),
        (None, false) => {}
    }
    if rules.event_id == EventIdForm::Chosen && !event.get_str("event_id").is_some_and(|id| id.starts_with('$')) {
        return Err(Error::Malformed("event_id is not an event ID"));
    }

    if event.get_object("content").is_none() {
        return Err(Error::Malformed("content is not an object"));
    }
    if !event.get("origin_server_ts").is_some_and(is_integer) {
        return Err(Error::Malformed("origin_server_ts is not an integer"));
    }
    if !event
        .get("depth")
        .is_some_and(|depth| is_integer(depth) && depth.as_integer().is_none_or(|depth| depth >= 0))
    {
        return Err(Error::Malformed("depth is not a non-negative integer"));
    }
    check_references(rules, event, "prev_events", MAX_PREV_EVENTS)?;
    check_references(rules, event, "auth_events", MAX_AUTH_EVENTS)
}

/// Rooms of versions 1 to 5 may exceed the range of canonical JSON.
fn is_integer(value: &Value<'_>) -> bool {
    match value {
        Value::Integer(_) => true,
        Value::Number(digits) => digits.parse::<i64>().is_ok(),
        _ => false,
    }
}

fn check_references(rules: &RoomRules, event: &Object<'_>, field: &str, limit: usize) -> Result<(), Error> {
    let references = event
        .get(field)
        .and_then(Value::as_array)
        .ok_or(Error::Malformed("prev_events or auth_events is not an array"))?;
    if references.len() > limit {
        return Err(Error::Malformed("prev_events or auth_events is too long"));
    }
    let is_reference = |value: &Value<'_>| match (rules.event_id, value) {
        (EventIdForm::Chosen, Value::Array(pair)) => {
            matches!(pair.as_slice(), [Value::String(_), Value::Object(_)])
        }
        (EventIdForm::Chosen, _) => false,
        (_, value) => value.as_str().is_some_and(|id| id.starts_with('$')),
    };
    if !references.iter().all(is_reference) {
        return Err(Error::Malformed(
            "prev_events or auth_events has an item that is not an event ID",
        ));
    }
    Ok(())
}

/// Checks the length of a whole event in its canonical form.
///
/// # Errors
/// [`Error::TooLarge`].
pub fn check_size(canonical: &[u8]) -> Result<(), Error> {
    if canonical.len() > MAX_EVENT_BYTES {
        return Err(Error::TooLarge {
            what: "the event",
            length: canonical.len(),
            limit: MAX_EVENT_BYTES,
        });
    }
    Ok(())
}
