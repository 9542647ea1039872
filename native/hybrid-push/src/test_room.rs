//! What the tests of verdicts share.

use crate::{Room, Verdict};

pub const SILENT: Verdict = Verdict {
    notify: false,
    highlight: false,
    sound: false,
};
pub const NOTIFY: Verdict = Verdict { notify: true, ..SILENT };
pub const NOISY: Verdict = Verdict { sound: true, ..NOTIFY };
pub const HIGHLIGHT: Verdict = Verdict {
    highlight: true,
    ..NOTIFY
};
pub const LOUD: Verdict = Verdict {
    sound: true,
    ..HIGHLIGHT
};

/// A room in which nothing but the number of its members is known.
pub fn room(joined_members: i64) -> Room<'static> {
    Room {
        joined_members,
        sender_power_level: 0,
        power_levels: b"",
    }
}
