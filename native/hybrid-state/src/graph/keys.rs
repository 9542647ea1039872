use std::collections::HashMap;

/// A type and state key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyNumber(pub u32);

impl KeyNumber {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The types and state keys of a room's events, as numbers.
#[derive(Debug, Default)]
pub struct Keys {
    numbers: HashMap<Box<str>, HashMap<Box<str>, KeyNumber>>,
    texts: Vec<(Box<str>, Box<str>)>,
    create: Option<KeyNumber>,
    power_levels: Option<KeyNumber>,
}

impl Keys {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// The number of a type and state key that some event has.
    pub fn find(&self, kind: &str, state_key: &str) -> Option<KeyNumber> {
        self.numbers.get(kind)?.get(state_key).copied()
    }

    /// The type and state key of a number.
    pub fn text(&self, key: KeyNumber) -> (&str, &str) {
        let (kind, state_key) = &self.texts[key.index()];
        (kind, state_key)
    }

    /// `m.room.create` without a state key, once there is such an event.
    pub fn create(&self) -> Option<KeyNumber> {
        self.create
    }

    /// `m.room.power_levels` without a state key, once there is such an event.
    pub fn power_levels(&self) -> Option<KeyNumber> {
        self.power_levels
    }

    /// The number of a type and state key; a new one at need.
    pub fn intern(&mut self, kind: &str, state_key: &str) -> KeyNumber {
        if let Some(known) = self.find(kind, state_key) {
            return known;
        }
        let key = KeyNumber(self.texts.len() as u32);
        self.texts.push((kind.into(), state_key.into()));
        self.numbers
            .entry(kind.into())
            .or_default()
            .insert(state_key.into(), key);
        match (kind, state_key) {
            ("m.room.create", "") => self.create = Some(key),
            ("m.room.power_levels", "") => self.power_levels = Some(key),
            _ => {}
        }
        key
    }
}
