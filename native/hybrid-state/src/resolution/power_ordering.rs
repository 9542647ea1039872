use std::cmp::Reverse;
use std::collections::BinaryHeap;

use hybrid_auth::{Level, PowerLevels};

use crate::graph::{EventGraph, EventNumber};
use crate::resolution::contents::EventsAtHand;

/// Sorts events by the reverse topological power ordering: those that authorize come first, and among those that could come
/// next, the greatest power level, the earliest timestamp, the least ID.
pub fn sort(graph: &EventGraph, events: &[EventNumber], at_hand: &EventsAtHand<'_>) -> Vec<EventNumber> {
    // Kahn's algorithm over the edges between these events.
    let mut places = vec![0u32; graph.len()];
    for (place, event) in (1u32..).zip(events) {
        places[event.index()] = place;
    }
    let place_of = |event: EventNumber| (places[event.index()] as usize).checked_sub(1);
    let mut authorizes: Vec<Vec<usize>> = vec![Vec::new(); events.len()];
    let mut awaited = vec![0; events.len()];
    for (place, &event) in events.iter().enumerate() {
        for before in graph.auth_events(event).iter().filter_map(|&event| place_of(event)) {
            authorizes[before].push(place);
            awaited[place] += 1;
        }
    }

    let rank = |place: usize| {
        let event = events[place];
        let level = Reverse(sender_level(graph, event, at_hand));
        Reverse((level, graph.origin_server_ts(event), graph.id(event), place))
    };
    let mut ready: BinaryHeap<_> = (0..events.len())
        .filter(|&place| awaited[place] == 0)
        .map(rank)
        .collect();
    let mut sorted = Vec::with_capacity(events.len());
    while let Some(Reverse((.., place))) = ready.pop() {
        sorted.push(events[place]);
        for &after in &authorizes[place] {
            awaited[after] -= 1;
            if awaited[after] == 0 {
                ready.push(rank(after));
            }
        }
    }
    sorted
}

/// The power level of an event's sender by its auth events. Where they do not say, it is zero.
fn sender_level(graph: &EventGraph, event: EventNumber, at_hand: &EventsAtHand<'_>) -> Level {
    let create = graph.create_of(event).and_then(|create| at_hand.get(create));
    let (Some(create), Some(event_at_hand)) = (create, at_hand.get(event)) else {
        return Level::Finite(0);
    };
    let power_levels = graph.power_levels_of(event).and_then(|levels| at_hand.get(levels));
    let state = power_levels.as_slice();
    PowerLevels::new(graph.rules(), create, state)
        .user(event_at_hand.sender())
        .unwrap_or(Level::Finite(0))
}
