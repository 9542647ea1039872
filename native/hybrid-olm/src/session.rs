//! Olm sessions: two devices.

use serde_json::json;
use vodozemac::olm::{self, Message, MessageType, OlmMessage, PreKeyMessage, SessionKeys, SessionPickle};
use vodozemac::DecodeError;

use crate::error::OlmError;
use crate::pickle_key;

/// One side of a double ratchet.
pub struct Session(pub(crate) olm::Session);

/// An encrypted message, as the `ciphertext` of `m.olm.v1.curve25519-aes-sha2` has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encrypted {
    /// 0 for a pre-key message, 1 for a normal one.
    pub message_type: u32,
    /// The body.
    pub ciphertext: String,
}

impl Session {
    /// The ID of the session, the same on both sides.
    pub fn id(&self) -> String {
        self.0.session_id()
    }

    /// The keys that the session was made of, see [`pre_key_message_session_keys`].
    pub fn session_keys(&self) -> String {
        session_keys(&self.0.session_keys())
    }

    /// Whether the other side is known to have the session. Until then messages are pre-key messages.
    pub fn has_received_message(&self) -> bool {
        self.0.has_received_message()
    }

    /// Whether a pre-key message belongs to this session, so that no new one should be made from it.
    ///
    /// # Errors
    /// [`OlmError::Message`].
    pub fn matches(&self, pre_key_message: &str) -> Result<bool, OlmError> {
        Ok(PreKeyMessage::from_base64(pre_key_message)?.session_id() == self.0.session_id())
    }

    /// Encrypts a message.
    ///
    /// # Errors
    /// [`OlmError::OlmEncryption`] if the other side's ratchet key would make the secret predictable.
    pub fn encrypt(&mut self, plaintext: &[u8]) -> Result<Encrypted, OlmError> {
        let message = self.0.encrypt(plaintext)?;
        let message_type = match message.message_type() {
            MessageType::PreKey => 0,
            MessageType::Normal => 1,
        };
        let ciphertext = match message {
            OlmMessage::Normal(message) => message.to_base64(),
            OlmMessage::PreKey(message) => message.to_base64(),
        };
        Ok(Encrypted {
            message_type,
            ciphertext,
        })
    }

    /// Decrypts a message. Each can be decrypted once.
    ///
    /// # Errors
    /// [`OlmError::Message`], [`OlmError::OlmDecryption`]; the session is then unchanged.
    pub fn decrypt(&mut self, message_type: u32, ciphertext: &str) -> Result<Vec<u8>, OlmError> {
        let message = match message_type {
            0 => OlmMessage::PreKey(PreKeyMessage::from_base64(ciphertext)?),
            1 => OlmMessage::Normal(Message::from_base64(ciphertext)?),
            other => return Err(DecodeError::MessageType(usize::try_from(other).unwrap_or(usize::MAX)).into()),
        };
        Ok(self.0.decrypt(&message)?)
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
        let pickle = SessionPickle::from_encrypted(pickle, pickle_key(key)?)?;
        Ok(Self(olm::Session::from_pickle(pickle)))
    }

    /// Restores a session that libolm pickled, with a key of any length.
    ///
    /// # Errors
    /// [`OlmError::LibolmPickle`].
    pub fn from_libolm_pickle(pickle: &str, key: &[u8]) -> Result<Self, OlmError> {
        Ok(Self(olm::Session::from_libolm_pickle(pickle, key)?))
    }
}

/// The keys that a pre-key message makes a session of, the ID of that session with them:
/// `{"identity_key":…,"base_key":…,"one_time_key":…,"session_id":…}`. Nothing about them is checked yet.
///
/// # Errors
/// [`OlmError::Message`].
pub fn pre_key_message_session_keys(message: &str) -> Result<String, OlmError> {
    Ok(session_keys(&PreKeyMessage::from_base64(message)?.session_keys()))
}

fn session_keys(keys: &SessionKeys) -> String {
    json!({
        "identity_key": keys.identity_key.to_base64(),
        "base_key": keys.base_key.to_base64(),
        "one_time_key": keys.one_time_key.to_base64(),
        "session_id": keys.session_id(),
    })
    .to_string()
}
