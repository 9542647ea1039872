use hybrid_auth::Event;
use hybrid_events::{parse_event, Error};
use hybrid_json::{Object, Value};
use hybrid_rules::{RoomIdForm, RoomRules};

/// The most auth events of an event, as its format says.
const MAX_AUTH_EVENTS: usize = 10;

/// What the graph keeps of an event.
#[derive(Debug)]
pub struct Extract {
    pub kind: String,
    pub state_key: String,
    pub origin_server_ts: i64,
    pub depth: i64,
    pub auth_events: Vec<String>,
    pub is_power_event: bool,
    /// The event is of the room it is added to.
    pub is_of_room: bool,
    /// What authorization looks at, as JSON.
    pub content: Box<[u8]>,
}

impl Extract {
    /// Reads an event.
    ///
    /// # Errors
    /// It cannot be read, or is no state event.
    pub fn read(rules: &RoomRules, room_id: &str, id: &str, json: &[u8]) -> Result<Self, Error> {
        let object = parse_event(rules, json)?;
        let event = Event::new(&object)?;
        let state_key = event
            .state_key()
            .ok_or(Error::Malformed("it is not a state event"))?
            .to_owned();
        let kind = event.kind().to_owned();
        let auth_events: Vec<_> = event.references("auth_events").map(str::to_owned).collect();
        if auth_events.len() > MAX_AUTH_EVENTS {
            return Err(Error::Malformed("auth_events is too long"));
        }
        let is_power_event = is_power_event(event, &state_key);
        let is_of_room = match (event.room_id(), rules.room_id) {
            (Some(room), _) => room == room_id,
            // The create event is the one that its hash names.
            (None, RoomIdForm::CreateEventHash) => {
                kind == "m.room.create" && id.strip_prefix('$') == room_id.strip_prefix('!')
            }
            (None, RoomIdForm::Domain) => false,
        };
        Ok(Self {
            origin_server_ts: integer(&object, "origin_server_ts")?,
            depth: integer(&object, "depth")?,
            auth_events,
            is_power_event,
            is_of_room,
            content: what_authorizes(object, &kind).into_boxed_slice(),
            kind,
            state_key,
        })
    }
}

/// Whether an event might remove someone's ability to do something. See "Power events" in
/// <https://spec.matrix.org/v1.16/rooms/v12/#definitions>. That names types only, and not `m.room.create`; the servers that
/// rooms run on (Synapse, ruma) count what a room has one of, and the create event with it.
fn is_power_event(event: Event<'_>, state_key: &str) -> bool {
    match event.kind() {
        "m.room.create" | "m.room.power_levels" | "m.room.join_rules" => state_key.is_empty(),
        "m.room.member" => matches!(event.membership(), Some("leave" | "ban")) && event.sender() != state_key,
        _ => false,
    }
}

/// Rooms of versions 1 to 5 may exceed the range of canonical JSON.
fn integer(object: &Object<'_>, field: &'static str) -> Result<i64, Error> {
    let value = match object.get(field) {
        Some(Value::Integer(integer)) => Some(*integer),
        Some(Value::Number(digits)) => digits.parse().ok(),
        _ => None,
    };
    value.ok_or(Error::Malformed("origin_server_ts or depth is not an integer"))
}

/// Drops what no authorization rule looks at: most of an event. The create event keeps what its hash covers, since rules compare
/// its ID.
fn what_authorizes(mut object: Object<'_>, kind: &str) -> Vec<u8> {
    if kind == "m.room.create" {
        object.retain(|field| field != "signatures" && field != "unsigned");
        return object.to_canonical();
    }
    let is_member = kind == "m.room.member";
    let has_one_predecessor = object
        .get("prev_events")
        .and_then(Value::as_array)
        .is_some_and(|events| events.len() == 1);
    object.retain(|field| match field {
        "type" | "sender" | "state_key" | "room_id" | "content" => true,
        // The first join of the creator is the one that follows the create event alone.
        "prev_events" => is_member && has_one_predecessor,
        _ => false,
    });
    match kind {
        "m.room.power_levels" | "m.room.join_rules" | "m.room.third_party_invite" => {}
        "m.room.member" => object.object_entry("content").retain(|field| {
            matches!(
                field,
                "membership" | "join_authorised_via_users_server" | "third_party_invite"
            )
        }),
        _ => {
            object.insert("content", Value::Object(Object::default()));
        }
    }
    object.to_canonical()
}
