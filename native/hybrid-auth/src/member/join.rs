use hybrid_events::event_id;

use crate::authorize::Room;
use crate::create::is_creator;
use crate::event::{Event, State};
use crate::member::join_rule;
use crate::rejection::{reject, require, Rejection};

/// 5.3. `join`
pub fn check<'e, S: State<'e> + ?Sized>(
    room: &Room<'e, '_, S>,
    event: Event<'e>,
    target: &str,
) -> Result<(), Rejection> {
    // 5.3.1. The creator's first step.
    if is_first_join(room, event, target) {
        return Ok(());
    }
    // 5.3.2. For oneself only.
    require(
        event.sender() == target,
        "m.room.member: nobody can join for somebody else",
    )?;
    // 5.3.3. The banned.
    let membership = room.membership(target);
    require(membership != "ban", "m.room.member: the sender is banned")?;

    let auth = &room.rules.auth;
    let is_welcome = matches!(membership, "invite" | "join");
    match join_rule(room) {
        // 5.3.4. By invitation; `knock` since version 7.
        "invite" => require(is_welcome, "m.room.member: the room is for the invited only"),
        "knock" if auth.knock => require(is_welcome, "m.room.member: the room is for the invited only"),
        // 5.3.5. By membership of another room, since version 8; `knock_restricted` since version 10.
        "restricted" if auth.restricted => check_restricted(room, event, is_welcome),
        "knock_restricted" if auth.knock_restricted => check_restricted(room, event, is_welcome),
        // 5.3.6. For everybody.
        "public" => Ok(()),
        // 5.3.7. Otherwise, reject.
        _ => reject("m.room.member: the join rule does not allow to join"),
    }
}

fn is_first_join<'e, S: State<'e> + ?Sized>(room: &Room<'e, '_, S>, event: Event<'e>, target: &str) -> bool {
    let creates = if room.rules.auth.creator_in_content {
        is_creator(room.rules, room.create, target)
    } else {
        // Additional creators have no first step: they are invited like others.
        room.create.sender() == target
    };
    let mut previous = event.references("prev_events");
    creates
        && match (previous.next(), previous.next()) {
            (Some(only), None) => event_id(room.rules, room.create.object()).is_ok_and(|create| create == only),
            _ => false,
        }
}

fn check_restricted<'e, S: State<'e> + ?Sized>(
    room: &Room<'e, '_, S>,
    event: Event<'e>,
    is_welcome: bool,
) -> Result<(), Rejection> {
    // 5.3.5.1. The invited need no authorization.
    if is_welcome {
        return Ok(());
    }
    // 5.3.5.2. The user who authorizes.
    let Some(authorizer) = event.content().get_str("join_authorised_via_users_server") else {
        return reject("m.room.member: join_authorised_via_users_server is missing");
    };
    require(
        room.membership(authorizer) == "join",
        "m.room.member: the user who authorizes is not in the room",
    )?;
    require(
        room.levels.user(authorizer)? >= room.levels.to_invite()?,
        "m.room.member: the user who authorizes may not invite",
    )
}
