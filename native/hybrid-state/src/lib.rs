//! Room state: its resolution where a room's history forks, and a map that keeps the state at every event.
//!
//! - [`resolution`] settles which of several states of a room holds, by the algorithm of the room's version. It works on the
//!   events of an [`EventGraph`](graph::EventGraph).
//! - [`map`] keeps states as trees that share what they have in common.

#![forbid(unsafe_code)]

pub mod graph;
pub mod map;
pub mod resolution;
