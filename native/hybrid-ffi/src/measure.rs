//! What the benches of the managed side compare their calls with. Nothing else calls it.

use std::hint::black_box;

use hybrid_json::{canonicalize, Strictness};
use hybrid_signing::{sha256, SigningKey};

use crate::boundary::boundary;
use crate::status::Status;
use crate::views::{borrow, ByteView, Out, OwnedBuffer};

/// Does the work of `hybrid_json_canonicalize` some number of times on this side, so that it can be told from the call. Writes how
/// many bytes it made of it each time.
///
/// # Safety
/// The view is readable, and `out_length` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_measure_canonicalize(json: ByteView, rounds: usize, out_length: *mut usize) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (json, out_length) = unsafe { (json.bytes()?, Out::new(out_length)?) };
        let mut length = 0;
        for _ in 0..rounds {
            length = black_box(canonicalize(black_box(json), Strictness::Strict)?).len();
        }
        out_length.write(length);
        Ok(())
    })
}

/// The least that sealing an event costs: the SHA-256 of the bytes that the content hash covers, and of those that are signed, and
/// their Ed25519 signature. Writes the three, 128 bytes.
///
/// # Safety
/// The key came from `hybrid_signing_key_create`, the views are readable, and `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_measure_hash_and_sign(
    key: *const SigningKey,
    hashed: ByteView,
    signed: ByteView,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (key, hashed, signed, out) = unsafe { (borrow(key)?, hashed.bytes()?, signed.bytes()?, Out::new(out)?) };
        let mut results = Vec::with_capacity(128);
        results.extend(sha256(hashed));
        results.extend(sha256(signed));
        results.extend(key.sign(signed).to_bytes());
        out.write(results);
        Ok(())
    })
}
