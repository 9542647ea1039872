use hybrid_json::{Object, Value};
use hybrid_rules::RoomRules;
use hybrid_signing::{signature_of, signed_bytes, KeyRing, Signature};
use rayon::prelude::*;

use crate::format::{check_format, check_size, parse_event};
use crate::hash::{content_hash_matches, event_id_of_signed_bytes};
use crate::redact::redact;
use crate::seal::SealedEvent;
use crate::signers::{key_ids, signers};

/// Below this many events for each thread, waking the thread costs more than it saves.
const LEAST_FOR_A_THREAD: usize = 4;

/// What the checks make of an event from another server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Format, signatures and hash are right.
    Accepted,
    /// The signatures are right, the content hash is not: what is left is the redacted event.
    Redacted,
    /// None of the keys that a server signed with is known, or one is, but was no longer valid when the event was sent.
    KeyMissing,
    /// A signature is missing, or wrong for every key of its server that is known.
    SignatureInvalid,
    /// The event has the wrong format, or exceeds the limits.
    Malformed,
}

/// An event from another server after its checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// What the checks found.
    pub verdict: Verdict,
    /// The event without what its sender's server had no business to say (`unsigned`); none if it is refused.
    pub event: Option<SealedEvent>,
    /// Why it is refused, for a log; empty if it is not.
    pub reason: String,
}

impl Received {
    fn refused(verdict: Verdict, reason: impl ToString) -> Self {
        Self {
            verdict,
            event: None,
            reason: reason.to_string(),
        }
    }
}

/// Checks an event from another server by itself: its format, the signatures of all servers that must have signed, and its
/// content hash. These are the first three checks of
/// <https://spec.matrix.org/v1.16/server-server-api/#checks-performed-on-receipt-of-a-pdu>; the rest need the room.
pub fn check_received(rules: &RoomRules, json: &[u8], keys: &KeyRing) -> Received {
    let mut event = match parse_event(rules, json).and_then(|event| check_format(rules, &event).map(|()| event)) {
        Ok(event) => event,
        Err(error) => return Received::refused(Verdict::Malformed, error),
    };
    event.remove("unsigned");
    let canonical = event.to_canonical();
    if let Err(error) = check_size(&canonical) {
        return Received::refused(Verdict::Malformed, error);
    }

    let redacted = redact(rules, event.clone());
    let covered = signed_bytes(&redacted);
    for server in signers(rules, &event) {
        if let Err(fault) = check_signature(rules, &event, &covered, server, keys) {
            return fault.refuse(server);
        }
    }
    let event_id = match event_id_of_signed_bytes(rules, &event, &covered) {
        Ok(event_id) => event_id,
        Err(error) => return Received::refused(Verdict::Malformed, error),
    };
    let (verdict, json) = if content_hash_matches(&event) {
        (Verdict::Accepted, canonical)
    } else {
        (Verdict::Redacted, redacted.to_canonical())
    };
    Received {
        verdict,
        event: Some(SealedEvent { json, event_id }),
        reason: String::new(),
    }
}

/// Checks many events, each by itself and strictly, on all cores. The results stand in the order of the events.
pub fn check_received_batch(rules: &RoomRules, events: &[&[u8]], keys: &KeyRing) -> Vec<Received> {
    events
        .par_iter()
        .with_min_len(LEAST_FOR_A_THREAD)
        .map(|json| check_received(rules, json, keys))
        .collect()
}

/// Why a server's signature does not count. Of several, the greatest is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Missing,
    KeyUnknown,
    KeyExpired,
    Wrong,
}

impl Fault {
    fn refuse(self, server: &str) -> Received {
        let (verdict, words) = match self {
            Self::Missing => (Verdict::SignatureInvalid, "there is no signature by"),
            Self::KeyUnknown => (Verdict::KeyMissing, "no key is known of"),
            Self::KeyExpired => (Verdict::KeyMissing, "the event is younger than the key of"),
            Self::Wrong => (Verdict::SignatureInvalid, "the signature is wrong by"),
        };
        Received::refused(verdict, format!("{words} {server}"))
    }
}

/// One valid signature by a server is enough: it may have signed with keys that nobody knows any longer as well.
fn check_signature(
    rules: &RoomRules,
    event: &Object<'_>,
    covered: &[u8],
    server: &str,
    keys: &KeyRing,
) -> Result<(), Fault> {
    let sent = event.get("origin_server_ts").and_then(Value::as_integer);
    let mut fault = Fault::Missing;
    for key_id in key_ids(event, server) {
        let found = match keys.find(server, key_id) {
            None => Fault::KeyUnknown,
            Some(known) if rules.enforces_key_validity && sent.is_none_or(|sent| sent > known.valid_until) => {
                Fault::KeyExpired
            }
            Some(known) => {
                let signature = signature_of(event, server, key_id).and_then(|text| Signature::from_base64(text).ok());
                if signature.is_some_and(|signature| known.key.verifies(covered, &signature)) {
                    return Ok(());
                }
                Fault::Wrong
            }
        };
        fault = fault.max(found);
    }
    Err(fault)
}
