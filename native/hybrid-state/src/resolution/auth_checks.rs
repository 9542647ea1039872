use hybrid_auth::{authorize, Event, State};
use hybrid_rules::RoomIdForm;

use crate::graph::{EventGraph, EventNumber};
use crate::resolution::contents::EventsAtHand;
use crate::resolution::table::EventTable;

/// The state that the iterative auth checks build up.
#[derive(Debug)]
pub struct PartialState<'s> {
    graph: &'s EventGraph,
    /// The state map they started from.
    start: Option<&'s EventTable>,
    /// What was allowed since, by key.
    allowed: EventTable,
    allowed_keys: Vec<usize>,
}

impl<'s> PartialState<'s> {
    pub fn new(graph: &'s EventGraph, start: Option<&'s EventTable>) -> Self {
        Self {
            graph,
            start,
            allowed: EventTable::new(graph.keys().len()),
            allowed_keys: Vec::new(),
        }
    }

    /// Applies each of the events in turn, unless it was rejected or the state that there is by then forbids it.
    pub fn check(&mut self, ordered: &[EventNumber], at_hand: &EventsAtHand<'_>) {
        for &number in ordered {
            if self.graph.is_rejected(number) {
                continue;
            }
            let Some(event) = at_hand.get(number) else { continue };
            let state = StateFor {
                state: self,
                number,
                at_hand,
            };
            if authorize(self.graph.rules(), event, &state).is_ok() {
                self.allow(number);
            }
        }
    }

    fn allow(&mut self, event: EventNumber) {
        let key = self.graph.key(event).index();
        if self.allowed.get(key).is_none() {
            self.allowed_keys.push(key);
        }
        self.allowed.set(key, event);
    }

    pub fn get(&self, key: usize) -> Option<EventNumber> {
        self.allowed.get(key).or_else(|| self.start?.get(key))
    }

    /// What was allowed, in the order in which the keys came up first.
    pub fn allowed(&self) -> impl Iterator<Item = EventNumber> + '_ {
        self.allowed_keys.iter().filter_map(|&key| self.allowed.get(key))
    }
}

/// The state for the check of one event: what is not in the partial state comes from the event's own auth events. Rejected events
/// count in neither. In rooms whose ID is a hash, the create event is the one that it names.
struct StateFor<'s, 'c> {
    state: &'s PartialState<'s>,
    number: EventNumber,
    at_hand: &'s EventsAtHand<'c>,
}

impl<'c> State<'c> for StateFor<'_, 'c> {
    fn find(&self, kind: &str, state_key: &str) -> Option<Event<'c>> {
        let graph = self.state.graph;
        let key = graph.keys().find(kind, state_key)?;
        let is_accepted = |event: &EventNumber| !graph.is_rejected(*event);
        let found = if graph.rules().room_id == RoomIdForm::CreateEventHash && graph.keys().create() == Some(key) {
            // Whichever create event a state or an event names.
            graph.create_of(self.number).filter(is_accepted)?
        } else {
            let of_state = self.state.get(key.index()).filter(is_accepted);
            of_state.or_else(|| {
                let mut named = graph.auth_events(self.number).iter().copied();
                named.find(|event| graph.key(*event) == key && is_accepted(event))
            })?
        };
        self.at_hand.get(found)
    }
}
