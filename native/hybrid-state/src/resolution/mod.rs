//! State resolution: what the state of a room is where its history forked.
//!
//! Which algorithm applies is a property of the room version. Version 2 and 2.1 are one routine with two switches. Steps and
//! definitions are those of <https://spec.matrix.org/v1.16/rooms/v1/#state-resolution>,
//! <https://spec.matrix.org/v1.16/rooms/v2/#state-resolution> and <https://spec.matrix.org/v1.16/rooms/v12/#state-resolution>.
//!
//! A room falls apart where its servers resolve differently. Where the specification and what nearly all of them run are not the
//! same, this therefore does what Synapse does (`synapse/state/v1.py` and `v2.py`; ruma does too, unless noted):
//! - The full auth chain of a state holds the events of the state themselves, not only their auth chains. What all states agree on
//!   is then in no auth difference, even if later events of one state only refer to it.
//! - What authorizes a power event is found along events of the full conflicted set only, not along its whole auth chain. In
//!   version 2.1 both give the same.
//! - `m.room.power_levels`, `m.room.join_rules` and `m.room.create` are power events if their state key is empty. The
//!   specification names the first two, whatever their state key. Version 1 likewise settles only the power levels with an empty
//!   state key before everything else.
//! - An event that was rejected is not allowed by a resolution later on, and authorizes nothing even where a state has it. The
//!   specification lets the resolution allow it, and so does ruma; but an accepted event never refers to a rejected one, so only
//!   a server that put rejected events into its states would see a difference.
//!
//! Where the specification leaves something open, this does what servers do: the ordering looks at the `auth_events` between the
//! events it sorts, and version 1 settles the conflicts of one type without regard to each other. Which of two auth events of one
//! key counts makes no difference: what names two is always rejected. In rooms whose ID is a hash, only the create event of that
//! hash makes creators and authorizes anything, even where an event names another; Synapse appends it to the auth events of each
//! event, where the last of a key counts.

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
