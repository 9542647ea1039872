//! A room whose history is built event by event, with any forks. Wherever forks meet, the states are resolved by the real
//! implementation and by the reference, which must agree.

#![allow(dead_code)] // Each test uses a part of it.

use std::collections::BTreeMap;

use hybrid_auth::{auth_types, authorize, Event};
use hybrid_events::{event_id, parse_event, room_id_of_create};
use hybrid_rules::{EventIdForm, RoomIdForm, RoomRules};
use hybrid_state::graph::{EventGraph, EventNumber, NewEvent, Standing};
use hybrid_state::resolution::resolve;
use serde_json::{json, Value};

use crate::reference::{Model, StateMap};

pub const ALICE: &str = "@alice:a";

#[derive(Clone, Debug)]
pub struct Draft {
    pub kind: &'static str,
    pub state_key: String,
    pub sender: String,
    pub content: Value,
    /// Otherwise later than all before it.
    pub timestamp: Option<i64>,
    /// An event that it names as an auth event beside those that authorize it.
    pub also_names: Option<&'static str>,
}

impl Draft {
    pub fn new(kind: &'static str, state_key: &str, sender: &str, content: Value) -> Self {
        Self {
            kind,
            state_key: state_key.to_owned(),
            sender: sender.to_owned(),
            content,
            timestamp: None,
            also_names: None,
        }
    }

    pub fn at(mut self, timestamp: i64) -> Self {
        self.timestamp = Some(timestamp);
        self
    }

    pub fn naming(mut self, name: &'static str) -> Self {
        self.also_names = Some(name);
        self
    }
}

pub fn member(sender: &str, target: &str, membership: &str) -> Draft {
    Draft::new("m.room.member", target, sender, json!({ "membership": membership }))
}

pub fn join(user: &str) -> Draft {
    member(user, user, "join")
}

pub fn topic(sender: &str) -> Draft {
    Draft::new("m.room.topic", "", sender, json!({ "topic": "t" }))
}

pub fn join_rule(sender: &str, rule: &str) -> Draft {
    Draft::new("m.room.join_rules", "", sender, json!({ "join_rule": rule }))
}

pub fn power_levels(sender: &str, users: &[(&str, i64)]) -> Draft {
    let users: BTreeMap<_, _> = users.iter().copied().collect();
    Draft::new("m.room.power_levels", "", sender, json!({ "users": users }))
}

struct Point {
    id: String,
    depth: i64,
    after: StateMap,
}

pub struct Room {
    pub rules: &'static RoomRules,
    pub graph: EventGraph,
    pub model: Model,
    points: BTreeMap<String, Point>,
    clock: i64,
}

impl Room {
    /// A room that Alice just made; the create event is `CREATE`.
    pub fn new(version: &str) -> Self {
        let rules = RoomRules::find(version).unwrap();
        let mut create = json!({
            "type": "m.room.create", "state_key": "", "sender": ALICE, "room_id": "!room:a", "origin_server_ts": 0, "depth": 1,
            "prev_events": [], "auth_events": [], "content": {"room_version": version, "creator": ALICE},
        });
        if rules.room_id == RoomIdForm::CreateEventHash {
            create.as_object_mut().unwrap().remove("room_id");
        }
        if rules.event_id == EventIdForm::Chosen {
            create["event_id"] = json!("$CREATE:a");
        }
        let create = create.to_string();
        let id = event_id(rules, &parse_event(rules, create.as_bytes()).unwrap()).unwrap();
        let room_id = match rules.room_id {
            RoomIdForm::CreateEventHash => room_id_of_create(&id),
            RoomIdForm::Domain => "!room:a".to_owned(),
        };
        let mut room = Self {
            rules,
            graph: EventGraph::new(rules, &room_id),
            model: Model::new(rules, &room_id),
            points: BTreeMap::new(),
            clock: 0,
        };
        room.store(&id, &create, false);
        let after = StateMap::from([(("m.room.create".into(), String::new()), id.clone())]);
        room.points.insert("CREATE".into(), Point { id, depth: 1, after });
        room
    }

    /// The ID of the event with this name.
    pub fn id(&self, name: &str) -> String {
        self.points[name].id.clone()
    }

    /// The name of the event with this ID.
    pub fn name(&self, id: &str) -> &str {
        let named = self.points.iter().find(|(_, point)| point.id == id);
        named.map(|(name, _)| name.as_str()).unwrap()
    }

    /// The state after an event.
    pub fn after(&self, name: &str) -> StateMap {
        self.points[name].after.clone()
    }

    /// The state where the histories up to these events meet.
    pub fn state(&self, names: &[&str]) -> StateMap {
        let states: Vec<StateMap> = names.iter().map(|name| self.after(name)).collect();
        self.resolve(&states)
    }

    /// Adds an event after these, accepted whatever the rules say.
    pub fn add(&mut self, name: &str, draft: Draft, after: &[&str]) {
        let before = self.state(after);
        self.add_with_state(name, draft, after, &before);
    }

