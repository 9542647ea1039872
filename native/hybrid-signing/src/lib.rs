//! Ed25519 keys, SHA-256, unpadded base64, and the signatures that JSON objects carry.
//!
//! See <https://spec.matrix.org/v1.16/appendices/#signing-json>.

#![forbid(unsafe_code)]

pub mod base64;
mod json;
mod key;
mod key_ring;

pub use json::{sign_json, signature_of, signed_bytes, verify_json};
pub use key::{Error, PublicKey, Signature, SigningKey};
pub use key_ring::{KeyRing, ServerKey};

use sha2::{Digest, Sha256};

/// The SHA-256 digest.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
