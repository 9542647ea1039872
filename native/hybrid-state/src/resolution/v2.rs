use hybrid_auth::auth_types;

use crate::graph::{subgraph, EventGraph, EventNumber, Frontier};
use crate::resolution::auth_checks::PartialState;
use crate::resolution::conflicts::{Absence, Split};
use crate::resolution::contents::{Contents, EventsAtHand};
use crate::resolution::{mainline, power_ordering, Resolution, ResolveError};

/// What version 2.1 changed (MSC4297).
#[derive(Clone, Copy, Debug)]
pub struct Switches {
    /// The iterative auth checks start from an empty state map, rather than from the unconflicted one.
    pub starts_empty: bool,
    /// The conflicted state subgraph belongs to the full conflicted set.
    pub replays_subgraph: bool,
}

/// Versions 2 and 2.1.
pub fn resolve(graph: &EventGraph, states: &[&[EventNumber]], switches: Switches) -> Result<Resolution, ResolveError> {
    let split = Split::new(graph, states, Absence::Conflicts)?;
    let full_conflicted_set = full_conflicted_set(graph, &split, switches);
    if full_conflicted_set.is_empty() {
        return Ok(Resolution {
            unconflicted: split.unconflicted,
            resolved: Vec::new(),
        });
    }
    let conflicted = Contents::read(graph, full_conflicted_set)?;
    let conflicted = conflicted.events(graph)?;
    let others = Contents::read(graph, consulted(graph, &split, &conflicted))?;
    let others = others.events(graph)?;
    let at_hand = EventsAtHand::new(graph, conflicted.iter().chain(&others).copied());
    let full_conflicted_set: Vec<_> = conflicted.into_iter().map(|(number, _)| number).collect();

    // 1. Power events and what authorizes them.
    let (first, mut rest) = with_auth_chains_of_power_events(graph, &full_conflicted_set);
    let first = power_ordering::sort(graph, &first, &at_hand);

    // 2. Check them.
    let start = (!switches.starts_empty).then_some(&split.unconflicted_by_key);
    let mut state = PartialState::new(graph, start);
    state.check(&first, &at_hand);

    // 3. Everything else, along the power levels that hold by now.
    let power_levels = graph.keys().power_levels().and_then(|key| state.get(key.index()));
    mainline::sort(graph, &mut rest, power_levels);

    // 4. Check it.
    state.check(&rest, &at_hand);

    // 5. What was not in conflict stays.
    let resolved = state
        .allowed()
        .filter(|&event| split.unconflicted_by_key.get(graph.key(event).index()).is_none())
        .collect();
    Ok(Resolution {
        unconflicted: split.unconflicted,
        resolved,
    })
}

/// The union of the conflicted state set, the auth difference, and in version 2.1 the conflicted state subgraph.
fn full_conflicted_set(graph: &EventGraph, split: &Split, switches: Switches) -> Vec<EventNumber> {
    let conflicted = split.conflicted_state_set();
    if conflicted.is_empty() {
        return conflicted;
    }
    let mut full = auth_difference(graph, split);
    if switches.replays_subgraph {
        full.extend(subgraph(graph.reachability(), &conflicted));
    }
    full.extend(conflicted);
    full.sort_unstable();
    full.dedup();
    full
}

/// The events that are in the full auth chain of some state, but not of every one. A state's own events count as parts of its
/// chain, so that what the states agree on is never in it.
fn auth_difference(graph: &EventGraph, split: &Split) -> Vec<EventNumber> {
    let index = graph.reachability();
    // What unconflicted events reach is in every chain.
    let common = Frontier::of(index, split.unconflicted.iter().copied());
    let of_states: Vec<_> = split
        .conflicted
        .iter()
        .map(|events| Frontier::of(index, events.iter().copied()))
        .collect();
    let mut chains: Vec<u32> = of_states
        .iter()
        .flat_map(|frontier| frontier.chains().iter().copied())
        .collect();
    chains.sort_unstable();
    chains.dedup();
    let mut difference = Vec::new();
    for chain in chains {
        let reaches = of_states.iter().map(|frontier| frontier.reach(chain));
        let (low, high) = reaches.fold((u32::MAX, 0), |(low, high), reach| (low.min(reach), high.max(reach)));
        difference.extend(index.events_between(chain, low.max(common.reach(chain)), high));
    }
    difference.retain(|&event| split.unconflicted_by_key.get(graph.key(event).index()) != Some(event));
    difference
}

/// What the checks may look at beside the conflicted events: their auth events, the create event, and of the unconflicted state
/// what their types name.
fn consulted(
    graph: &EventGraph,
    split: &Split,
    conflicted: &[(EventNumber, hybrid_auth::Event<'_>)],
) -> Vec<EventNumber> {
    let mut events = Vec::new();
    for &(number, event) in conflicted {
        events.extend(graph.auth_events(number));
        events.extend(graph.create_of(number));
        for (kind, state_key) in auth_types(graph.rules(), event) {
            let key = graph.keys().find(kind, state_key);
            events.extend(key.and_then(|key| split.unconflicted_by_key.get(key.index())));
        }
    }
    events.sort_unstable();
    events.dedup();
    events.retain(|event| conflicted.binary_search_by_key(event, |(number, _)| *number).is_err());
    events
}

/// The power events of a set with what of the set authorizes them, directly or by way of others in it, and the remaining events.
fn with_auth_chains_of_power_events(
    graph: &EventGraph,
    full_conflicted_set: &[EventNumber],
) -> (Vec<EventNumber>, Vec<EventNumber>) {
    let is_power_event = |place: &usize| graph.is_power_event(full_conflicted_set[*place]);
    let mut waiting: Vec<usize> = (0..full_conflicted_set.len()).filter(is_power_event).collect();
    let mut is_first = vec![false; full_conflicted_set.len()];
    waiting.iter().for_each(|&place| is_first[place] = true);
    while let Some(place) = waiting.pop() {
        for auth_event in graph.auth_events(full_conflicted_set[place]) {
            if let Ok(before) = full_conflicted_set.binary_search(auth_event) {
                if !std::mem::replace(&mut is_first[before], true) {
                    waiting.push(before);
                }
            }
        }
    }
    let mut places = is_first.into_iter();
    full_conflicted_set
        .iter()
        .copied()
        .partition(|_| places.next().unwrap_or_default())
}
