use crate::graph::{EventGraph, EventNumber};

/// Sorts events by the mainline ordering based on these power levels: those based on earlier power levels of the mainline come
/// first, then the earliest timestamp, then the least ID.
///
/// The specification counts a position back from the end of the mainline, with infinity for events based on none of it, and
/// puts the greatest first. Counted from the start, that is the same order, with nothing before all numbers.
pub fn sort(graph: &EventGraph, events: &mut [EventNumber], power_levels: Option<EventNumber>) {
    events.sort_by_cached_key(|&event| {
        let level = power_levels.and_then(|mainline| graph.mainline_level(event, mainline));
        (level, graph.origin_server_ts(event), graph.id(event))
    });
}
