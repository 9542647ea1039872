use std::num::NonZeroU32;

use super::reachability::{Node, Reachability, Vector};
use super::EventNumber;

/// What a set of events reaches together.
#[derive(Debug)]
pub struct Frontier<'g> {
    index: &'g Reachability,
    /// How far into each chain. Memory that is not touched costs nothing, however many chains the room has.
    reached: Vec<u32>,
    chains: Vec<u32>,
    is_visited: Vec<bool>,
}

impl<'g> Frontier<'g> {
    /// Nothing yet.
    pub fn new(index: &'g Reachability) -> Self {
        Self {
            index,
            reached: vec![0; index.chain_count()],
            chains: Vec::new(),
            is_visited: vec![false; index.node_count() + 1],
        }
    }

    /// The auth chains of these events.
    pub fn of(index: &'g Reachability, events: impl IntoIterator<Item = EventNumber>) -> Self {
        let mut frontier = Self::new(index);
        events.into_iter().for_each(|event| frontier.add_auth_chain(event));
        frontier
    }

    /// Adds the auth chain of an event, without the event.
    pub fn add_auth_chain(&mut self, event: EventNumber) {
        let (chain, sequence) = self.index.place(event);
        self.raise(chain, sequence - 1);
        self.add(self.index.reached_by(event));
    }

    /// Adds an event; its auth chain is there already.
    pub fn add_event(&mut self, event: EventNumber) {
        let (chain, sequence) = self.index.place(event);
        self.raise(chain, sequence);
    }

    /// How far it reaches into a chain.
    pub fn reach(&self, chain: u32) -> u32 {
        self.reached[chain as usize]
    }

    /// The chains into which it reaches.
    pub fn chains(&self) -> &[u32] {
        &self.chains
    }

    fn raise(&mut self, chain: u32, sequence: u32) {
        let reached = &mut self.reached[chain as usize];
        if sequence > *reached {
            if *reached == 0 {
                self.chains.push(chain);
            }
            *reached = sequence;
        }
    }

    /// Goes down one height at a time, and visits what vectors share once.
    fn add(&mut self, vector: Vector) {
        let Some(index) = vector else { return };
        if std::mem::replace(&mut self.is_visited[index.get() as usize], true) {
            return;
        }
        let node: &'g Node = self.index.node(index.get());
        for (slot, &value) in node.slots.iter().enumerate().filter(|(_, value)| **value > 0) {
            if node.height == 0 {
                self.raise(node.first + slot as u32, value);
            } else {
                self.add(NonZeroU32::new(value));
            }
        }
    }
}
