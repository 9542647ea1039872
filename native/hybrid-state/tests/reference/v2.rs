use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use hybrid_auth::{auth_types, Event, Level, PowerLevels};
use hybrid_events::parse_event;

use super::{Key, Model, StateMap};

impl Model {
    /// <https://spec.matrix.org/v1.16/rooms/v2/#state-resolution>, and with what
    /// <https://spec.matrix.org/v1.16/rooms/v12/#state-resolution> changed.
    pub fn resolve_v2(&self, states: &[StateMap], is_v2_1: bool) -> StateMap {
        let (unconflicted, conflicted) = unconflicted_and_conflicted(states);
        let mut full_conflicted_set: BTreeSet<String> =
            conflicted.union(&self.auth_difference(states)).cloned().collect();
        if is_v2_1 {
            full_conflicted_set.extend(self.conflicted_state_subgraph(&conflicted));
        }

        // "1. Select the set X of all power events that appear in the full conflicted set. For each such power event P,
        // enlarge X by adding the events in the auth chain of P which also belong to the full conflicted set."
        // Synapse goes along the auth chain as long as it stays within the full conflicted set.
        let mut x: BTreeSet<String> = BTreeSet::new();
        x.extend(full_conflicted_set.iter().filter(|id| self.is_power_event(id)).cloned());
        loop {
            let authorizing = x.iter().flat_map(|id| self.events[id].auth_events.iter());
            let within: BTreeSet<String> = authorizing
                .filter(|id| full_conflicted_set.contains(*id))
                .cloned()
                .collect();
            if within.is_subset(&x) {
                break;
            }
            x.extend(within);
        }
        let sorted = self.reverse_topological_power_ordering(&x);

        // "2. Apply the iterative auth checks algorithm."
        let start = if is_v2_1 { StateMap::new() } else { unconflicted.clone() };
        let partial = self.iterative_auth_checks(start, &sorted);

        // "3. Take all remaining events and order them by the mainline ordering."
        let remaining: Vec<String> = full_conflicted_set.difference(&x).cloned().collect();
        let power_levels = partial.get(&("m.room.power_levels".to_owned(), String::new()));
        let sorted = self.mainline_ordering(remaining, power_levels);

        // "4. Apply the iterative auth checks algorithm on the partial resolved state."
        let mut resolved = self.iterative_auth_checks(partial, &sorted);

        // "5. Update the result by replacing any event with the event with the same key from the unconflicted state map."
        resolved.extend(unconflicted);
        resolved
    }

    fn auth_difference(&self, states: &[StateMap]) -> BTreeSet<String> {
        // In Synapse, the chain begins with the events of the state.
        let full_chain = |state: &StateMap| {
            let mut chain = self.auth_chains(state.values());
            chain.extend(state.values().cloned());
            chain
        };
        let chains: Vec<BTreeSet<String>> = states.iter().map(full_chain).collect();
        let union: BTreeSet<String> = chains.iter().flatten().cloned().collect();
        union
            .into_iter()
            .filter(|id| !chains.iter().all(|chain| chain.contains(id)))
            .collect()
    }

    fn conflicted_state_subgraph(&self, conflicted: &BTreeSet<String>) -> BTreeSet<String> {
        let reached = self.auth_chains(conflicted);
        let on_a_path = |id: &String| conflicted.contains(id) || !self.auth_chain(id).is_disjoint(conflicted);
        reached.union(conflicted).filter(|id| on_a_path(id)).cloned().collect()
    }

    fn is_power_event(&self, id: &str) -> bool {
        let event = &self.events[id];
        match event.key.0.as_str() {
            // The specification names types only, and no create event; Synapse means what a room has one of.
            "m.room.create" | "m.room.power_levels" | "m.room.join_rules" => event.key.1.is_empty(),
            "m.room.member" => {
                matches!(event.membership.as_deref(), Some("leave" | "ban")) && event.sender != event.key.1
            }
            _ => false,
        }
    }

