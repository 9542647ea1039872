//! Events from other servers, many in one call.

use hybrid_events::{check_received_batch, named_keys, Verdict};
use hybrid_json::{Object, Value};
use hybrid_signing::KeyRing;

use crate::boundary::boundary;
use crate::rules::rules_of;
use crate::status::Status;
use crate::views::{ByteView, Lengths, Out, OwnedBuffer};

/// What the checks make of an event. The numbers cross as bytes.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceivedVerdict {
    /// Format, signatures and hash are right.
    Accepted = 0,
    /// The hash is wrong; what is left is the redacted event.
    Redacted = 1,
    /// No key is known that was valid and that a needed signature was made with.
    KeyMissing = 2,
    /// A needed signature is missing or wrong.
    SignatureInvalid = 3,
    /// Wrong format, or beyond the limits.
    Malformed = 4,
}

impl From<Verdict> for ReceivedVerdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Accepted => Self::Accepted,
            Verdict::Redacted => Self::Redacted,
            Verdict::KeyMissing => Self::KeyMissing,
            Verdict::SignatureInvalid => Self::SignatureInvalid,
            Verdict::Malformed => Self::Malformed,
        }
    }
}

/// Checks events that lie end to end, on all cores, with the keys of `hybrid_signing::KeyRing::parse`. Writes for each a verdict
/// of one byte, then the event ID, the canonical form and the reason of a refusal, each after its length in four bytes, the
/// lowest first; what does not apply is empty.
///
/// # Safety
/// The views are readable, `lengths` for `count` numbers, and `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_events_check_received(
    room_version: ByteView,
    events: ByteView,
    lengths: *const i32,
    count: usize,
    keys: ByteView,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (version, events, lengths) =
            unsafe { (room_version.text()?, events.bytes()?, Lengths::new(lengths, count)?) };
        // SAFETY: the caller's promise.
        let (keys, out) = unsafe { (keys.bytes()?, Out::new(out)?) };
        let keys = KeyRing::parse(keys)?;
        let mut packed = Vec::with_capacity(events.len());
        for received in check_received_batch(rules_of(version)?, &lengths.split(events)?, &keys) {
            packed.push(ReceivedVerdict::from(received.verdict) as u8);
            let (event_id, json) = received
                .event
                .map_or_else(Default::default, |event| (event.event_id.into_bytes(), event.json));
            for part in [event_id, json, received.reason.into_bytes()] {
                // An event is far shorter than 4 GiB.
                packed.extend_from_slice(&(part.len() as u32).to_le_bytes());
                packed.extend_from_slice(&part);
            }
        }
        out.write(packed);
        Ok(())
    })
}

/// Writes which keys checking the events takes, as JSON: an object of servers, each with an array of key IDs.
///
/// # Safety
/// The views are readable, `lengths` for `count` numbers, and `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_events_named_keys(
    room_version: ByteView,
    events: ByteView,
    lengths: *const i32,
    count: usize,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (version, events, lengths, out) = unsafe {
            (
                room_version.text()?,
                events.bytes()?,
                Lengths::new(lengths, count)?,
                Out::new(out)?,
            )
        };
        let mut named = Object::default();
        for (server, key_ids) in named_keys(rules_of(version)?, &lengths.split(events)?) {
            let key_ids = key_ids.into_iter().map(|id| Value::String(id.into())).collect();
            named.insert(server, Value::Array(key_ids));
        }
        out.write(named.to_canonical());
        Ok(())
    })
}
