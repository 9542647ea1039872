//! What each event reaches in the graph of `auth_events`, without a walk.
//!
//! The events are covered by chains: in each, every event reaches the one before it. What an event reaches is then one number
//! for each chain, how far into it. These vectors are trees that share what they have in common, made from one pool in which
//! equal nodes exist once: most events add a node or two to what the power levels and join rules reach that they all name.
//!
//! Chain covers: Jagadish, "A compression technique to materialize transitive closure", 1990.

use std::collections::HashMap;
use std::num::NonZeroU32;

use super::EventNumber;

/// The children of a node.
const FANOUT: usize = 16;
const BITS: u32 = 4;

/// A node of the pool, or none: an empty vector.
pub type Vector = Option<NonZeroU32>;

/// The index. Events are added in an order in which each comes after those it names.
#[derive(Debug, Default)]
pub struct Reachability {
    positions: Vec<Position>,
    chains: Vec<Vec<EventNumber>>,
    nodes: Vec<Node>,
    known: HashMap<Node, u32>,
}

/// Where an event stands in its chain, and what it reaches in the others.
#[derive(Clone, Copy, Debug)]
struct Position {
    chain: u32,
    /// Counts from 1.
    sequence: u32,
    reached: Vector,
}

/// A part of a vector: how far it reaches into the chains from `first` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    pub first: u32,
    /// Zero if the slots are sequence numbers; above that, they are nodes of lower heights.
    pub height: u32,
    pub slots: [u32; FANOUT],
}

impl Node {
    fn span_bits(height: u32) -> u32 {
        BITS * (height + 1)
    }

    fn slot(&self, chain: u32) -> usize {
        (chain >> (BITS * self.height)) as usize % FANOUT
    }

    fn covers(&self, chain: u32) -> bool {
        u64::from(chain ^ self.first) >> Self::span_bits(self.height) == 0
    }

    fn empty(chain: u32, height: u32) -> Self {
        let first = u64::from(chain) >> Self::span_bits(height) << Self::span_bits(height);
        Self {
            first: first as u32,
            height,
            slots: [0; FANOUT],
        }
    }
}

impl Reachability {
    /// Adds the next event. `predecessor` is an auth event with the same key; the event continues its chain if that ends there.
    pub fn push(&mut self, auth_events: &[EventNumber], predecessor: Option<EventNumber>) {
        let event = EventNumber(self.positions.len() as u32);
        let extended = predecessor.map(|before| self.position(before).chain);
        let extended = extended.filter(|&chain| self.chains[chain as usize].last().copied() == predecessor);
        let chain = extended.unwrap_or(self.chains.len() as u32);
        if extended.is_none() {
            self.chains.push(Vec::new());
        }
        let mut reached = None;
        for &auth_event in auth_events {
            let position = *self.position(auth_event);
            reached = self.join(reached, position.reached);
            // What is before it in its own chain goes without saying.
            if position.chain != chain {
                reached = self.raise(reached, position.chain, position.sequence);
            }
        }
        let events = &mut self.chains[chain as usize];
        events.push(event);
        let sequence = events.len() as u32;
        self.positions.push(Position {
            chain,
            sequence,
            reached,
        });
    }

    /// Whether an event is in the auth chain of another.
    pub fn reaches(&self, from: EventNumber, to: EventNumber) -> bool {
        let (from, to) = (self.position(from), self.position(to));
        if from.chain == to.chain {
            return from.sequence > to.sequence;
        }
        let mut vector = from.reached;
        while let Some(index) = vector {
            let node = self.node(index.get());
            if !node.covers(to.chain) {
                return false;
            }
            let slot = node.slots[node.slot(to.chain)];
            if node.height == 0 {
                return slot >= to.sequence;
            }
            vector = NonZeroU32::new(slot);
        }
        false
    }

    /// How many chains there are.
    pub fn chain_count(&self) -> usize {
        self.chains.len()
    }