    fn reverse_topological_power_ordering(&self, events: &BTreeSet<String>) -> Vec<String> {
        let edges: BTreeMap<&String, BTreeSet<&String>> = events
            .iter()
            .map(|id| {
                (
                    id,
                    self.events[id]
                        .auth_events
                        .iter()
                        .filter(|before| events.contains(*before))
                        .collect(),
                )
            })
            .collect();
        let rank: BTreeMap<&String, _> = events
            .iter()
            .map(|id| {
                (
                    id,
                    (
                        Reverse(self.sender_power_level(id)),
                        self.events[id].origin_server_ts,
                        id,
                    ),
                )
            })
            .collect();
        let mut sorted: Vec<String> = Vec::new();
        let mut placed: BTreeSet<&String> = BTreeSet::new();
        while placed.len() < events.len() {
            let is_candidate = |id: &&String| !placed.contains(*id) && edges[*id].is_subset(&placed);
            let next = events.iter().filter(is_candidate).min_by_key(|id| &rank[*id]).unwrap();
            sorted.push(next.clone());
            placed.insert(next);
        }
        sorted
    }

    fn sender_power_level(&self, id: &str) -> Level {
        let Some(create) = self.auth_event(id, "m.room.create", "") else {
            return Level::Finite(0);
        };
        let create = parse_event(self.rules, &create.json).unwrap();
        let levels = self.auth_event(id, "m.room.power_levels", "");
        let levels = levels.map(|event| parse_event(self.rules, &event.json).unwrap());
        let levels: Vec<Event<'_>> = levels.iter().map(|object| Event::new(object).unwrap()).collect();
        PowerLevels::new(self.rules, Event::new(&create).unwrap(), levels.as_slice())
            .user(&self.events[id].sender)
            .unwrap_or(Level::Finite(0))
    }

    fn iterative_auth_checks(&self, start: StateMap, sorted: &[String]) -> StateMap {
        let mut state = start;
        for id in sorted {
            // Synapse never allows what was rejected, and takes nothing for authorized by it.
            if self.events[id].rejected {
                continue;
            }
            let object = parse_event(self.rules, &self.events[id].json).unwrap();
            let mut required: Vec<Key> = auth_types(self.rules, Event::new(&object).unwrap())
                .into_iter()
                .map(|(kind, state_key)| (kind.to_owned(), state_key.to_owned()))
                .collect();
            required.push(("m.room.create".to_owned(), String::new()));
            let mut authorizing = StateMap::new();
            for key in required {
                let of_state = state.get(&key).map(|id| &self.events[id]);
                let named = self.auth_events(id).filter(|event| event.key == key);
                let found = of_state.into_iter().chain(named).find(|event| !event.rejected);
                let found = found.map(|event| event.id.clone());
                authorizing.extend(found.map(|id| (key, id)));
            }
            if self.is_allowed(id, &authorizing) {
                state.insert(self.events[id].key.clone(), id.clone());
            }
        }
        state
    }

    fn mainline_ordering(&self, mut events: Vec<String>, power_levels: Option<&String>) -> Vec<String> {
        let power_levels_of = |id: &str| {
            let named = self.events[id].auth_events.iter();
            let levels = ("m.room.power_levels".to_owned(), String::new());
            named
                .map(|id| &self.events[id])
                .find(|event| event.key == levels)
                .map(|event| event.id.clone())
        };
        let mut mainline = Vec::new();
        let mut p = power_levels.cloned();
        while let Some(id) = p {
            p = power_levels_of(&id);
            mainline.push(id);
        }
        let position = |id: &str| {
            let mut e = power_levels_of(id);
            while let Some(id) = e {
                if let Some(position) = mainline.iter().position(|other| *other == id) {
                    return position;
                }
                e = power_levels_of(&id);
            }
            usize::MAX
        };
        events.sort_by_cached_key(|id| (Reverse(position(id)), self.events[id].origin_server_ts, id.clone()));
        events
    }
}

fn unconflicted_and_conflicted(states: &[StateMap]) -> (StateMap, BTreeSet<String>) {
    let keys: BTreeSet<&Key> = states.iter().flat_map(|state| state.keys()).collect();
    let (mut unconflicted, mut conflicted) = (StateMap::new(), BTreeSet::new());
    for key in keys {
        let values: BTreeSet<Option<&String>> = states.iter().map(|state| state.get(key)).collect();
        match values.iter().collect::<Vec<_>>().as_slice() {
            [Some(only)] => {
                unconflicted.insert(key.clone(), (*only).clone());
            }
            _ => conflicted.extend(values.into_iter().flatten().cloned()),
        }
    }
    (unconflicted, conflicted)
}
