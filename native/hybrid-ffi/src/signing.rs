//! Keys and signed JSON.

use hybrid_json::{parse_object, Limits, Strictness};
use hybrid_signing::{sign_json, verify_json, PublicKey, SigningKey};

use crate::boundary::boundary;
use crate::status::Status;
use crate::views::{borrow, ByteView, Out, OwnedBuffer};

/// Makes a key of a seed of 32 bytes. `version` is the part of the key's ID after `ed25519:`.
///
/// # Safety
/// The views are readable, and `out` is writable. What it gets goes to `hybrid_signing_key_free` once.
#[no_mangle]
pub unsafe extern "C" fn hybrid_signing_key_create(
    seed: ByteView,
    version: ByteView,
    out: *mut *mut SigningKey,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (seed, version, out) = unsafe { (seed.bytes()?, version.text()?, Out::new(out)?) };
        out.write(Box::into_raw(Box::new(SigningKey::from_seed(seed, version)?)));
        Ok(())
    })
}

/// Forgets a key. Null is ignored.
///
/// # Safety
/// The key came from `hybrid_signing_key_create`, and no call uses it now or later.
#[no_mangle]
pub unsafe extern "C" fn hybrid_signing_key_free(key: *mut SigningKey) {
    if !key.is_null() {
        // SAFETY: it was boxed when it was made, by the caller's promise.
        drop(unsafe { Box::from_raw(key) });
    }
}

/// Writes the 32 bytes that the key grew from: all there is to keep secret, and all there is to store.
///
/// # Safety
/// The key came from `hybrid_signing_key_create`, and `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_signing_key_seed(key: *const SigningKey, out: *mut OwnedBuffer) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (key, out) = unsafe { (borrow(key)?, Out::new(out)?) };
        out.write(key.seed().to_vec());
        Ok(())
    })
}

/// Writes the 32 bytes of the public half.
///
/// # Safety
/// The key came from `hybrid_signing_key_create`, and `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_signing_key_public(key: *const SigningKey, out: *mut OwnedBuffer) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (key, out) = unsafe { (borrow(key)?, Out::new(out)?) };
        out.write(key.public_key().to_vec());
        Ok(())
    })
}

/// Writes a JSON object with a signature added, in canonical form. Its numbers may be as in old rooms, whose events go into
/// signed requests.
///
/// # Safety
/// The key came from `hybrid_signing_key_create`, the views are readable, and `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_signing_sign_json(
    key: *const SigningKey,
    json: ByteView,
    entity: ByteView,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (key, json, entity, out) = unsafe { (borrow(key)?, json.bytes()?, entity.text()?, Out::new(out)?) };
        let mut object = parse_object(json, Strictness::AnyNumber, Limits::default())?;
        sign_json(&mut object, entity, key);
        out.write(object.to_canonical());
        Ok(())
    })
}

/// Writes 1 if a JSON object carries a valid signature by this entity with this key, and 0 if it does not: the signature or
/// the key may be missing, malformed or wrong. Only the JSON itself must be readable; its numbers may be as in old rooms.
///
/// # Safety
/// The views are readable, and `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_signing_verify_json(
    json: ByteView,
    entity: ByteView,
    key_id: ByteView,
    public_key: ByteView,
    out: *mut u8,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (json, entity, key_id, public_key, out) = unsafe {
            (
                json.bytes()?,
                entity.text()?,
                key_id.text()?,
                public_key.text()?,
                Out::new(out)?,
            )
        };
        let object = parse_object(json, Strictness::AnyNumber, Limits::default())?;
        let key = PublicKey::from_base64(public_key);
        out.write(u8::from(
            key.is_ok_and(|key| verify_json(&object, entity, key_id, &key)),
        ));
        Ok(())
    })
}
