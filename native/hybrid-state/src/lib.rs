//! Room state: its resolution where a room's history forks, and a map that keeps the state at every event.

#![forbid(unsafe_code)]

pub mod map;
