//! Authorization rules. The lines are the room version, the event, and the events that authorize it.

use hybrid_auth::{auth_types, check, Event};
use hybrid_events::{event_id, parse_event, redact, room_id_of_create};
use hybrid_json::{Object, Value};
use hybrid_rules::{EventIdForm, RoomIdForm, RoomRules};

use crate::input;

/// As many as an event may name, and a few.
const MAX_AUTH_EVENTS: usize = 12;

pub fn run(input: &[u8]) {
    let mut rest = input;
    let rules = input::rules(&mut rest);
    let event = input::line(&mut rest);
    let auth_events: Vec<&[u8]> = rest.split(|&byte| byte == b'\n').take(MAX_AUTH_EVENTS).collect();
    compare(rules, event, &auth_events);

    // Hardly any input fits together by itself.
    let Ok(mut event) = parse_event(rules, event) else {
        return;
    };
    let Ok(mut auth_events) = auth_events
        .into_iter()
        .map(|json| parse_event(rules, json))
        .collect::<Result<Vec<_>, _>>()
    else {
        return;
    };
    fit(rules, &mut event, &mut auth_events);
    let auth_events: Vec<Vec<u8>> = auth_events.iter().map(Object::to_canonical).collect();
    compare(
        rules,
        &event.to_canonical(),
        &auth_events.iter().map(Vec::as_slice).collect::<Vec<_>>(),
    );
}

/// Puts all events into the room of the create event, and the event after it if it refers to anything.
fn fit<'a>(rules: &RoomRules, event: &mut Object<'a>, auth_events: &mut [Object<'a>]) {
    let create = auth_events
        .iter()
        .find(|event| event.get_str("type") == Some("m.room.create"));
    let create_id = create
        .and_then(|create| event_id(rules, create).ok())
        .unwrap_or_default();
    let room_id = match rules.room_id {
        RoomIdForm::Domain => "!room:a".to_owned(),
        RoomIdForm::CreateEventHash => room_id_of_create(&create_id),
    };
    let follows_one = event
        .get("prev_events")
        .and_then(Value::as_array)
        .is_some_and(|list| list.len() == 1);
    if follows_one {
        let id = Value::String(create_id.into());
        let reference = match rules.event_id {
            EventIdForm::Chosen => Value::Array(vec![id, Value::Object(Object::default())]),
            _ => id,
        };
        event.insert("prev_events", Value::Array(vec![reference]));
    }
    for event in auth_events.iter_mut().chain([event]) {
        if rules.room_id == RoomIdForm::Domain || event.get_str("type") != Some("m.room.create") {
            event.insert("room_id", Value::String(room_id.clone().into()));
        }
    }
}

fn compare(rules: &RoomRules, event: &[u8], auth_events: &[&[u8]]) {
    let Ok(verdict) = check(rules, event, auth_events.iter().copied()) else {
        return;
    };

    // The order in which they come says nothing.
    let reversed = check(rules, event, auth_events.iter().rev().copied()).unwrap();
    assert_eq!(reversed.is_ok(), verdict.is_ok(), "{verdict:?}, reversed {reversed:?}");

    // Memberships and join rules authorize the same after their redaction.
    let redacted: Vec<Vec<u8>> = auth_events.iter().map(|json| redact_membership(rules, json)).collect();
    let redacted = check(rules, event, redacted.iter().map(Vec::as_slice)).unwrap();
    assert_eq!(redacted, verdict);

    let event = parse_event(rules, event).unwrap();
    let types = auth_types(rules, Event::new(&event).unwrap());
    for (index, entry) in types.iter().enumerate() {
        assert!(!types[..index].contains(entry));
    }
}

fn redact_membership(rules: &RoomRules, json: &[u8]) -> Vec<u8> {
    let event = parse_event(rules, json).unwrap();
    match event.get_str("type") {
        Some("m.room.member" | "m.room.join_rules") => redact(rules, event).to_canonical(),
        _ => json.to_vec(),
    }
}