    /// Adds an event; it is rejected if the rules say so.
    pub fn offer(&mut self, name: &str, draft: Draft, after: &[&str]) {
        let before = self.state(after);
        let json = self.complete(name, &draft, after, &before);
        let parsed = |json: &str| -> Vec<u8> { json.as_bytes().to_vec() };
        let texts: Vec<Vec<u8>> = before
            .values()
            .map(|id| self.model.events[id].json.clone())
            .chain([parsed(&json)])
            .collect();
        let objects: Vec<_> = texts
            .iter()
            .map(|json| parse_event(self.rules, json).unwrap())
            .collect();
        let events: Vec<_> = objects.iter().map(|object| Event::new(object).unwrap()).collect();
        let (event, state) = events.split_last().unwrap();
        let is_allowed = authorize(self.rules, *event, state).is_ok();
        self.insert(name, &draft, &json, after, before, !is_allowed);
    }

    /// Adds an event for which its server claims this state before it.
    pub fn add_with_state(&mut self, name: &str, draft: Draft, after: &[&str], before: &StateMap) {
        let json = self.complete(name, &draft, after, before);
        self.insert(name, &draft, &json, after, before.clone(), false);
    }

    /// Resolves states of the room.
    pub fn resolve(&self, states: &[StateMap]) -> StateMap {
        let expected = self.model.resolve(states);
        let numbers: Vec<Vec<EventNumber>> = states
            .iter()
            .map(|state| state.values().map(|id| self.graph.find(id).unwrap()).collect())
            .collect();
        let slices: Vec<&[EventNumber]> = numbers.iter().map(Vec::as_slice).collect();
        let resolution = resolve(&self.graph, &slices).unwrap();
        let mut resolved = StateMap::new();
        for event in resolution.events() {
            let (kind, state_key) = self.graph.type_and_state_key(event);
            let before = resolved.insert((kind.to_owned(), state_key.to_owned()), self.graph.id(event).to_owned());
            assert_eq!(before, None, "two events for a key");
        }
        assert_eq!(resolved, expected);
        resolved
    }

    /// The names of the events in which a state differs from the state after `base`, sorted.
    pub fn changes(&self, state: &StateMap, base: &str) -> Vec<String> {
        let base = &self.points[base].after;
        let changed = state.iter().filter(|(key, id)| base.get(*key) != Some(*id));
        let mut names: Vec<String> = changed.map(|(_, id)| self.name(id).to_owned()).collect();
        names.extend(
            base.keys()
                .filter(|key| !state.contains_key(*key))
                .map(|key| format!("no {}", key.0)),
        );
        names.sort();
        names
    }

    fn complete(&mut self, name: &str, draft: &Draft, after: &[&str], before: &StateMap) -> String {
        self.clock += 10;
        let mut event = json!({
            "type": draft.kind, "state_key": draft.state_key, "sender": draft.sender, "content": draft.content,
            "room_id": self.model.room_id, "origin_server_ts": draft.timestamp.unwrap_or(self.clock),
            "depth": after.iter().map(|name| self.points[*name].depth).max().unwrap() + 1,
        });
        if self.rules.event_id == EventIdForm::Chosen {
            event["event_id"] = json!(self.id_of(name));
        }
        let text = event.to_string();
        let parsed = parse_event(self.rules, text.as_bytes()).unwrap();
        let types = auth_types(self.rules, Event::new(&parsed).unwrap());
        let found = types
            .iter()
            .filter_map(|(kind, key)| before.get(&((*kind).to_owned(), (*key).to_owned())));
        let reference = |id: &str| match self.rules.event_id {
            EventIdForm::Chosen => json!([id, {}]),
            _ => json!(id),
        };
        let named = draft.also_names.map(|name| &self.points[name].id);
        event["auth_events"] = found.chain(named).map(|id| reference(id)).collect();
        event["prev_events"] = after.iter().map(|name| reference(&self.points[*name].id)).collect();
        event.to_string()
    }

    fn insert(&mut self, name: &str, draft: &Draft, json: &str, after: &[&str], before: StateMap, rejected: bool) {
        let id = self.id_of(name);
        self.store(&id, json, rejected);
        let depth = after.iter().map(|name| self.points[*name].depth).max().unwrap() + 1;
        let mut state = before;
        if !rejected {
            state.insert((draft.kind.to_owned(), draft.state_key.clone()), id.clone());
        }
        self.points.insert(
            name.to_owned(),
            Point {
                id,
                depth,
                after: state,
            },
        );
    }

    fn id_of(&self, name: &str) -> String {
        match self.rules.event_id {
            EventIdForm::Chosen => format!("${name}:a"),
            _ => format!("${name}"),
        }
    }

    fn store(&mut self, id: &str, json: &str, rejected: bool) {
        self.model.add(id, json.as_bytes(), rejected);
        let standing = if rejected {
            Standing::Rejected
        } else {
            Standing::Accepted
        };
        let event = NewEvent {
            id,
            json: json.as_bytes(),
            standing,
        };
        self.graph.append(&[event]).unwrap();
    }
}
