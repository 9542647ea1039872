//! Events as bytes: their format and limits, hashes, IDs, redaction, and signing.
//!
//! See <https://spec.matrix.org/v1.16/server-server-api/#signing-events> and the room versions.

#![forbid(unsafe_code)]

mod error;
mod format;
mod hash;
pub mod identifiers;
mod received;
mod redact;
mod seal;
mod signers;

pub use error::Error;
pub use format::{check_format, check_size, parse_event, MAX_EVENT_BYTES, MAX_FIELD_BYTES};
pub use hash::{content_hash, content_hash_matches, event_id, reference_hash, room_id_of_create};
pub use received::{check_received, check_received_batch, Received, Verdict};
pub use redact::redact;
pub use seal::{hash_and_sign, open, seal, sign, SealedEvent};
pub use signers::{named_keys, signers};

#[cfg(test)]
mod received_tests;
