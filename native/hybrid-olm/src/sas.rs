//! Short authentication strings: two people compare what their devices show.

use vodozemac::sas::{self, Mac};

use crate::error::OlmError;

/// As many bytes as HKDF with SHA-256 gives for one info.
const MAX_BYTES: usize = 255 * 32;

/// A verification before the other side's key is known.
#[derive(Default)]
pub struct Sas(sas::Sas);

/// A verification with a shared secret.
pub struct EstablishedSas(sas::EstablishedSas);

impl Sas {
    /// A verification with a new key.
    pub fn new() -> Self {
        Self::default()
    }

    /// The key for the other side.
    pub fn public_key(&self) -> String {
        self.0.public_key().to_base64()
    }

    /// Agrees on a secret with the other side's key. The own key cannot be used again.
    ///
    /// # Errors
    /// [`OlmError::Key`].
    pub fn diffie_hellman(self, their_key: &str) -> Result<EstablishedSas, OlmError> {
        Ok(EstablishedSas(self.0.diffie_hellman_with_raw(their_key)?))
    }
}

impl EstablishedSas {
    /// The own key.
    pub fn our_public_key(&self) -> String {
        self.0.our_public_key().to_base64()
    }

    /// The other side's key.
    pub fn their_public_key(&self) -> String {
        self.0.their_public_key().to_base64()
    }

    /// Bytes that both sides have in common, for the agreed info: at most 8160. The first six make emoji and numbers.
    ///
    /// # Errors
    /// [`OlmError::SasByteCount`].
    pub fn bytes(&self, info: &str, count: usize) -> Result<Vec<u8>, OlmError> {
        if count > MAX_BYTES {
            return Err(OlmError::SasByteCount(count));
        }
        self.0.bytes_raw(info, count).map_err(|_| OlmError::SasByteCount(count))
    }

    /// The numbers, 0 to 63, of the seven emoji to show.
    pub fn emoji_indices(&self, info: &str) -> [u8; 7] {
        self.0.bytes(info).emoji_indices()
    }

    /// The three numbers, 1000 to 9191, to show.
    pub fn decimals(&self, info: &str) -> [u16; 3] {
        self.0.bytes(info).decimals().into()
    }

    /// The MAC of a key or of a list of key IDs (`hkdf-hmac-sha256.v2`).
    pub fn calculate_mac(&self, input: &str, info: &str) -> String {
        self.0.calculate_mac(input, info).to_base64()
    }

    /// The MAC by the deprecated method `hkdf-hmac-sha256`: the same MAC, in the wrong base64 that libolm made of it.
    pub fn calculate_mac_invalid_base64(&self, input: &str, info: &str) -> String {
        self.0.calculate_mac_invalid_base64(input, info)
    }

    /// Checks the other side's MAC (`hkdf-hmac-sha256.v2`).
    ///
    /// # Errors
    /// [`OlmError::SasMac`], [`OlmError::SasMacText`].
    pub fn verify_mac(&self, input: &str, info: &str, mac: &str) -> Result<(), OlmError> {
        let mac = Mac::from_base64(mac).map_err(OlmError::SasMacText)?;
        Ok(self.0.verify_mac(input, info, &mac)?)
    }
}
