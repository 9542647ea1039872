use crate::authorize::Room;
use crate::event::{Event, State};
use crate::member::third_party;
use crate::rejection::{require, Rejection};

/// 5.4. `invite`
pub fn check<'e, S: State<'e> + ?Sized>(
    room: &Room<'e, '_, S>,
    event: Event<'e>,
    target: &str,
) -> Result<(), Rejection> {
    // 5.4.1. On behalf of an identity server.
    if let Some(invite) = event.content().get("third_party_invite") {
        return third_party::check(room, event, target, invite);
    }
    // 5.4.2. The sender.
    require(
        room.membership(event.sender()) == "join",
        "m.room.member: the sender is not in the room",
    )?;
    // 5.4.3. The target.
    require(
        !matches!(room.membership(target), "join" | "ban"),
        "m.room.member: who is joined or banned cannot be invited",
    )?;
    // 5.4.4 and 5.4.5. The level.
    require(
        room.levels.user(event.sender())? >= room.levels.to_invite()?,
        "m.room.member: the sender may not invite",
    )
}
