use hybrid_events::{event_id, room_id_of_create};
use hybrid_rules::{RoomIdForm, RoomRules};

use crate::event::{Event, State};
use crate::power_levels::{Level, PowerLevels};
use crate::rejection::{reject, require, Rejection};
use crate::{create, member, power_level_change, redaction};

/// What the rules look at beside the event itself.
pub struct Room<'e, 's, S: State<'e> + ?Sized> {
    pub rules: &'e RoomRules,
    pub state: &'s S,
    pub create: Event<'e>,
    pub levels: PowerLevels<'e>,
}

impl<'e, S: State<'e> + ?Sized> Room<'e, '_, S> {
    /// The current membership of a user; who was never there has left.
    pub fn membership(&self, user: &str) -> &'e str {
        self.state
            .find("m.room.member", user)
            .and_then(Event::membership)
            .unwrap_or("leave")
    }
}

/// Checks an event against the state of the room before it.
///
/// # Errors
/// The rule that forbids the event.
pub fn authorize<'e, S: State<'e> + ?Sized>(
    rules: &'e RoomRules,
    event: Event<'e>,
    state: &S,
) -> Result<(), Rejection> {
    // 1. m.room.create
    if event.kind() == "m.room.create" {
        return create::check(rules, event);
    }

    // 2. The room ID is the hash of the create event. Before version 12, rule 2.4: there is one.
    let Some(create) = state.find("m.room.create", "") else {
        return reject("the room has no create event");
    };
    if rules.room_id == RoomIdForm::CreateEventHash {
        let create_id = event_id(rules, create.object()).ok();
        require(
            create_id.as_deref().map(room_id_of_create).as_deref() == event.room_id(),
            "the room ID is not that of the create event",
        )?;
    }

    // 3. The auth_events: see `check_auth_events`.

    // 4. Rooms that do not federate.
    require(
        create.content().get("m.federate").and_then(hybrid_json::Value::as_bool) != Some(false)
            || event.sender_server() == create.sender_server(),
        "the room does not federate",
    )?;

    // 4, in versions 1 to 5. m.room.aliases
    if rules.auth.special_aliases && event.kind() == "m.room.aliases" {
        return require(
            event.state_key().is_some() && event.state_key() == event.sender_server(),
            "m.room.aliases: the state key is not the domain of the sender",
        );
    }

    let room = Room {
        rules,
        state,
        create,
        levels: PowerLevels::new(rules, create, state),
    };

    // 5. m.room.member
    if event.kind() == "m.room.member" {
        return member::check(&room, event);
    }

    // 6. Everything else is for members.
    require(
        room.membership(event.sender()) == "join",
        "the sender is not in the room",
    )?;
    let sender_level = room.levels.user(event.sender())?;

    // 7. m.room.third_party_invite
    if event.kind() == "m.room.third_party_invite" {
        return require(
            sender_level >= room.levels.to_invite()?,
            "m.room.third_party_invite: the sender may not invite",
        );
    }

    // 8. The level that the type takes.
    let required = room.levels.to_send(event.kind(), event.state_key().is_some())?;
    require(
        sender_level >= Level::Finite(required),
        "the sender's power level does not suffice for the type",
    )?;

    // 9. State keys that belong to a user.
    require(
        event
            .state_key()
            .is_none_or(|key| !key.starts_with('@') || key == event.sender()),
        "the state key is the ID of another user",
    )?;

    // 10. m.room.power_levels
    if event.kind() == "m.room.power_levels" {
        return power_level_change::check(rules, event, create, room.levels, sender_level);
    }

    // 11, in versions 1 and 2. m.room.redaction
    if rules.auth.special_redaction && event.kind() == "m.room.redaction" {
        return redaction::check(event, room.levels, sender_level);
    }

    // 11. Otherwise, allow.
    Ok(())
}
