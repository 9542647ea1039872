//! Megolm for the receivers.

use vodozemac::megolm::{self, ExportedSessionKey, MegolmMessage, SessionConfig, SessionKey, SessionOrdering};
use vodozemac::megolm::{DecryptedMessage, InboundGroupSessionPickle};

use crate::error::OlmError;
use crate::pickle_key;

/// A receiving side of a Megolm session.
pub struct InboundGroupSession(megolm::InboundGroupSession);

/// A decrypted message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decrypted {
    /// What the message says.
    pub plaintext: Vec<u8>,
    /// Its index. Two events with one index are a replay.
    pub message_index: u32,
}

impl InboundGroupSession {
    /// A session from the key that the sender shared.
    ///
    /// # Errors
    /// [`OlmError::SessionKey`].
    pub fn new(session_key: &str) -> Result<Self, OlmError> {
        let key = SessionKey::from_base64(session_key)?;
        Ok(Self(megolm::InboundGroupSession::new(&key, SessionConfig::version_1())))
    }

    /// A session from a key that a receiver exported. Nothing proves who made it.
    ///
    /// # Errors
    /// [`OlmError::SessionKey`].
    pub fn import(exported_key: &str) -> Result<Self, OlmError> {
        let key = ExportedSessionKey::from_base64(exported_key)?;
        Ok(Self(megolm::InboundGroupSession::import(
            &key,
            SessionConfig::version_1(),
        )))
    }

    /// The ID of the session.
    pub fn id(&self) -> String {
        self.0.session_id()
    }

    /// The first message that the session can decrypt.
    pub fn first_known_index(&self) -> u32 {
        self.0.first_known_index()
    }

    /// Decrypts a message, in any order and any number of times.
    ///
    /// # Errors
    /// [`OlmError::Message`], [`OlmError::MegolmDecryption`].
    pub fn decrypt(&mut self, ciphertext: &str) -> Result<Decrypted, OlmError> {
        let message = MegolmMessage::from_base64(ciphertext)?;
        let DecryptedMessage {
            plaintext,
            message_index,
        } = self.0.decrypt(&message)?;
        Ok(Decrypted {
            plaintext,
            message_index,
        })
    }

    /// The key that reads from the message with this index on.
    ///
    /// # Errors
    /// [`OlmError::IndexPassed`].
    pub fn export_at(&mut self, index: u32) -> Result<String, OlmError> {
        let first = self.first_known_index();
        let key = self
            .0
            .export_at(index)
            .ok_or(OlmError::IndexPassed { first, wanted: index })?;
        Ok(key.to_base64())
    }

    /// The key that reads from the first message that the session can decrypt.
    pub fn export_at_first_known_index(&self) -> String {
        self.0.export_at_first_known_index().to_base64()
    }

    /// Forgets the messages before this index for good. False if they are forgotten already.
    pub fn advance_to(&mut self, index: u32) -> bool {
        self.0.advance_to(index)
    }

    /// Which of two sessions reads more: better if this one begins earlier.
    pub fn compare(&mut self, other: &mut Self) -> SessionOrdering {
        self.0.compare(&mut other.0)
    }

    /// A session with the better of the two in each respect: the earlier beginning, and the proof of who made it.
    ///
    /// # Errors
    /// [`OlmError::Unconnected`].
    pub fn merge(&mut self, other: &mut Self) -> Result<Self, OlmError> {
        self.0.merge(&mut other.0).map(Self).ok_or(OlmError::Unconnected)
    }

    /// The session, encrypted with a key of 32 bytes.
    ///
    /// # Errors
    /// [`OlmError::PickleKeyLength`].
    pub fn pickle(&self, key: &[u8]) -> Result<String, OlmError> {
        Ok(self.0.pickle().encrypt(pickle_key(key)?))
    }

    /// Restores a session.
    ///
    /// # Errors
    /// [`OlmError::PickleKeyLength`], [`OlmError::Pickle`].
    pub fn from_pickle(pickle: &str, key: &[u8]) -> Result<Self, OlmError> {
        let pickle = InboundGroupSessionPickle::from_encrypted(pickle, pickle_key(key)?)?;
        Ok(Self(megolm::InboundGroupSession::from_pickle(pickle)))
    }

    /// Restores a session that libolm pickled, with a key of any length.
    ///
    /// # Errors
    /// [`OlmError::LibolmPickle`].
    pub fn from_libolm_pickle(pickle: &str, key: &[u8]) -> Result<Self, OlmError> {
        Ok(Self(megolm::InboundGroupSession::from_libolm_pickle(pickle, key)?))
    }
}
