//! Olm, Megolm, SAS, key backup and the secure channel of QR code login, for callers that know only bytes and text.
//!
//! All cryptography is `vodozemac`'s. This crate gives its types methods that take and return what Matrix events carry:
//! keys, messages and pickles are unpadded base64, and every failure is one [`OlmError`]. Sessions use version 1 of the
//! protocols, the one that Matrix has. Keys come from vodozemac's own source of randomness, the operating system's.

#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod account;
mod backup;
mod dehydrated_device;
mod ecies;
mod error;
mod group_session;
mod inbound_group_session;
mod sas;
mod session;
#[cfg(test)]
mod tests;

pub use account::{Account, InboundSession, MAX_GENERATED_KEYS};
pub use backup::{backup_encrypt, BackupMessage, BackupSecretKey};
pub use dehydrated_device::DehydratedDevice;
pub use ecies::{Ecies, EstablishedEcies, InboundChannel, OutboundChannel};
pub use error::{OlmError, OlmErrorKind};
pub use group_session::GroupSession;
pub use inbound_group_session::{Decrypted, InboundGroupSession};
pub use sas::{EstablishedSas, Sas};
pub use session::{pre_key_message_session_keys, Encrypted, Session};
pub use vodozemac::megolm::SessionOrdering;

use vodozemac::{Ed25519PublicKey, Ed25519Signature};

/// The length of the key that encrypts a pickle, in bytes.
pub const PICKLE_KEY_BYTES: usize = 32;

/// Checks an Ed25519 signature strictly.
///
/// # Errors
/// [`OlmErrorKind::InvalidKey`], [`OlmErrorKind::InvalidSignature`].
pub fn verify_signature(ed25519_key: &str, message: &[u8], signature: &str) -> Result<(), OlmError> {
    let signature = Ed25519Signature::from_base64(signature)?;
    Ok(Ed25519PublicKey::from_base64(ed25519_key)?.verify(message, &signature)?)
}

fn pickle_key(bytes: &[u8]) -> Result<&[u8; PICKLE_KEY_BYTES], OlmError> {
    bytes.try_into().map_err(|_| OlmError::PickleKeyLength(bytes.len()))
}
