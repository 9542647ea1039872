use std::collections::HashMap;
use std::num::NonZeroU32;

use super::frontier::Frontier;
use super::reachability::{Reachability, Vector};
use super::EventNumber;

/// The events on all paths between any two of these, which are among them.
pub fn subgraph(index: &Reachability, events: &[EventNumber]) -> Vec<EventNumber> {
    let mut above = Frontier::of(index, events.iter().copied());
    events.iter().for_each(|&event| above.add_event(event));
    let mut below = Below::new(index, events);
    let mut found = Vec::new();
    for &chain in above.chains() {
        // Whoever reaches one of the events, so does everyone after it in the chain.
        let high = above.reach(chain);
        let (mut low, mut reaching) = (0, high);
        if !below.is_reached_at(chain, high) {
            continue;
        }
        while low + 1 < reaching {
            let middle = low + (reaching - low) / 2;
            if below.is_reached_at(chain, middle) {
                reaching = middle;
            } else {
                low = middle;
            }
        }
        found.extend(index.events_between(chain, reaching - 1, high));
    }
    found
}

/// Who reaches one of some events.
struct Below<'g> {
    index: &'g Reachability,
    /// The first of the events in each chain, or zero.
    first: Vec<u32>,
    /// The verdicts on nodes so far.
    known: HashMap<NonZeroU32, bool>,
}

impl<'g> Below<'g> {
    fn new(index: &'g Reachability, events: &[EventNumber]) -> Self {
        let mut first = vec![0; index.chain_count()];
        for &event in events {
            let (chain, sequence) = index.place(event);
            let first: &mut u32 = &mut first[chain as usize];
            if *first == 0 || sequence < *first {
                *first = sequence;
            }
        }
        Self {
            index,
            first,
            known: HashMap::new(),
        }
    }

    /// Whether the event at this place is one of them or reaches one.
    fn is_reached_at(&mut self, chain: u32, sequence: u32) -> bool {
        let first = self.first[chain as usize];
        let is_in_chain = first != 0 && first <= sequence;
        is_in_chain
            || self
                .index
                .event_at(chain, sequence)
                .is_some_and(|event| self.is_reached_from(self.index.reached_by(event)))
    }

    /// Goes down one height at a time.
    fn is_reached_from(&mut self, vector: Vector) -> bool {
        let Some(index) = vector else { return false };
        if let Some(&known) = self.known.get(&index) {
            return known;
        }
        let node = self.index.node(index.get());
        let is_reached = node.slots.iter().enumerate().any(|(slot, &value)| {
            if value == 0 {
                return false;
            }
            if node.height > 0 {
                return self.is_reached_from(NonZeroU32::new(value));
            }
            let first = self.first[node.first as usize + slot];
            first != 0 && first <= value
        });
        self.known.insert(index, is_reached);
        is_reached
    }
}
