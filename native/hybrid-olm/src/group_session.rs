//! Megolm for the sender.

use vodozemac::megolm::{self, GroupSessionPickle, SessionConfig};

use crate::error::OlmError;
use crate::pickle_key;

/// The sending side of a Megolm session.
pub struct GroupSession(megolm::GroupSession);

impl Default for GroupSession {
    fn default() -> Self {
        Self(megolm::GroupSession::new(SessionConfig::version_1()))
    }
}

impl GroupSession {
    /// A session with a new ratchet and a new signing key.
    pub fn new() -> Self {
        Self::default()
    }

    /// The ID of the session, the same for all receivers.
    pub fn id(&self) -> String {
        self.0.session_id()
    }

    /// The index of the next message.
    pub fn message_index(&self) -> u32 {
        self.0.message_index()
    }

    /// The key that lets others read from the next message on.
    pub fn session_key(&self) -> String {
        self.0.session_key().to_base64()
    }

    /// Encrypts a message.
    pub fn encrypt(&mut self, plaintext: &[u8]) -> String {
        self.0.encrypt(plaintext).to_base64()
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
        let pickle = GroupSessionPickle::from_encrypted(pickle, pickle_key(key)?)?;
        Ok(Self(megolm::GroupSession::from_pickle(pickle)))
    }

    /// Restores a session that libolm pickled, with a key of any length.
    ///
    /// # Errors
    /// [`OlmError::LibolmPickle`].
    pub fn from_libolm_pickle(pickle: &str, key: &[u8]) -> Result<Self, OlmError> {
        Ok(Self(megolm::GroupSession::from_libolm_pickle(pickle, key)?))
    }
}
