use hybrid_json::Object;
use hybrid_rules::{EventIdForm, RoomRules};
use hybrid_signing::{base64, sha256, signed_bytes};

use crate::error::Error;
use crate::redact::redact;

/// The hash over the whole event, as it belongs in `hashes.sha256`.
pub fn content_hash(event: &Object<'_>) -> [u8; 32] {
    let mut covered = Vec::new();
    event.write_without(&["hashes", "signatures", "unsigned"], &mut covered);
    sha256(&covered)
}

/// Whether `hashes.sha256` is the event's content hash. If not, the event was redacted, or changed on its way.
pub fn content_hash_matches(event: &Object<'_>) -> bool {
    event
        .get_object("hashes")
        .and_then(|hashes| hashes.get_str("sha256"))
        .and_then(base64::decode)
        .is_some_and(|hash| hash == content_hash(event))
}

/// The hash over what a redaction leaves of the event.
pub fn reference_hash(rules: &RoomRules, event: &Object<'_>) -> [u8; 32] {
    sha256(&signed_bytes(&redact(rules, event.clone())))
}

/// The event's ID.
///
/// # Errors
/// [`Error::Malformed`] if the version lets servers choose IDs, and the event has none.
pub fn event_id(rules: &RoomRules, event: &Object<'_>) -> Result<String, Error> {
    match rules.event_id {
        EventIdForm::Chosen => chosen_id(event),
        _ => Ok(id_of_hash(rules, &reference_hash(rules, event))),
    }
}

/// The ID of an event whose redacted, signed bytes are at hand already.
pub(crate) fn event_id_of_signed_bytes(rules: &RoomRules, event: &Object<'_>, signed: &[u8]) -> Result<String, Error> {
    match rules.event_id {
        EventIdForm::Chosen => chosen_id(event),
        _ => Ok(id_of_hash(rules, &sha256(signed))),
    }
}

fn chosen_id(event: &Object<'_>) -> Result<String, Error> {
    event
        .get_str("event_id")
        .map(str::to_owned)
        .ok_or(Error::Malformed("event_id is not a string"))
}

fn id_of_hash(rules: &RoomRules, hash: &[u8; 32]) -> String {
    let hash = match rules.event_id {
        EventIdForm::UrlSafeHash => base64::encode_url_safe(hash),
        _ => base64::encode(hash),
    };
    format!("${hash}")
}

/// The ID of the room that a create event makes, where it follows from the event's ID.
pub fn room_id_of_create(create_event_id: &str) -> String {
    format!("!{}", create_event_id.trim_start_matches('$'))
}
