use hybrid_json::{Object, Value};
use hybrid_rules::{PowerLevelNotation, RoomRules};

use crate::create::is_creator;
use crate::event::{Event, State};
use crate::rejection::{reject, Rejection};

/// What a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// A power level.
    Finite(i64),
    /// Above every power level: a creator, since version 12.
    Creator,
}

/// The level of the creator while a room has no power levels, before version 12.
const CREATOR_LEVEL: i64 = 100;

/// The power levels of a room, defaults filled in.
#[derive(Clone, Copy, Debug)]
pub struct PowerLevels<'e> {
    rules: &'e RoomRules,
    create: Event<'e>,
    content: Option<&'e Object<'e>>,
}

impl<'e> PowerLevels<'e> {
    /// The power levels of the room that `create` made.
    pub fn new<S: State<'e> + ?Sized>(rules: &'e RoomRules, create: Event<'e>, state: &S) -> Self {
        Self {
            rules,
            create,
            content: state.find("m.room.power_levels", "").map(Event::content),
        }
    }

    /// The content of the power levels event, if there is one.
    pub fn content(self) -> Option<&'e Object<'e>> {
        self.content
    }

    /// The level of a user.
    ///
    /// # Errors
    /// The power levels event holds something else than a level.
    pub fn user(self, user: &str) -> Result<Level, Rejection> {
        let creates = is_creator(self.rules, self.create, user);
        if creates && self.rules.auth.privileged_creators {
            return Ok(Level::Creator);
        }
        let Some(content) = self.content else {
            return Ok(Level::Finite(if creates { CREATOR_LEVEL } else { 0 }));
        };
        match content.get_object("users").and_then(|users| users.get(user)) {
            Some(level) => self.read(level).map(Level::Finite),
            None => self.action("users_default", 0).map(Level::Finite),
        }
    }

    /// The level that sending an event of this type takes.
    ///
    /// # Errors
    /// As for [`PowerLevels::user`].
    pub fn to_send(self, kind: &str, is_state: bool) -> Result<i64, Rejection> {
        match self
            .content
            .and_then(|content| content.get_object("events"))
            .and_then(|events| events.get(kind))
        {
            Some(level) => self.read(level),
            None if is_state => self.action("state_default", 50),
            None => self.action("events_default", 0),
        }
    }

    /// The level that an invitation takes.
    ///
    /// # Errors
    /// As for [`PowerLevels::user`].
    pub fn to_invite(self) -> Result<Level, Rejection> {
        self.action("invite", 0).map(Level::Finite)
    }

    /// The level that removing a user takes.
    ///
    /// # Errors
    /// As for [`PowerLevels::user`].
    pub fn to_kick(self) -> Result<Level, Rejection> {
        self.action("kick", 50).map(Level::Finite)
    }

    /// The level that banning a user takes.
    ///
    /// # Errors
    /// As for [`PowerLevels::user`].
    pub fn to_ban(self) -> Result<Level, Rejection> {
        self.action("ban", 50).map(Level::Finite)
    }

    /// The level that redacting the events of others takes.
    ///
    /// # Errors
    /// As for [`PowerLevels::user`].
    pub fn to_redact(self) -> Result<Level, Rejection> {
        self.action("redact", 50).map(Level::Finite)
    }

    fn action(self, name: &str, default: i64) -> Result<i64, Rejection> {
        self.content
            .and_then(|content| content.get(name))
            .map_or(Ok(default), |level| self.read(level))
    }

    fn read(self, level: &Value<'_>) -> Result<i64, Rejection> {
        match read_level(self.rules.auth.power_levels, level) {
            Some(level) => Ok(level),
            None => reject("the power levels of the room hold something else than a level"),
        }
    }
}

/// The level that a value stands for, in the notations that the version takes.
pub fn read_level(notation: PowerLevelNotation, value: &Value<'_>) -> Option<i64> {
    match (value, notation) {
        (Value::Integer(level), _) => Some(*level),
        (Value::String(text), PowerLevelNotation::Strings | PowerLevelNotation::StringsAndFloats) => {
            // A sign and leading zeros are taken as they are by Rust's reading of an integer.
            text.trim_matches(|character: char| character.is_whitespace())
                .parse()
                .ok()
        }
        // Rust's conversion cuts the fraction off, and stops at the ends of the range.
        (Value::Number(digits), PowerLevelNotation::StringsAndFloats) => {
            digits.parse::<f64>().ok().map(|level| level as i64)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_in_the_notations_of_the_version() {
        use PowerLevelNotation::{Integers, Strings, StringsAndFloats};
        let string = |text: &'static str| Value::String(text.into());
        let number = |digits: &'static str| Value::Number(digits.into());
        for (text, level) in [
            ("100", Some(100)),
            (" +00100 ", Some(100)),
            ("-100", Some(-100)),
            ("1.0", None),
            ("", None),
            ("1 0", None),
        ] {
            assert_eq!(read_level(Strings, &string(text)), level, "{text}");
            assert_eq!(read_level(Integers, &string(text)), None);
        }
        assert_eq!(read_level(StringsAndFloats, &number("50.57")), Some(50));
        assert_eq!(read_level(StringsAndFloats, &number("-50.57")), Some(-50));
        assert_eq!(read_level(Strings, &number("50.57")), None);
        assert_eq!(read_level(Integers, &Value::Integer(7)), Some(7));
        assert_eq!(read_level(StringsAndFloats, &Value::Bool(true)), None);
        assert!(Level::Creator > Level::Finite(i64::MAX));
    }
}
