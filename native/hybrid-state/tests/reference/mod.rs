//! The specification's state resolution algorithms, written down as they are told there, over strings and sets, without an
//! index or a shortcut. Slow on purpose: it is what the real implementation is compared with.

#![allow(dead_code)] // Each test uses a part of it.

mod v1;
mod v2;

use std::collections::{BTreeMap, BTreeSet};

use hybrid_auth::{authorize, Event, State};
use hybrid_events::parse_event;
use hybrid_json::Object;
use hybrid_rules::{RoomIdForm, RoomRules, StateResolution};

pub type Key = (String, String);
pub type StateMap = BTreeMap<Key, String>;

pub struct ModelEvent {
    pub id: String,
    pub key: Key,
    pub sender: String,
    pub membership: Option<String>,
    pub origin_server_ts: i64,
    pub depth: i64,
    pub auth_events: Vec<String>,
    pub rejected: bool,
    pub json: Vec<u8>,
}

pub struct Model {
    pub rules: &'static RoomRules,
    pub room_id: String,
    pub events: BTreeMap<String, ModelEvent>,
}

impl Model {
    pub fn new(rules: &'static RoomRules, room_id: &str) -> Self {
        Self {
            rules,
            room_id: room_id.to_owned(),
            events: BTreeMap::new(),
        }
    }

    pub fn add(&mut self, id: &str, json: &[u8], rejected: bool) {
        let object = parse_event(self.rules, json).unwrap();
        let event = Event::new(&object).unwrap();
        let integer = |field| object.get(field).unwrap().as_integer().unwrap();
        let entry = ModelEvent {
            id: id.to_owned(),
            key: (event.kind().to_owned(), event.state_key().unwrap().to_owned()),
            sender: event.sender().to_owned(),
            membership: event.membership().map(str::to_owned),
            origin_server_ts: integer("origin_server_ts"),
            depth: integer("depth"),
            auth_events: event.references("auth_events").map(str::to_owned).collect(),
            rejected,
            json: json.to_vec(),
        };
        self.events.insert(id.to_owned(), entry);
    }

    pub fn resolve(&self, states: &[StateMap]) -> StateMap {
        match self.rules.state_resolution {
            StateResolution::V1 => self.resolve_v1(states),
            StateResolution::V2 => self.resolve_v2(states, false),
            StateResolution::V2_1 => self.resolve_v2(states, true),
        }
    }

    /// "The auth chain of an event E is the set containing all of E's auth events, all of their auth events, and so on."
    pub fn auth_chain(&self, id: &str) -> BTreeSet<String> {
        self.auth_chains([id])
    }

    /// The union of the auth chains of events.
    fn auth_chains<'i>(&self, ids: impl IntoIterator<Item = &'i (impl AsRef<str> + ?Sized + 'i)>) -> BTreeSet<String> {
        let mut chain = BTreeSet::new();
        let mut waiting: Vec<String> = Vec::new();
        for id in ids {
            waiting.extend(self.events[id.as_ref()].auth_events.iter().cloned());
        }
        while let Some(next) = waiting.pop() {
            if chain.insert(next.clone()) {
                waiting.extend(self.events[&next].auth_events.iter().cloned());
            }
        }
        chain
    }

    /// The create event that an event's room ID names, in rooms whose ID is its hash.
    fn implied_create(&self) -> Option<&ModelEvent> {
        match self.rules.room_id {
            RoomIdForm::CreateEventHash => self.events.get(&self.room_id.replace('!', "$")),
            RoomIdForm::Domain => None,
        }
    }

    /// The auth events of an event. First comes the create event that its room ID names, for which no other stands in.
    fn auth_events(&self, id: &str) -> impl Iterator<Item = &ModelEvent> {
        let named = self.events[id].auth_events.iter().map(|id| &self.events[id]);
        self.implied_create().into_iter().chain(named)
    }

    fn auth_event(&self, id: &str, kind: &str, state_key: &str) -> Option<&ModelEvent> {
        self.auth_events(id)
            .find(|event| event.key == (kind.to_owned(), state_key.to_owned()))
    }

    /// Whether the authorization rules allow an event in a state.
    fn is_allowed(&self, id: &str, state: &StateMap) -> bool {
        let mut texts: Vec<&[u8]> = state.values().map(|id| self.events[id].json.as_slice()).collect();
        texts.push(&self.events[id].json);
        let objects: Vec<Object<'_>> = texts
            .iter()
            .map(|json| parse_event(self.rules, json).unwrap())
            .collect();
        let events: Vec<Event<'_>> = objects.iter().map(|object| Event::new(object).unwrap()).collect();
        let (event, state) = events.split_last().unwrap();
        authorize(self.rules, *event, &Listed(state)).is_ok()
    }
}

struct Listed<'s, 'e>(&'s [Event<'e>]);

impl<'e> State<'e> for Listed<'_, 'e> {
    fn find(&self, kind: &str, state_key: &str) -> Option<Event<'e>> {
        self.0.find(kind, state_key)
    }
}
