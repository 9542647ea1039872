use hybrid_events::identifiers::is_user_id;
use hybrid_json::{Object, Value};
use hybrid_rules::{PowerLevelNotation, RoomRules};

use crate::create::privileged_creators;
use crate::event::Event;
use crate::power_levels::{read_level, Level, PowerLevels};
use crate::rejection::{reject, require, Rejection};

const ACTIONS: [&str; 7] = [
    "users_default",
    "events_default",
    "state_default",
    "ban",
    "redact",
    "kick",
    "invite",
];

/// 10. `m.room.power_levels`
pub fn check(
    rules: &RoomRules,
    event: Event<'_>,
    create: Event<'_>,
    levels: PowerLevels<'_>,
    sender_level: Level,
) -> Result<(), Rejection> {
    let new = event.content();
    let notation = rules.auth.power_levels;

    // 10.1. The levels of actions. Older versions do not say so, but what is no level cannot be compared in 10.6 either.
    for action in ACTIONS {
        if new
            .get(action)
            .is_some_and(|level| read_level(notation, level).is_none())
        {
            return reject(format!("m.room.power_levels: {action} is not a level"));
        }
    }

    // 10.2. The levels of events and notifications.
    for map in protected_maps(rules) {
        let Some(value) = new.get(map) else { continue };
        let holds_levels = value
            .as_object()
            .is_some_and(|levels| levels.iter().all(|(_, level)| read_level(notation, level).is_some()));
        if !holds_levels {
            return reject(format!("m.room.power_levels: {map} is not an object of levels"));
        }
    }

    // 10.3. The levels of users.
    if let Some(users) = new.get("users") {
        let users = users.as_object();
        require(users.is_some(), "m.room.power_levels: users is not an object")?;
        for (user, level) in users.into_iter().flat_map(Object::iter) {
            require(
                is_user_id(user),
                "m.room.power_levels: users has a key that is not a user ID",
            )?;
            require(
                read_level(notation, level).is_some(),
                "m.room.power_levels: a user has something else than a level",
            )?;
        }
        // 10.4, since version 12. Creators stand above all levels. Either list can be thousands long, but one is sorted.
        require(
            !privileged_creators(rules, create).any(|creator| users.is_some_and(|users| users.contains(creator))),
            "m.room.power_levels: users has a creator of the room",
        )?;
    }

    // 10.5. The first power levels.
    let Some(old) = levels.content() else { return Ok(()) };

    // 10.6. Altered actions.
    for action in ACTIONS {
        let change = Change::between(notation, old.get(action), new.get(action));
        change.require_both_within(
            sender_level,
            "m.room.power_levels: an altered level is above that of the sender",
        )?;
    }

    // 10.7 and 10.8. Altered events and notifications.
    for map in protected_maps(rules) {
        for (_, change) in changes(notation, old.get_object(map), new.get_object(map)) {
            change.require_both_within(
                sender_level,
                "m.room.power_levels: an altered level of an event or notification is above that of the sender",
            )?;
        }
    }

    for (user, change) in changes(notation, old.get_object("users"), new.get_object("users")) {
        // 10.9. Changed or removed users, other than the sender.
        require(
            user == event.sender() || change.old.is_none_or(|old| old < sender_level),
            "m.room.power_levels: an altered user is not below the sender",
        )?;
        // 10.10. Added or changed users.
        require(
            change.new.is_none_or(|new| new <= sender_level),
            "m.room.power_levels: a user is raised above the sender",
        )?;
    }

    // 10.11. Otherwise, allow.
    Ok(())
}

fn protected_maps(rules: &RoomRules) -> &'static [&'static str] {
    // Older versions did not know the levels of notifications; only their notation has been checked since version 10.
    if rules.auth.protects_notifications {
        &["events", "notifications"]
    } else {
        &["events"]
    }
}

/// A level before and after, both empty if it stays what it was.
struct Change {
    old: Option<Level>,
    new: Option<Level>,
}

impl Change {
    fn between(notation: PowerLevelNotation, old: Option<&Value<'_>>, new: Option<&Value<'_>>) -> Self {
        let level = |value: Option<&Value<'_>>| value.and_then(|value| read_level(notation, value)).map(Level::Finite);
        let (old, new) = (level(old), level(new));
        if old == new {
            return Self { old: None, new: None };
        }
        Self { old, new }
    }

    fn require_both_within(&self, sender_level: Level, reason: &'static str) -> Result<(), Rejection> {
        require(
            self.old.is_none_or(|old| old <= sender_level) && self.new.is_none_or(|new| new <= sender_level),
            reason,
        )
    }
}

/// What happens to each entry that is in either of two maps.
fn changes<'c>(
    notation: PowerLevelNotation,
    old: Option<&'c Object<'c>>,
    new: Option<&'c Object<'c>>,
) -> impl Iterator<Item = (&'c str, Change)> {
    let in_new = new.into_iter().flat_map(Object::iter);
    let kept_or_added = in_new.map(move |(key, level)| {
        (
            key,
            Change::between(notation, old.and_then(|old| old.get(key)), Some(level)),
        )
    });
    let in_old = old.into_iter().flat_map(Object::iter);
    let removed = in_old
        .filter(move |(key, _)| !new.is_some_and(|new| new.contains(key)))
        .map(move |(key, level)| (key, Change::between(notation, Some(level), None)));
    kept_or_added.chain(removed)
}