    /// The chain of an event, and its place there, from 1.
    pub fn place(&self, event: EventNumber) -> (u32, u32) {
        let position = self.position(event);
        (position.chain, position.sequence)
    }

    /// The events of a chain after the place `low`, up to and with `high`.
    pub fn events_between(&self, chain: u32, low: u32, high: u32) -> &[EventNumber] {
        let events = &self.chains[chain as usize];
        let high = (high as usize).min(events.len());
        events.get(low as usize..high).unwrap_or_default()
    }

    /// What an event reaches, but for its own chain.
    pub fn reached_by(&self, event: EventNumber) -> Vector {
        self.position(event).reached
    }

    /// The event at a place of a chain, from 1.
    pub fn event_at(&self, chain: u32, sequence: u32) -> Option<EventNumber> {
        self.events_between(chain, sequence.checked_sub(1)?, sequence)
            .first()
            .copied()
    }

    /// How many nodes the pool has.
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    fn position(&self, event: EventNumber) -> &Position {
        &self.positions[event.index()]
    }

    /// A node of the pool.
    pub fn node(&self, index: u32) -> &Node {
        &self.nodes[index as usize - 1]
    }

    fn intern(&mut self, node: Node) -> Vector {
        let next = self.nodes.len() as u32 + 1;
        let index = *self.known.entry(node).or_insert(next);
        if index == next {
            self.nodes.push(node);
        }
        NonZeroU32::new(index)
    }

    /// The vector that reaches as far as either. Goes down one height at a time, and there are eight.
    fn join(&mut self, a: Vector, b: Vector) -> Vector {
        let (Some(first), Some(second)) = (a, b) else {
            return a.or(b);
        };
        if first == second {
            return a;
        }
        let (first, second) = (*self.node(first.get()), *self.node(second.get()));
        let (mut high, low, low_vector) = if first.height >= second.height {
            (first, second, b)
        } else {
            (second, first, a)
        };
        if high.height == low.height && high.first == low.first {
            for slot in 0..FANOUT {
                high.slots[slot] = if high.height == 0 {
                    high.slots[slot].max(low.slots[slot])
                } else {
                    number(self.join(vector(high.slots[slot]), vector(low.slots[slot])))
                };
            }
            return self.intern(high);
        }
        if high.height > low.height && high.covers(low.first) {
            let slot = high.slot(low.first);
            high.slots[slot] = number(self.join(vector(high.slots[slot]), low_vector));
            return self.intern(high);
        }
        self.beside(a, first.first, b, second.first)
    }

    /// The vector that also reaches this far into a chain.
    fn raise(&mut self, reached: Vector, chain: u32, sequence: u32) -> Vector {
        let Some(index) = reached else {
            return self.single(chain, sequence);
        };
        let mut node = *self.node(index.get());
        if !node.covers(chain) {
            let single = self.single(chain, sequence);
            return self.beside(reached, node.first, single, chain);
        }
        let slot = node.slot(chain);
        node.slots[slot] = if node.height == 0 {
            node.slots[slot].max(sequence)
        } else {
            number(self.raise(vector(node.slots[slot]), chain, sequence))
        };
        self.intern(node)
    }

    fn single(&mut self, chain: u32, sequence: u32) -> Vector {
        let mut node = Node::empty(chain, 0);
        node.slots[node.slot(chain)] = sequence;
        self.intern(node)
    }

    /// The lowest node above two vectors of different chains.
    fn beside(&mut self, a: Vector, a_chain: u32, b: Vector, b_chain: u32) -> Vector {
        let apart = 32 - (a_chain ^ b_chain).leading_zeros();
        let height = apart.div_ceil(BITS).saturating_sub(1);
        let mut node = Node::empty(a_chain, height);
        node.slots[node.slot(a_chain)] = number(a);
        node.slots[node.slot(b_chain)] = number(b);
        self.intern(node)
    }
}

fn number(vector: Vector) -> u32 {
    vector.map_or(0, NonZeroU32::get)
}

fn vector(slot: u32) -> Vector {
    NonZeroU32::new(slot)
}
