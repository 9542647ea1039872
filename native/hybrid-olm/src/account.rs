//! Accounts: the keys of one device.

use std::collections::BTreeMap;

use serde_json::json;
use vodozemac::olm::{self, AccountPickle, PreKeyMessage, SessionConfig};
use vodozemac::{Curve25519PublicKey, KeyId};

use crate::error::OlmError;
use crate::pickle_key;
use crate::session::Session;

/// The most one-time keys that one call generates: as many as an account holds before it drops the oldest.
pub const MAX_GENERATED_KEYS: usize = 5000;

/// The long-term and one-time keys of a device.
#[derive(Default)]
pub struct Account(pub(crate) olm::Account);

/// A session made from the first message of the other side, and that message.
pub struct InboundSession {
    /// The session.
    pub session: Session,
    /// What the message says.
    pub plaintext: Vec<u8>,
}

impl Account {
    /// An account with new identity keys and no one-time keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// The public key that checks the account's signatures: the device's fingerprint.
    pub fn ed25519_key(&self) -> String {
        self.0.ed25519_key().to_base64()
    }

    /// The public key that identifies the account in sessions.
    pub fn curve25519_key(&self) -> String {
        self.0.curve25519_key().to_base64()
    }

    /// Signs a message.
    pub fn sign(&self, message: &[u8]) -> String {
        self.0.sign(message).to_base64()
    }

    /// How many one-time keys a device should keep published.
    pub fn max_one_time_keys(&self) -> usize {
        self.0.max_number_of_one_time_keys()
    }

    /// How many one-time keys the account holds, published or not.
    pub fn stored_one_time_keys(&self) -> usize {
        self.0.stored_one_time_key_count()
    }

    /// Makes one-time keys: `{"created":[key, …],"removed":[key, …]}`. The oldest go when there is no room.
    ///
    /// # Errors
    /// [`OlmError::TooManyOneTimeKeys`] for more than [`MAX_GENERATED_KEYS`].
    pub fn generate_one_time_keys(&mut self, count: usize) -> Result<String, OlmError> {
        if count > MAX_GENERATED_KEYS {
            return Err(OlmError::TooManyOneTimeKeys(count));
        }
        let result = self.0.generate_one_time_keys(count);
        let texts = |keys: &[Curve25519PublicKey]| keys.iter().map(Curve25519PublicKey::to_base64).collect::<Vec<_>>();
        Ok(json!({ "created": texts(&result.created), "removed": texts(&result.removed) }).to_string())
    }

    /// The one-time keys that are not published yet: `{"key ID": key, …}`.
    pub fn one_time_keys(&self) -> String {
        by_id(self.0.one_time_keys())
    }

    /// Makes a fallback key in place of the current one. Returns the one that is forgotten for it: that before the current.
    pub fn generate_fallback_key(&mut self) -> Option<String> {
        self.0.generate_fallback_key().map(|key| key.to_base64())
    }

    /// The fallback key unless it is published: `{"key ID": key}` or `{}`.
    pub fn fallback_key(&self) -> String {
        by_id(self.0.fallback_key())
    }

    /// Forgets the fallback key before the current one. Whether there was one.
    pub fn forget_fallback_key(&mut self) -> bool {
        self.0.forget_fallback_key()
    }

    /// Notes that all keys have been uploaded.
    pub fn mark_keys_as_published(&mut self) {
        self.0.mark_keys_as_published();
    }

    /// Begins a session with a device, with its identity key and one of its one-time keys.
    ///
    /// # Errors
    /// [`OlmError::Key`], [`OlmError::SessionCreation`] for keys that would make the secret predictable.
    pub fn create_outbound_session(&self, identity_key: &str, one_time_key: &str) -> Result<Session, OlmError> {
        let identity_key = Curve25519PublicKey::from_base64(identity_key)?;
        let one_time_key = Curve25519PublicKey::from_base64(one_time_key)?;
        let session = self
            .0
            .create_outbound_session(SessionConfig::version_1(), identity_key, one_time_key)?;
        Ok(Session(session))
    }

    /// Begins a session from the first message of a device. Its one-time key is used up, unless it is the fallback key.
    ///
    /// # Errors
    /// [`OlmError::Key`], [`OlmError::Message`], [`OlmError::SessionCreation`]; the account is then unchanged.
    pub fn create_inbound_session(
        &mut self,
        identity_key: &str,
        pre_key_message: &str,
    ) -> Result<InboundSession, OlmError> {
        let identity_key = Curve25519PublicKey::from_base64(identity_key)?;
        let message = PreKeyMessage::from_base64(pre_key_message)?;
        let result = self
            .0
            .create_inbound_session(SessionConfig::version_1(), identity_key, &message)?;
        Ok(InboundSession {
            session: Session(result.session),
            plaintext: result.plaintext,
        })
    }

    /// The account, encrypted with a key of 32 bytes.
    ///
    /// # Errors
    /// [`OlmError::PickleKeyLength`].
    pub fn pickle(&self, key: &[u8]) -> Result<String, OlmError> {
        Ok(self.0.pickle().encrypt(pickle_key(key)?))
    }

    /// Restores an account.
    ///
    /// # Errors
    /// [`OlmError::PickleKeyLength`], [`OlmError::Pickle`].
    pub fn from_pickle(pickle: &str, key: &[u8]) -> Result<Self, OlmError> {
        let pickle = AccountPickle::from_encrypted(pickle, pickle_key(key)?)?;
        Ok(Self(olm::Account::from_pickle(pickle)))
    }

    /// The account in libolm's format. Lossy: libolm holds fewer one-time keys. A key must not be used for two pickles,
    /// since the format derives its initialisation vector from it.
    ///
    /// # Errors
    /// [`OlmError::LibolmPickle`].
    pub fn to_libolm_pickle(&self, key: &[u8]) -> Result<String, OlmError> {
        Ok(self.0.to_libolm_pickle(key)?)
    }

    /// Restores an account that libolm pickled, with a key of any length.
    ///
    /// # Errors
    /// [`OlmError::LibolmPickle`].
    pub fn from_libolm_pickle(pickle: &str, key: &[u8]) -> Result<Self, OlmError> {
        Ok(Self(olm::Account::from_libolm_pickle(pickle, key)?))
    }
}

fn by_id(keys: impl IntoIterator<Item = (KeyId, Curve25519PublicKey)>) -> String {
    let keys: BTreeMap<String, String> = keys
        .into_iter()
        .map(|(id, key)| (id.to_base64(), key.to_base64()))
        .collect();
    json!(keys).to_string()
}
