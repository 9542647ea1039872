//! A room out of the short events of `tests/vectors/auth.json`.

use hybrid_auth::{auth_types, check, Event};
use hybrid_events::{event_id, parse_event, room_id_of_create};
use hybrid_rules::{EventIdForm, RoomIdForm, RoomRules};
use serde_json::{json, Value};

pub struct Room {
    rules: &'static RoomRules,
    state: Vec<Value>,
    room_id: String,
    create_id: String,
}

impl Room {
    /// The room of the vectors, with the changes of a case.
    pub fn new(rules: &'static RoomRules, common: &Value, changes: &Value) -> Self {
        let mut room = Self {
            rules,
            state: Vec::new(),
            room_id: "!room:a".into(),
            create_id: "$none:a".into(),
        };
        let changes = changes.as_array().into_iter().flatten();
        for event in common.as_array().unwrap().iter().chain(changes) {
            room.state
                .retain(|old| old["type"] != event["type"] || old["state_key"] != event["state_key"]);
            if event.get("event") != Some(&Value::Null) {
                room.state.push(event.clone());
            }
        }
        room.fill_in();
        room
    }

    fn fill_in(&mut self) {
        if let Some(create) = self.state.iter().find(|event| event["type"] == "m.room.create") {
            let full = self.complete(create, &json!([])).to_string();
            self.create_id = event_id(self.rules, &parse_event(self.rules, full.as_bytes()).unwrap()).unwrap();
        }
        if self.rules.room_id == RoomIdForm::CreateEventHash {
            self.room_id = room_id_of_create(&self.create_id);
        }
        self.state = self
            .state
            .iter()
            .map(|event| self.complete(event, &json!(["$before"])))
            .collect();
    }

    /// The event with what every event has.
    pub fn complete(&self, event: &Value, prev_events: &Value) -> Value {
        let mut full = event.clone();
        let is_create = event["type"] == "m.room.create";
        let previous: Vec<Value> = prev_events
            .as_array()
            .unwrap()
            .iter()
            .filter(|_| !is_create || prev_events != &json!(["$before"]))
            .map(|id| {
                if id == "create" {
                    json!(self.create_id)
                } else {
                    id.clone()
                }
            })
            .map(|id| {
                if self.rules.event_id == EventIdForm::Chosen {
                    json!([id, {}])
                } else {
                    id
                }
            })
            .collect();
        full["prev_events"] = json!(previous);
        full["auth_events"] = json!([]);
        full["origin_server_ts"] = json!(1);
        full["depth"] = json!(1);
        if !(is_create && self.rules.room_id == RoomIdForm::CreateEventHash) {
            full["room_id"] = event.get("room_id").cloned().unwrap_or_else(|| json!(self.room_id));
        }
        if self.rules.event_id == EventIdForm::Chosen {
            let name = event["state_key"].as_str().unwrap_or_default().replace([':', '@'], "_");
            full["event_id"] = json!(format!("${}{name}:a", event["type"].as_str().unwrap()));
        }
        full
    }

    /// The texts of the state that authorizes an event, and of the create event.
    pub fn auth_events(&self, event: &Value) -> Vec<String> {
        let text = event.to_string();
        let parsed = parse_event(self.rules, text.as_bytes()).unwrap();
        let mut types = auth_types(self.rules, Event::new(&parsed).unwrap());
        if self.rules.room_id == RoomIdForm::CreateEventHash && event["type"] != "m.room.create" {
            types.push(("m.room.create", ""));
        }
        let selected = self.state.iter().filter(|state| {
            types
                .iter()
                .any(|&(kind, key)| state["type"] == kind && state["state_key"] == key)
        });
        selected.map(Value::to_string).collect()
    }

    /// The verdict on a complete event: nothing, or the reason against it.
    pub fn check(&self, event: &Value, auth_events: &[String]) -> Result<(), String> {
        check(
            self.rules,
            event.to_string().as_bytes(),
            auth_events.iter().map(String::as_bytes),
        )
        .unwrap()
        .map_err(|rejection| rejection.to_string())
    }
}
