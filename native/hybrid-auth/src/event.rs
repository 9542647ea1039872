use hybrid_events::identifiers::server_of;
use hybrid_events::Error;
use hybrid_json::{Object, Value};

/// An event with the fields that every rule needs at hand.
#[derive(Clone, Copy, Debug)]
pub struct Event<'e> {
    object: &'e Object<'e>,
    kind: &'e str,
    sender: &'e str,
    content: &'e Object<'e>,
}

impl<'e> Event<'e> {
    /// Looks at a parsed event.
    ///
    /// # Errors
    /// [`Error::Malformed`] without a type, a sender or a content, or with a state key that is no string.
    pub fn new(object: &'e Object<'e>) -> Result<Self, Error> {
        if object.get("state_key").is_some_and(|key| key.as_str().is_none()) {
            return Err(Error::Malformed("state_key is not a string"));
        }
        Ok(Self {
            object,
            kind: object.get_str("type").ok_or(Error::Malformed("type is not a string"))?,
            sender: object
                .get_str("sender")
                .ok_or(Error::Malformed("sender is not a string"))?,
            content: object
                .get_object("content")
                .ok_or(Error::Malformed("content is not an object"))?,
        })
    }

    /// All of the event.
    pub fn object(self) -> &'e Object<'e> {
        self.object
    }

    /// The event's type.
    pub fn kind(self) -> &'e str {
        self.kind
    }

    /// The user who sent it.
    pub fn sender(self) -> &'e str {
        self.sender
    }

    /// The server of the user who sent it.
    pub fn sender_server(self) -> Option<&'e str> {
        server_of(self.sender)
    }

    /// Its content.
    pub fn content(self) -> &'e Object<'e> {
        self.content
    }

    /// Its state key, if it is a state event.
    pub fn state_key(self) -> Option<&'e str> {
        self.object.get_str("state_key")
    }

    /// The room it belongs to.
    pub fn room_id(self) -> Option<&'e str> {
        self.object.get_str("room_id")
    }

    /// The membership that its content grants.
    pub fn membership(self) -> Option<&'e str> {
        self.content.get_str("membership")
    }

    /// The IDs in `prev_events` or `auth_events`, in either of the formats that versions have had.
    pub fn references(self, field: &str) -> impl Iterator<Item = &'e str> {
        let items = self.object.get(field).and_then(Value::as_array).unwrap_or_default();
        items.iter().filter_map(|item| match item {
            Value::String(id) => Some(id.as_ref()),
            Value::Array(pair) => pair.first().and_then(Value::as_str),
            _ => None,
        })
    }
}

/// The state of a room, as far as it authorizes.
pub trait State<'e> {
    /// The state event of this type with this state key.
    fn find(&self, kind: &str, state_key: &str) -> Option<Event<'e>>;
}

impl<'e> State<'e> for [Event<'e>] {
    fn find(&self, kind: &str, state_key: &str) -> Option<Event<'e>> {
        self.iter()
            .copied()
            .find(|event| event.kind == kind && event.state_key() == Some(state_key))
    }
}
