use crate::graph::{EventGraph, EventNumber};
use crate::resolution::table::EventTable;
use crate::resolution::ResolveError;

/// What a state means that has no event for a key of another state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// They agree: version 1.
    Agrees,
    /// They are in conflict: since version 2.
    Conflicts,
}

/// States, split into what they agree on and what they do not.
#[derive(Debug)]
pub struct Split {
    /// The unconflicted state map, as its events.
    pub unconflicted: Vec<EventNumber>,
    /// The same by key.
    pub unconflicted_by_key: EventTable,
    /// The conflicted events of each state.
    pub conflicted: Vec<Vec<EventNumber>>,
}

#[derive(Clone, Copy, Default)]
struct Seen {
    /// The first event, and one.
    event: u32,
    /// In how many states the key is.
    count: u32,
    /// The last state that has the key, from 1.
    last_state: u32,
    /// Not all of them have the first event, or some state before them lacks the key.
    differs: bool,
}

impl Split {
    /// Splits states.
    ///
    /// # Errors
    /// A state has an event that the graph does not have, or two for a key.
    pub fn new(graph: &EventGraph, states: &[&[EventNumber]], absence: Absence) -> Result<Self, ResolveError> {
        let seen = see(graph, states, absence)?;
        let is_conflicted = |event: EventNumber| {
            let seen = &seen[graph.key(event).index()];
            seen.differs || (absence == Absence::Conflicts && seen.count as usize != states.len())
        };
        let mut split = Self {
            unconflicted: Vec::with_capacity(states.first().map_or(0, |state| state.len())),
            unconflicted_by_key: EventTable::new(graph.keys().len()),
            conflicted: Vec::with_capacity(states.len()),
        };
        for state in states {
            let mut conflicted = Vec::new();
            for &event in *state {
                let key = graph.key(event).index();
                if is_conflicted(event) {
                    conflicted.push(event);
                } else if split.unconflicted_by_key.get(key).is_none() {
                    split.unconflicted.push(event);
                    split.unconflicted_by_key.set(key, event);
                }
            }
            split.conflicted.push(conflicted);
        }
        Ok(split)
    }

    /// The conflicted events of all states, each once.
    pub fn conflicted_state_set(&self) -> Vec<EventNumber> {
        let mut events: Vec<_> = self.conflicted.iter().flatten().copied().collect();
        events.sort_unstable();
        events.dedup();
        events
    }
}

/// What there is for each key.
fn see(graph: &EventGraph, states: &[&[EventNumber]], absence: Absence) -> Result<Vec<Seen>, ResolveError> {
    let mut keys = vec![Seen::default(); graph.keys().len()];
    for (number, state) in (1u32..).zip(states) {
        for &event in *state {
            if !graph.contains(event) {
                return Err(ResolveError::UnknownEvent(event.0));
            }
            let key = graph.key(event);
            let seen = &mut keys[key.index()];
            if seen.last_state == number {
                let (kind, state_key) = graph.keys().text(key);
                return Err(ResolveError::DuplicateKey(kind.to_owned(), state_key.to_owned()));
            }
            seen.last_state = number;
            if seen.count == 0 {
                seen.event = event.0 + 1;
            }
            seen.count += 1;
            seen.differs |= seen.event != event.0 + 1 || (absence == Absence::Conflicts && seen.count != number);
        }
    }
    Ok(keys)
}
