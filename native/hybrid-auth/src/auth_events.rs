use hybrid_rules::{RoomIdForm, RoomRules};

use crate::event::Event;
use crate::rejection::{reject, require, Rejection};
use crate::selection::auth_types;

/// Checks that the events which authorize an event are those that may do so.
///
/// # Errors
/// One is there twice, does not belong there or is from another room, or the create event is missing.
pub fn check_auth_events(rules: &RoomRules, event: Event<'_>, auth_events: &[Event<'_>]) -> Result<(), Rejection> {
    if event.kind() == "m.room.create" {
        return Ok(());
    }
    let expected = auth_types(rules, event);
    for (index, auth_event) in auth_events.iter().enumerate() {
        let kind = auth_event.kind();
        let Some(state_key) = auth_event.state_key() else {
            return reject(format!("auth_events: {kind} is not a state event"));
        };
        // 3.1. Duplicate entries for a type and state key.
        let earlier = &auth_events[..index];
        if earlier
            .iter()
            .any(|other| other.kind() == kind && other.state_key() == Some(state_key))
        {
            return reject(format!(
                "auth_events: {kind} with state key '{state_key}' is there twice"
            ));
        }

        let is_create = kind == "m.room.create" && state_key.is_empty();
        if is_create && rules.room_id == RoomIdForm::CreateEventHash {
            // It is the caller who brings it: the room ID is its only reference, which rule 2 compares.
            continue;
        }
        // 3.2. Entries that the selection does not name.
        if !expected
            .iter()
            .any(|&(expected_kind, expected_key)| expected_kind == kind && expected_key == state_key)
        {
            return reject(format!(
                "auth_events: {kind} with state key '{state_key}' does not belong there"
            ));
        }
        // 3.5. Entries from another room.
        require(
            auth_event.room_id() == event.room_id(),
            "auth_events: an event is from another room",
        )?;
    }

    match rules.room_id {
        // 2.4, in versions before 12.
        RoomIdForm::Domain => require(
            auth_events
                .iter()
                .any(|event| event.kind() == "m.room.create" && event.state_key() == Some("")),
            "auth_events: the create event is missing",
        ),
        // 3.2. The create event is not selected.
        RoomIdForm::CreateEventHash => {
            let create = event
                .room_id()
                .and_then(|room| room.strip_prefix('!'))
                .unwrap_or_default();
            require(
                event
                    .references("auth_events")
                    .all(|id| id.strip_prefix('$') != Some(create)),
                "auth_events: the create event does not belong there",
            )
        }
    }
}
