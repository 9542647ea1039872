use crate::authorize::Room;
use crate::event::{Event, State};
use crate::rejection::{require, Rejection};

/// 5.5. `leave`
pub fn check_leave<'e, S: State<'e> + ?Sized>(
    room: &Room<'e, '_, S>,
    event: Event<'e>,
    target: &str,
) -> Result<(), Rejection> {
    let membership = room.membership(target);
    // 5.5.1. For oneself; taking back a knock since version 7.
    if event.sender() == target {
        return require(
            matches!(membership, "invite" | "join") || (membership == "knock" && room.rules.auth.knock),
            "m.room.member: who is not in the room cannot leave it",
        );
    }
    // 5.5.2. The sender.
    require(
        room.membership(event.sender()) == "join",
        "m.room.member: the sender is not in the room",
    )?;
    // 5.5.3. Lifting a ban.
    let sender_level = room.levels.user(event.sender())?;
    require(
        membership != "ban" || sender_level >= room.levels.to_ban()?,
        "m.room.member: the sender may not lift a ban",
    )?;
    // 5.5.4 and 5.5.5. The levels.
    require(
        sender_level >= room.levels.to_kick()?,
        "m.room.member: the sender may not remove others",
    )?;
    require(
        room.levels.user(target)? < sender_level,
        "m.room.member: the removed user is not below the sender",
    )
}

/// 5.6. `ban`
pub fn check_ban<'e, S: State<'e> + ?Sized>(
    room: &Room<'e, '_, S>,
    event: Event<'e>,
    target: &str,
) -> Result<(), Rejection> {
    // 5.6.1. The sender.
    require(
        room.membership(event.sender()) == "join",
        "m.room.member: the sender is not in the room",
    )?;
    // 5.6.2 and 5.6.3. The levels.
    let sender_level = room.levels.user(event.sender())?;
    require(
        sender_level >= room.levels.to_ban()?,
        "m.room.member: the sender may not ban",
    )?;
    require(
        room.levels.user(target)? < sender_level,
        "m.room.member: the banned user is not below the sender",
    )
}
