use hybrid_json::{Object, Value};
use hybrid_rules::RoomRules;
use hybrid_signing::{base64, signed_bytes, SigningKey};

use crate::error::Error;
use crate::format::{check_format, check_size, parse_event};
use crate::hash::{content_hash, event_id, event_id_of_signed_bytes};
use crate::redact::redact;

/// An event that is ready to be stored and sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedEvent {
    /// The canonical form.
    pub json: Vec<u8>,
    /// The event's ID.
    pub event_id: String,
}

/// Makes an event of a template: all of its fields except for hashes and signatures.
///
/// # Errors
/// The template is not an event of the version, or exceeds the limits once it is signed.
pub fn seal(rules: &RoomRules, template: &[u8], server: &str, key: &SigningKey) -> Result<SealedEvent, Error> {
    let event = parse_event(rules, template)?;
    check_format(rules, &event)?;
    let sealed = hash_and_sign(rules, event, server, key)?;
    check_size(&sealed.json)?;
    Ok(sealed)
}

/// Hashes and signs an event whatever its format.
///
/// # Errors
/// The version lets servers choose IDs, and the event has none.
pub fn hash_and_sign(
    rules: &RoomRules,
    mut event: Object<'_>,
    server: &str,
    key: &SigningKey,
) -> Result<SealedEvent, Error> {
    let hash = base64::encode(&content_hash(&event));
    event
        .object_entry("hashes")
        .insert("sha256", Value::String(hash.into()));
    add_signature(rules, event, server, key)
}

/// Adds a signature to an event that another server made: an invitation, or a join that this server authorized.
///
/// # Errors
/// The text is not an event of the version, or exceeds the limits once it is signed.
pub fn sign(rules: &RoomRules, json: &[u8], server: &str, key: &SigningKey) -> Result<SealedEvent, Error> {
    let event = parse_event(rules, json)?;
    check_format(rules, &event)?;
    let signed = add_signature(rules, event, server, key)?;
    check_size(&signed.json)?;
    Ok(signed)
}

fn add_signature(
    rules: &RoomRules,
    mut event: Object<'_>,
    server: &str,
    key: &SigningKey,
) -> Result<SealedEvent, Error> {
    // The bytes that are signed are those that the reference hash covers: one walk serves both.
    let covered = signed_bytes(&redact(rules, event.clone()));
    let event_id = event_id_of_signed_bytes(rules, &event, &covered)?;
    let signature = key.sign(&covered).to_base64();
    event
        .object_entry("signatures")
        .object_entry(server.to_owned())
        .insert(key.id().to_owned(), Value::String(signature.into()));
    Ok(SealedEvent {
        json: event.to_canonical(),
        event_id,
    })
}

/// Checks the format and the limits of an event that came from elsewhere. Its hash and signatures are not looked at.
///
/// # Errors
/// The text is not an event of the version, or exceeds the limits.
pub fn open(rules: &RoomRules, json: &[u8]) -> Result<SealedEvent, Error> {
    let event = parse_event(rules, json)?;
    check_format(rules, &event)?;
    let event_id = event_id(rules, &event)?;
    let json = event.to_canonical();
    check_size(&json)?;
    Ok(SealedEvent { json, event_id })
}
