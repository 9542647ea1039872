use hybrid_events::identifiers::{is_user_id, server_of};
use hybrid_json::Value;
use hybrid_rules::{RoomIdForm, RoomRules};

use crate::event::Event;
use crate::rejection::{require, Rejection};

/// Whether a user is the room's creator, or one of them.
pub fn is_creator(rules: &RoomRules, create: Event<'_>, user: &str) -> bool {
    if rules.auth.creator_in_content {
        return create.content().get_str("creator") == Some(user);
    }
    create.sender() == user || privileged_creators(rules, create).any(|creator| creator == user)
}

/// The users who stand above every power level, since version 12.
pub fn privileged_creators<'e>(rules: &RoomRules, create: Event<'e>) -> impl Iterator<Item = &'e str> {
    let additional = create
        .content()
        .get("additional_creators")
        .and_then(Value::as_array)
        .unwrap_or_default();
    let creators = std::iter::once(create.sender()).chain(additional.iter().filter_map(Value::as_str));
    let have_privilege = rules.auth.privileged_creators;
    creators.filter(move |_| have_privilege)
}

/// 1. `m.room.create`
pub fn check(rules: &RoomRules, event: Event<'_>) -> Result<(), Rejection> {
    // 1.1. Previous events.
    require(
        event.references("prev_events").next().is_none(),
        "m.room.create: there are previous events",
    )?;

    // 1.2. The room ID.
    match rules.room_id {
        RoomIdForm::CreateEventHash => {
            require(
                !event.object().contains("room_id"),
                "m.room.create: a room_id is not allowed",
            )?;
        }
        RoomIdForm::Domain => require(
            event
                .room_id()
                .and_then(server_of)
                .is_some_and(|server| Some(server) == event.sender_server()),
            "m.room.create: the domains of the room and of the sender differ",
        )?,
    }

    // 1.3. The room version.
    let content = event.content();
    let version_is_known = content
        .get("room_version")
        .is_none_or(|version| version.as_str().and_then(RoomRules::find).is_some());
    require(version_is_known, "m.room.create: the room version is not known")?;

    // 1.4, in versions 1 to 10. The creator.
    if rules.auth.creator_in_content {
        require(content.contains("creator"), "m.room.create: the creator is missing")?;
    }

    // 1.4, since version 12. Additional creators.
    if rules.auth.privileged_creators {
        let creators_are_users = content.get("additional_creators").is_none_or(|creators| {
            creators
                .as_array()
                .is_some_and(|list| list.iter().all(|user| user.as_str().is_some_and(is_user_id)))
        });
        require(
            creators_are_users,
            "m.room.create: additional_creators is not a list of user IDs",
        )?;
    }

    // 1.5. Otherwise, allow.
    Ok(())
}
