//! 5. `m.room.member`: one file per membership that takes more than a few lines.

mod invite;
mod join;
mod removal;
mod third_party;

use crate::authorize::Room;
use crate::event::{Event, State};
use crate::rejection::{reject, require, Rejection};

/// 5. `m.room.member`
pub fn check<'e, S: State<'e> + ?Sized>(room: &Room<'e, '_, S>, event: Event<'e>) -> Result<(), Rejection> {
    // 5.1. What every such event has.
    let Some(target) = event.state_key() else {
        return reject("m.room.member: there is no state key");
    };
    let Some(membership) = event.membership() else {
        return reject("m.room.member: there is no membership");
    };

    // 5.2. Whether the server of `join_authorised_via_users_server` signed is checked with the other signatures.

    match membership {
        // 5.3
        "join" => join::check(room, event, target),
        // 5.4
        "invite" => invite::check(room, event, target),
        // 5.5
        "leave" => removal::check_leave(room, event, target),
        // 5.6
        "ban" => removal::check_ban(room, event, target),
        // 5.7, since version 7
        "knock" if room.rules.auth.knock => check_knock(room, event, target),
        // 5.8
        _ => reject("m.room.member: the membership is unknown"),
    }
}

/// The join rule in force. A room that names none is for the invited only.
fn join_rule<'e, S: State<'e> + ?Sized>(room: &Room<'e, '_, S>) -> &'e str {
    room.state
        .find("m.room.join_rules", "")
        .and_then(|event| event.content().get_str("join_rule"))
        .unwrap_or("invite")
}

/// 5.7. `knock`
fn check_knock<'e, S: State<'e> + ?Sized>(
    room: &Room<'e, '_, S>,
    event: Event<'e>,
    target: &str,
) -> Result<(), Rejection> {
    // 5.7.1. The join rule.
    let rule = join_rule(room);
    require(
        rule == "knock" || (rule == "knock_restricted" && room.rules.auth.knock_restricted),
        "m.room.member: the join rule does not allow to knock",
    )?;
    // 5.7.2. For oneself only.
    require(
        event.sender() == target,
        "m.room.member: nobody can knock for somebody else",
    )?;
    // 5.7.3 and 5.7.4. The current membership.
    require(
        !matches!(room.membership(target), "ban" | "invite" | "join"),
        "m.room.member: who is banned, invited or joined cannot knock",
    )
}
