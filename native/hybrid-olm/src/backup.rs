//! Key backup, `m.megolm_backup.v1.curve25519-aes-sha2`.
//!
//! vodozemac calls it insecure, and it is: the MAC is one of no bytes at all, which libolm did first and everybody has to do
//! after it. So nothing authenticates a message. Whoever knows the public key, which the server does, can put keys of its
//! own into a backup; and who changes a ciphertext is not found out. What it does give is secrecy.

use vodozemac::pk_encryption::{Message, PkDecryption, PkEncryption};
use vodozemac::{base64_encode, Curve25519PublicKey, Curve25519SecretKey};

use crate::error::OlmError;

/// A message for a backup: the `session_data` of a backed up session. All in unpadded base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupMessage {
    /// The encrypted session.
    pub ciphertext: String,
    /// What the format calls a MAC. It depends on the two keys alone.
    pub mac: String,
    /// The public key that was made for this message.
    pub ephemeral: String,
}

/// Encrypts a message for the owner of a public key.
///
/// # Errors
/// [`OlmError::Key`], [`OlmError::Backup`] for a key that would make the secret predictable.
pub fn backup_encrypt(public_key: &str, plaintext: &[u8]) -> Result<BackupMessage, OlmError> {
    let public_key = Curve25519PublicKey::from_base64(public_key)?;
    let message = PkEncryption::from_key(public_key).encrypt(plaintext)?;
    Ok(BackupMessage {
        ciphertext: base64_encode(&message.ciphertext),
        mac: base64_encode(&message.mac),
        ephemeral: message.ephemeral_key.to_base64(),
    })
}

/// The secret key of a backup: what a recovery key stands for.
#[derive(Default)]
pub struct BackupSecretKey(PkDecryption);

impl BackupSecretKey {
    /// A new key.
    pub fn new() -> Self {
        Self::default()
    }

    /// The key with these 32 bytes.
    ///
    /// # Errors
    /// [`OlmError::BackupKeyLength`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, OlmError> {
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| OlmError::BackupKeyLength(bytes.len()))?;
        Ok(Self(PkDecryption::from_key(Curve25519SecretKey::from_slice(bytes))))
    }

    /// The 32 bytes of the key.
    pub fn to_bytes(&self) -> Vec<u8> {
        let bytes: Box<[u8]> = self.0.secret_key().to_bytes();
        bytes.into_vec()
    }

    /// The public key: the `public_key` in the `auth_data` of the backup.
    pub fn public_key(&self) -> String {
        self.0.public_key().to_base64()
    }

    /// Decrypts a message. Success does not prove who made it.
    ///
    /// # Errors
    /// [`OlmError::BackupMessage`], [`OlmError::Backup`].
    pub fn decrypt(&self, ciphertext: &str, mac: &str, ephemeral: &str) -> Result<Vec<u8>, OlmError> {
        Ok(self.0.decrypt(&Message::from_base64(ciphertext, mac, ephemeral)?)?)
    }

    /// The key in libolm's format. A key must not be used for two pickles, since the format derives its initialisation
    /// vector from it.
    ///
    /// # Errors
    /// [`OlmError::LibolmPickle`].
    pub fn to_libolm_pickle(&self, key: &[u8]) -> Result<String, OlmError> {
        Ok(self.0.to_libolm_pickle(key)?)
    }

    /// Restores a key that libolm pickled, with a key of any length.
    ///
    /// # Errors
    /// [`OlmError::LibolmPickle`].
    pub fn from_libolm_pickle(pickle: &str, key: &[u8]) -> Result<Self, OlmError> {
        Ok(Self(PkDecryption::from_libolm_pickle(pickle, key)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::kind;
    use crate::OlmErrorKind;

    #[test]
    fn only_the_secret_key_reads() {
        let key = BackupSecretKey::new();
        let message = backup_encrypt(&key.public_key(), b"session").unwrap();
        let read = |key: &BackupSecretKey| key.decrypt(&message.ciphertext, &message.mac, &message.ephemeral);

        let same = BackupSecretKey::from_bytes(&key.to_bytes()).unwrap();
        assert_eq!(read(&same).unwrap(), b"session");
        let pickled = BackupSecretKey::from_libolm_pickle(&key.to_libolm_pickle(b"k").unwrap(), b"k").unwrap();
        assert_eq!(read(&pickled).unwrap(), b"session");
        assert_eq!(kind(read(&BackupSecretKey::new())), OlmErrorKind::DecryptionFailed);
        assert_eq!(
            kind(BackupSecretKey::from_libolm_pickle("", b"k")),
            OlmErrorKind::InvalidPickle
        );
    }

    #[test]
    fn malformed_keys_and_messages_are_named() {
        let key = BackupSecretKey::new();
        let zero = "A".repeat(43);
        assert_eq!(kind(backup_encrypt("!", b"")), OlmErrorKind::InvalidKey);
        assert_eq!(kind(backup_encrypt(&zero, b"")), OlmErrorKind::NonContributoryKey);
        assert_eq!(kind(BackupSecretKey::from_bytes(&[0; 31])), OlmErrorKind::InvalidKey);
        for (ciphertext, mac, ephemeral) in [("!", "", ""), ("", "!", ""), ("", "", "!"), ("", "", "")] {
            assert_eq!(
                kind(key.decrypt(ciphertext, mac, ephemeral)),
                OlmErrorKind::MalformedMessage
            );
        }
        assert_eq!(kind(key.decrypt("", "", &zero)), OlmErrorKind::NonContributoryKey);
        assert_eq!(
            kind(key.decrypt("", "", &key.public_key())),
            OlmErrorKind::DecryptionFailed
        );
    }
}
