//! Events.

use hybrid_events::{content_hash_matches, event_id, open, parse_event, redact, seal, sign, SealedEvent};
use hybrid_signing::{verify_json, PublicKey, SigningKey};

use crate::boundary::boundary;
use crate::rules::rules_of;
use crate::status::Status;
use crate::views::{borrow, ByteView, Out, OwnedBuffer};

fn write_sealed(sealed: SealedEvent, json: Out<OwnedBuffer>, id: Out<OwnedBuffer>) {
    json.write(sealed.json);
    id.write(sealed.event_id.into_bytes());
}

/// Makes an event of a template: writes its canonical, hashed and signed form, and its ID.
///
/// # Safety
/// The key came from `hybrid_signing_key_create`, the views are readable, and the results are writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_events_seal(
    room_version: ByteView,
    template: ByteView,
    server: ByteView,
    key: *const SigningKey,
    out_json: *mut OwnedBuffer,
    out_id: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (version, template, server, key) =
            unsafe { (room_version.text()?, template.bytes()?, server.text()?, borrow(key)?) };
        // SAFETY: the caller's promise.
        let (out_json, out_id) = unsafe { (Out::new(out_json)?, Out::new(out_id)?) };
        write_sealed(seal(rules_of(version)?, template, server, key)?, out_json, out_id);
        Ok(())
    })
}

/// Adds a signature to an event that another server made: writes its canonical form, and its ID.
///
/// # Safety
/// As for `hybrid_events_seal`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_events_sign(
    room_version: ByteView,
    json: ByteView,
    server: ByteView,
    key: *const SigningKey,
    out_json: *mut OwnedBuffer,
    out_id: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (version, json, server, key) =
            unsafe { (room_version.text()?, json.bytes()?, server.text()?, borrow(key)?) };
        // SAFETY: the caller's promise.
        let (out_json, out_id) = unsafe { (Out::new(out_json)?, Out::new(out_id)?) };
        write_sealed(sign(rules_of(version)?, json, server, key)?, out_json, out_id);
        Ok(())
    })
}

/// Checks format and limits of an event that came from elsewhere: writes its canonical form, and its ID.
///
/// # Safety
/// The views are readable, and the results are writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_events_open(
    room_version: ByteView,
    json: ByteView,
    out_json: *mut OwnedBuffer,
    out_id: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (version, json, out_json, out_id) = unsafe {
            (
                room_version.text()?,
                json.bytes()?,
                Out::new(out_json)?,
                Out::new(out_id)?,
            )
        };
        write_sealed(open(rules_of(version)?, json)?, out_json, out_id);
        Ok(())
    })
}

/// Writes 1 if an event carries a valid signature by this entity with this key, and 0 if it does not: the signature or the key
/// may be missing, malformed or wrong. What is checked is the redacted form.
///
/// # Safety
/// The views are readable, and `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_events_verify(
    room_version: ByteView,
    json: ByteView,
    entity: ByteView,
    key_id: ByteView,
    public_key: ByteView,
    out: *mut u8,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (version, json, out) = unsafe { (room_version.text()?, json.bytes()?, Out::new(out)?) };
        // SAFETY: the caller's promise.
        let (entity, key_id, public_key) = unsafe { (entity.text()?, key_id.text()?, public_key.text()?) };
        let rules = rules_of(version)?;
        let redacted = redact(rules, parse_event(rules, json)?);
        let key = PublicKey::from_base64(public_key);
        out.write(u8::from(
            key.is_ok_and(|key| verify_json(&redacted, entity, key_id, &key)),
        ));
        Ok(())
    })
}

/// Writes the ID of an event.
///
/// # Safety
/// The views are readable, and `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_events_id(room_version: ByteView, json: ByteView, out: *mut OwnedBuffer) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (version, json, out) = unsafe { (room_version.text()?, json.bytes()?, Out::new(out)?) };
        let rules = rules_of(version)?;
        out.write(event_id(rules, &parse_event(rules, json)?)?.into_bytes());
        Ok(())
    })
}

/// Writes what remains of an event after its redaction, in canonical form.
///
/// # Safety
/// The views are readable, and `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_events_redact(room_version: ByteView, json: ByteView, out: *mut OwnedBuffer) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (version, json, out) = unsafe { (room_version.text()?, json.bytes()?, Out::new(out)?) };
        let rules = rules_of(version)?;
        out.write(redact(rules, parse_event(rules, json)?).to_canonical());
        Ok(())
    })
}

/// Writes 1 if an event carries its own content hash, and 0 if it does not.
///
/// # Safety
/// The views are readable, and `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_events_content_hash_matches(
    room_version: ByteView,
    json: ByteView,
    out: *mut u8,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (version, json, out) = unsafe { (room_version.text()?, json.bytes()?, Out::new(out)?) };
        out.write(u8::from(content_hash_matches(&parse_event(rules_of(version)?, json)?)));
        Ok(())
    })
}
