//! The state events of a room and how they authorize each other, as far as state resolution looks at them.
//!
//! Events are read once, when they are added, and are numbers from then on. Beside the graph of `auth_events` stands an index
//! of what each event reaches in it (`reachability`) and the tree of the power levels (`power_tree`), so that resolving a
//! fork costs what differs between its sides, however long the room has lived.

mod append;
mod extract;
mod frontier;
mod keys;
mod power_tree;
mod reachability;
mod subgraph;

use std::collections::HashMap;
use std::sync::Arc;

use hybrid_rules::{RoomIdForm, RoomRules};

pub use append::{AppendError, NewEvent, Standing};
pub(crate) use frontier::Frontier;
pub(crate) use keys::{KeyNumber, Keys};
pub(crate) use reachability::Reachability;
pub(crate) use subgraph::subgraph;

use power_tree::PowerTree;

/// A state event of the graph: they count from 0 in the order in which they were added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventNumber(pub u32);

impl EventNumber {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// The state events of one room. It only grows.
#[derive(Debug)]
pub struct EventGraph {
    rules: &'static RoomRules,
    room_id: String,
    numbers: HashMap<Arc<str>, EventNumber>,
    events: Vec<StateEvent>,
    /// The keys of the events, by themselves: every resolution reads those of whole states.
    event_keys: Vec<KeyNumber>,
    /// The auth events of all events, each event's in one row.
    auth_events: Vec<EventNumber>,
    keys: Keys,
    reachability: Reachability,
    power_tree: PowerTree,
    /// The create event that the room ID names, if it names one.
    create: Option<EventNumber>,
}

#[derive(Debug)]
struct StateEvent {
    id: Arc<str>,
    origin_server_ts: i64,
    depth: i64,
    first_auth_event: u32,
    auth_event_count: u32,
    is_power_event: bool,
    is_rejected: bool,
    content: Box<[u8]>,
}

impl EventGraph {
    /// The graph of a room, without events.
    pub fn new(rules: &'static RoomRules, room_id: &str) -> Self {
        Self {
            rules,
            room_id: room_id.to_owned(),
            numbers: HashMap::new(),
            events: Vec::new(),
            event_keys: Vec::new(),
            auth_events: Vec::new(),
            keys: Keys::default(),
            reachability: Reachability::default(),
            power_tree: PowerTree::default(),
            create: None,
        }
    }

    /// The rules of the room's version.
    pub fn rules(&self) -> &'static RoomRules {
        self.rules
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there is no event.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The event with this ID.
    pub fn find(&self, id: &str) -> Option<EventNumber> {
        self.numbers.get(id).copied()
    }

    /// The ID of an event.
    ///
    /// # Panics
    /// The number is not one of this graph; [`EventGraph::contains`] tells.
    pub fn id(&self, event: EventNumber) -> &str {
        &self.events[event.index()].id
    }

    /// Whether the number is one of this graph.
    pub fn contains(&self, event: EventNumber) -> bool {
        event.index() < self.events.len()
    }

    /// The type and the state key of an event.
    ///
    /// # Panics
    /// As for [`EventGraph::id`].
    pub fn type_and_state_key(&self, event: EventNumber) -> (&str, &str) {
        self.keys.text(self.key(event))
    }

    /// Whether an event is in the auth chain of another.
    ///
    /// # Panics
    /// As for [`EventGraph::id`].
    pub fn is_in_auth_chain(&self, event: EventNumber, of: EventNumber) -> bool {
        self.reachability.reaches(of, event)
    }

    /// Notes that an event was rejected, or that it was not after all. Numbers of other graphs are ignored.
    pub fn set_standing(&mut self, event: EventNumber, standing: Standing) {
        if let Some(event) = self.events.get_mut(event.index()) {
            event.is_rejected = standing == Standing::Rejected;
        }
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    pub(crate) fn reachability(&self) -> &Reachability {
        &self.reachability
    }

    pub(crate) fn key(&self, event: EventNumber) -> KeyNumber {
        self.event_keys[event.index()]
    }

    pub(crate) fn origin_server_ts(&self, event: EventNumber) -> i64 {
        self.events[event.index()].origin_server_ts
    }

    pub(crate) fn depth(&self, event: EventNumber) -> i64 {
        self.events[event.index()].depth
    }

    pub(crate) fn is_power_event(&self, event: EventNumber) -> bool {
        self.events[event.index()].is_power_event
    }

    pub(crate) fn is_rejected(&self, event: EventNumber) -> bool {
        self.events[event.index()].is_rejected
    }

    /// What authorization looks at, as JSON.
    pub(crate) fn content(&self, event: EventNumber) -> &[u8] {
        &self.events[event.index()].content
    }

    pub(crate) fn auth_events(&self, event: EventNumber) -> &[EventNumber] {
        let event = &self.events[event.index()];
        let first = event.first_auth_event as usize;
        &self.auth_events[first..first + event.auth_event_count as usize]
    }

    /// The first of an event's auth events with this key.
    pub(crate) fn auth_event(&self, event: EventNumber, key: Option<KeyNumber>) -> Option<EventNumber> {
        let key = key?;
        self.auth_events(event)
            .iter()
            .copied()
            .find(|&auth_event| self.key(auth_event) == key)
    }

    /// The power levels among the auth events of an event.
    pub(crate) fn power_levels_of(&self, event: EventNumber) -> Option<EventNumber> {
        self.power_tree.parent(event)
    }

    /// How many power levels come before the last that both an event and `mainline` are based on.
    pub(crate) fn mainline_level(&self, event: EventNumber, mainline: EventNumber) -> Option<u32> {
        self.power_tree.meeting_level(self.power_levels_of(event)?, mainline)
    }

    /// The create event that authorizes an event: its auth event, or in rooms whose ID is a hash that of the room.
    pub(crate) fn create_of(&self, event: EventNumber) -> Option<EventNumber> {
        match self.rules.room_id {
            RoomIdForm::CreateEventHash => self.create,
            RoomIdForm::Domain => self.auth_event(event, self.keys.create()),
        }
    }
}
