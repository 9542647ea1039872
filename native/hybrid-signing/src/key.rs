use ed25519_dalek::Signer;

use crate::base64;

/// Why a key or a signature cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A seed has another length.
    #[error("a seed has 32 bytes, not {0}")]
    SeedLength(usize),
    /// The version of a key is empty, or has characters other than letters, digits and `_`.
    #[error("the version of a key consists of letters, digits and underscores")]
    KeyVersion,
    /// A public key is no base64, has another length than 32 bytes, or is not on the curve.
    #[error("not an Ed25519 public key")]
    PublicKey,
    /// A signature is no base64 or has another length than 64 bytes.
    #[error("not an Ed25519 signature")]
    Signature,
    /// A key ring has another shape.
    #[error("a key ring is an object of servers, each an object of key IDs, each with key and valid_until_ts")]
    KeyRing,
}

/// A server's own key.
pub struct SigningKey {
    key: ed25519_dalek::SigningKey,
    id: String,
}

impl SigningKey {
    /// The key that grows from a seed of 32 bytes. `version` is the part of its ID after `ed25519:`.
    ///
    /// # Errors
    /// [`Error::SeedLength`], [`Error::KeyVersion`].
    pub fn from_seed(seed: &[u8], version: &str) -> Result<Self, Error> {
        let seed: &[u8; 32] = seed.try_into().map_err(|_| Error::SeedLength(seed.len()))?;
        if version.is_empty() || !version.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(Error::KeyVersion);
        }
        Ok(Self {
            key: ed25519_dalek::SigningKey::from_bytes(seed),
            id: format!("ed25519:{version}"),
        })
    }

    /// The key's ID, `ed25519:` and its version.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The 32 bytes that the key grew from.
    pub fn seed(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// The public half.
    pub fn public_key(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// The signature over bytes.
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.key.sign(message))
    }
}

/// Somebody's public key.
pub struct PublicKey(ed25519_dalek::VerifyingKey);

impl PublicKey {
    /// Reads the 32 bytes of a key.
    ///
    /// # Errors
    /// [`Error::PublicKey`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| Error::PublicKey)?;
        ed25519_dalek::VerifyingKey::from_bytes(bytes)
            .map(Self)
            .map_err(|_| Error::PublicKey)
    }

    /// Reads a key in base64.
    ///
    /// # Errors
    /// [`Error::PublicKey`].
    pub fn from_base64(text: &str) -> Result<Self, Error> {
        Self::from_bytes(&base64::decode(text).ok_or(Error::PublicKey)?)
    }

    /// Whether the signature was made over these bytes with this key. Strict: keys of small order verify nothing, and a
    /// signature has one valid form.
    pub fn verifies(&self, message: &[u8], signature: &Signature) -> bool {
        self.0.verify_strict(message, &signature.0).is_ok()
    }
}

/// An Ed25519 signature.
pub struct Signature(ed25519_dalek::Signature);

impl Signature {
    /// Reads a signature in base64.
    ///
    /// # Errors
    /// [`Error::Signature`].
    pub fn from_base64(text: &str) -> Result<Self, Error> {
        let bytes = base64::decode(text).ok_or(Error::Signature)?;
        ed25519_dalek::Signature::from_slice(&bytes)
            .map(Self)
            .map_err(|_| Error::Signature)
    }

    /// The 64 bytes of the signature.
    pub fn to_bytes(&self) -> [u8; 64] {
        self.0.to_bytes()
    }

    /// The signature in base64.
    pub fn to_base64(&self) -> String {
        base64::encode(&self.0.to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_and_versions_are_checked() {
        assert_eq!(SigningKey::from_seed(&[0; 31], "1").err(), Some(Error::SeedLength(31)));
        for version in ["", "a b", "a:b", "é", "a-b"] {
            assert_eq!(SigningKey::from_seed(&[0; 32], version).err(), Some(Error::KeyVersion));
        }
        assert_eq!(SigningKey::from_seed(&[0; 32], "a_Z9").unwrap().id(), "ed25519:a_Z9");
    }

    #[test]
    fn a_signature_holds_for_its_message_and_key_only() {
        let key = SigningKey::from_seed(&[7; 32], "1").unwrap();
        let other = SigningKey::from_seed(&[8; 32], "1").unwrap();
        let signature = key.sign(b"message");
        assert!(PublicKey::from_bytes(&key.public_key())
            .unwrap()
            .verifies(b"message", &signature));
        assert!(!PublicKey::from_bytes(&key.public_key())
            .unwrap()
            .verifies(b"massage", &signature));
        assert!(!PublicKey::from_bytes(&other.public_key())
            .unwrap()
            .verifies(b"message", &signature));
    }

    #[test]
    fn a_key_of_small_order_verifies_nothing() {
        // The neutral element: with it, the all-zero scalar "signs" every message unless verification is strict.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut forged = [0; 64];
        forged[0] = 1;
        let signature = Signature::from_base64(&base64::encode(&forged)).unwrap();
        assert!(!PublicKey::from_bytes(&neutral)
            .unwrap()
            .verifies(b"anything", &signature));
    }
}
