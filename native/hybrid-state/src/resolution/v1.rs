use std::cmp::Reverse;
use std::collections::BTreeMap;

use hybrid_auth::{auth_types, authorize, Event, State};

use crate::graph::{EventGraph, EventNumber, KeyNumber};
use crate::resolution::conflicts::{Absence, Split};
use crate::resolution::contents::{Contents, EventsAtHand};
use crate::resolution::sha1::sha1;
use crate::resolution::table::EventTable;
use crate::resolution::{Resolution, ResolveError};

/// Conflicts are settled in passes: the power levels, the join rules, the memberships, everything else.
const LAST_PASS: usize = 3;

fn pass_of(kind: &str, state_key: &str) -> usize {
    match (kind, state_key) {
        ("m.room.power_levels", "") => 0,
        ("m.room.join_rules", _) => 1,
        ("m.room.member", _) => 2,
        _ => LAST_PASS,
    }
}

/// Version 1.
pub fn resolve(graph: &EventGraph, states: &[&[EventNumber]]) -> Result<Resolution, ResolveError> {
    let split = Split::new(graph, states, Absence::Agrees)?;
    let contents = Contents::read(graph, split.conflicted_state_set())?;
    let conflicted = contents.events(graph)?;
    let others = Contents::read(graph, consulted(graph, &split, &conflicted))?;
    let others = others.events(graph)?;
    let at_hand = EventsAtHand::new(graph, conflicted.iter().chain(&others).copied());

    let mut conflicts: BTreeMap<KeyNumber, Vec<EventNumber>> = BTreeMap::new();
    for &(event, _) in &conflicted {
        conflicts.entry(graph.key(event)).or_default().push(event);
    }
    for events in conflicts.values_mut() {
        events.sort_by_cached_key(|&event| (graph.depth(event), Reverse(sha1(graph.id(event).as_bytes()))));
    }

    let mut room = Room {
        graph,
        at_hand: &at_hand,
        state: split.unconflicted_by_key,
        candidate: None,
    };
    let mut resolved = Vec::with_capacity(conflicts.len());
    for pass in 0..=LAST_PASS {
        let of_pass = |key: KeyNumber| {
            let (kind, state_key) = graph.keys().text(key);
            pass_of(kind, state_key) == pass
        };
        let start = resolved.len();
        for (_, events) in conflicts.iter().filter(|(key, _)| of_pass(**key)) {
            resolved.extend(if pass < LAST_PASS {
                room.last_of_allowed_row(events)
            } else {
                room.latest_allowed(events)
            });
        }
        // Conflicts of one pass do not see each other settled: the order of keys is nowhere defined.
        for &event in &resolved[start..] {
            room.state.set(graph.key(event).index(), event);
        }
    }
    Ok(Resolution {
        unconflicted: split.unconflicted,
        resolved,
    })
}

/// The unconflicted events that the checks may look at.
fn consulted(graph: &EventGraph, split: &Split, conflicted: &[(EventNumber, Event<'_>)]) -> Vec<EventNumber> {
    let mut events = Vec::new();
    for &(_, event) in conflicted {
        for (kind, state_key) in auth_types(graph.rules(), event) {
            let key = graph.keys().find(kind, state_key);
            events.extend(key.and_then(|key| split.unconflicted_by_key.get(key.index())));
        }
    }
    events.sort_unstable();
    events.dedup();
    events
}

/// The state that events are checked against.
struct Room<'r, 'c> {
    graph: &'r EventGraph,
    at_hand: &'r EventsAtHand<'c>,
    state: EventTable,
    /// What holds so far for the key of the conflict at hand.
    candidate: Option<EventNumber>,
}

impl<'c> State<'c> for Room<'_, 'c> {
    fn find(&self, kind: &str, state_key: &str) -> Option<Event<'c>> {
        let key = self.graph.keys().find(kind, state_key)?;
        let candidate = self.candidate.filter(|&event| self.graph.key(event) == key);
        self.at_hand.get(candidate.or_else(|| self.state.get(key.index()))?)
    }
}

impl Room<'_, '_> {
    /// Of events in ascending order: the first holds without a check, then each that is allowed after it, up to the first that
    /// is not.
    fn last_of_allowed_row(&mut self, events: &[EventNumber]) -> Option<EventNumber> {
        let (&first, rest) = events.split_first()?;
        self.candidate = Some(first);
        for &event in rest {
            if !self.allows(event) {
                break;
            }
            self.candidate = Some(event);
        }
        self.candidate.take()
    }

    /// Of events in ascending order, the last that is allowed. The specification leaves open what holds if none is; servers
    /// agree on the first.
    fn latest_allowed(&self, events: &[EventNumber]) -> Option<EventNumber> {
        let allowed = events.iter().rev().copied().find(|&event| self.allows(event));
        allowed.or(events.first().copied())
    }

    fn allows(&self, event: EventNumber) -> bool {
        self.at_hand
            .get(event)
            .is_some_and(|event| authorize(self.graph.rules(), event, self).is_ok())
    }
}
