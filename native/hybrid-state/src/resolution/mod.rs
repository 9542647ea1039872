//! State resolution: what the state of a room is where its history forked.
//!
//! Which algorithm applies is a property of the room version. Version 2 and 2.1 are one routine with two switches. Steps and
//! definitions are those of <https://spec.matrix.org/v1.16/rooms/v1/#state-resolution>,
//! <https://spec.matrix.org/v1.16/rooms/v2/#state-resolution> and <https://spec.matrix.org/v1.16/rooms/v12/#state-resolution>.
//!
//! Where the specification and what servers run (Synapse, ruma) are not the same, this follows the specification:
//! - What authorizes a power event is found along its whole auth chain, not only along events of the full conflicted set. In
//!   version 2.1 both give the same.
//! - `m.room.power_levels` and `m.room.join_rules` are power events whatever their state key, and `m.room.create` is none.
//! - An event that was rejected and then allowed in the resolution authorizes others like any event of the partial state.
//!
//! Where it leaves something open, this does what servers do: the ordering looks at the `auth_events` between the events it sorts,
//! an event that names two auth events of one key is judged by the first, and version 1 settles the conflicts of one type without
//! regard to each other.

mod auth_checks;
mod conflicts;
mod contents;
mod mainline;
mod power_ordering;
mod sha1;
mod table;
mod v1;
mod v2;

use hybrid_rules::StateResolution;

use crate::graph::{EventGraph, EventNumber};

/// A resolved state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolution {
    /// What all states agreed on.
    pub unconflicted: Vec<EventNumber>,
    /// What became of everything else: at most one event for a type and state key, and none for those of `unconflicted`.
    pub resolved: Vec<EventNumber>,
}

impl Resolution {
    /// All events of the state.
    pub fn events(&self) -> impl Iterator<Item = EventNumber> + '_ {
        self.unconflicted.iter().chain(&self.resolved).copied()
    }
}

/// Why states cannot be resolved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// A state names an event that is not in the graph.
    #[error("event {0} is not in the graph")]
    UnknownEvent(u32),
    /// A state has two events for a type and state key.
    #[error("a state has two events for ({0}, {1:?})")]
    DuplicateKey(String, String),
    /// What the graph kept of an event cannot be read back.
    #[error("{0} cannot be read")]
    Unreadable(String),
}

/// Resolves states of a room, each given as its events. No state gives an empty one, a single state is its own resolution.
///
/// # Errors
/// [`ResolveError`].
pub fn resolve(graph: &EventGraph, states: &[&[EventNumber]]) -> Result<Resolution, ResolveError> {
    match graph.rules().state_resolution {
        StateResolution::V1 => v1::resolve(graph, states),
        StateResolution::V2 => v2::resolve(
            graph,
            states,
            v2::Switches {
                starts_empty: false,
                replays_subgraph: false,
            },
        ),
        StateResolution::V2_1 => v2::resolve(
            graph,
            states,
            v2::Switches {
                starts_empty: true,
                replays_subgraph: true,
            },
        ),
    }
}
