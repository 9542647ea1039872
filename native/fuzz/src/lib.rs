//! Fuzz targets: one per parser of what strangers send. Each takes any bytes, and panics when the crate breaks a promise.
//!
//! `native/fuzz/run.sh` links them to libFuzzer; `tests/corpus.rs` replays what is committed under `corpus/` without it.
//! Inputs are lines of text wherever that is possible, so that people can read and write them.

// A target says by a panic what it found.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod authorization;
mod canonical_json;
mod entry;
mod events;
mod input;
mod olm;
mod password;
mod push;
#[path = "../../hybrid-state/tests/reference/mod.rs"]
mod reference;
mod signatures;
mod state_map;
mod state_resolution;

/// A function that survives any input.
pub type Target = fn(&[u8]);

/// The targets by their names, which are those of their corpora.
pub const TARGETS: [(&str, Target); 9] = [
    ("authorization", authorization::run),
    ("canonical-json", canonical_json::run),
    ("events", events::run),
    ("olm", olm::run),
    ("password", password::run),
    ("push", push::run),
    ("signatures", signatures::run),
    ("state-map", state_map::run),
    ("state-resolution", state_resolution::run),
];

/// The target of this name.
pub fn find(name: &str) -> Option<Target> {
    TARGETS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|&(_, target)| target)
}
