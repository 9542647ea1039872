use hybrid_events::identifiers::server_of;

use crate::event::Event;
use crate::power_levels::{Level, PowerLevels};
use crate::rejection::{require, Rejection};

/// 11, in versions 1 and 2. `m.room.redaction`
pub fn check(event: Event<'_>, levels: PowerLevels<'_>, sender_level: Level) -> Result<(), Rejection> {
    // 11.1. The redact level.
    if sender_level >= levels.to_redact()? {
        return Ok(());
    }
    // 11.2. An event of the same server.
    let server = |field| event.object().get_str(field).and_then(server_of);
    let target = server("redacts");
    // 11.3. Otherwise, reject.
    require(
        target.is_some() && target == server("event_id"),
        "m.room.redaction: the sender may not redact events of other servers",
    )
}
