//! What can go wrong, in one type.

use vodozemac::megolm::SessionKeyDecodeError;
use vodozemac::{ecies, megolm, olm, pk_encryption, sas};
use vodozemac::{DecodeError, DehydratedDeviceError, KeyError, LibolmPickleError, PickleError, SignatureError};

/// A failure, with vodozemac's own words.
#[derive(Debug, thiserror::Error)]
pub enum OlmError {
    /// A public key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A signature.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The outer form of a message.
    #[error(transparent)]
    Message(#[from] DecodeError),
    /// The decryption of an Olm message.
    #[error(transparent)]
    OlmDecryption(#[from] olm::DecryptionError),
    /// The decryption of a Megolm message.
    #[error(transparent)]
    MegolmDecryption(#[from] megolm::DecryptionError),
    /// The encryption of an Olm message.
    #[error(transparent)]
    OlmEncryption(#[from] olm::EncryptionError),
    /// A new Olm session.
    #[error(transparent)]
    SessionCreation(#[from] olm::SessionCreationError),
    /// A pickle.
    #[error(transparent)]
    Pickle(#[from] PickleError),
    /// A pickle of libolm.
    #[error(transparent)]
    LibolmPickle(#[from] LibolmPickleError),
    /// A dehydrated device.
    #[error(transparent)]
    DehydratedDevice(#[from] DehydratedDeviceError),
    /// The key of a Megolm session.
    #[error(transparent)]
    SessionKey(#[from] SessionKeyDecodeError),
    /// The MAC of a verification.
    #[error(transparent)]
    SasMac(#[from] sas::SasError),
    /// The MAC of a verification is no base64.
    #[error("the MAC is no base64: {0}")]
    SasMacText(vodozemac::Base64DecodeError),
    /// More bytes from a verification than there are.
    #[error("{0} bytes are more than a verification gives")]
    SasByteCount(usize),
    /// The outer form of a message in a secure channel.
    #[error(transparent)]
    EciesMessage(#[from] ecies::MessageDecodeError),
    /// A secure channel, or the decryption of a message in one.
    #[error(transparent)]
    Ecies(#[from] ecies::Error),
    /// An own key that serves once was used already.
    #[error("the own key serves once, and was used already")]
    KeyAlreadyUsed,
    /// The outer form of a message for a key backup.
    #[error(transparent)]
    BackupMessage(#[from] pk_encryption::MessageDecodeError),
    /// The encryption or decryption of a message for a key backup.
    #[error(transparent)]
    Backup(#[from] pk_encryption::Error),
    /// The secret key of a key backup.
    #[error("the secret key of a backup has 32 bytes, not {0}")]
    BackupKeyLength(usize),
    /// A normal message where only a pre-key message can help.
    #[error("a session can be created only from a pre-key message")]
    NotAPreKeyMessage,
    /// A pickle key of another length.
    #[error("a pickle key has 32 bytes, not {0}")]
    PickleKeyLength(usize),
    /// More one-time keys than an account can hold.
    #[error("{0} one-time keys are more than an account can hold")]
    TooManyOneTimeKeys(usize),
    /// An index that the session has passed.
    #[error("the session begins at message index {first}, after {wanted}")]
    IndexPassed {
        /// The first index that the session knows.
        first: u32,
        /// The index asked for.
        wanted: u32,
    },
    /// Two sessions that are not the same one.
    #[error("the sessions do not belong together")]
    Unconnected,
}

/// The kinds of failure that callers tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OlmErrorKind {
    /// An argument is outside of what the function takes.
    InvalidArgument,
    /// A public key is no base64, has the wrong length or is not on the curve.
    InvalidKey,
    /// A key of the other side would make the shared secret predictable.
    NonContributoryKey,
    /// A signature is malformed, or not one of this key over this message.
    InvalidSignature,
    /// A message is no base64 or not of the protocol's form.
    MalformedMessage,
    /// A message was made with another session, or changed on the way.
    DecryptionFailed,
    /// The key for an Olm message was used already, or is discarded.
    MissingMessageKey,
    /// The session knows only messages with a higher index.
    UnknownMessageIndex,
    /// A message is too far ahead of the last one.
    MessageGapTooBig,
    /// A pre-key message uses a one-time key that the account does not have, or no longer.
    UnknownOneTimeKey,
    /// A pre-key message names another sender than the caller expects.
    MismatchedIdentityKey,
    /// A pickle is malformed, or its key is not the one that encrypted it.
    InvalidPickle,
    /// The key of a Megolm session is malformed or its signature is wrong.
    InvalidSessionKey,
    /// Two Megolm sessions are not the same one.
    UnconnectedSessions,
    /// The MAC of a verification is malformed or wrong.
    InvalidMac,
    /// A key that serves once was used already.
    KeyAlreadyUsed,
}

impl OlmError {
    /// What kind of failure this is.
    pub fn kind(&self) -> OlmErrorKind {
        match self {
            Self::Key(KeyError::NonContributoryKey) => OlmErrorKind::NonContributoryKey,
            Self::Key(_) => OlmErrorKind::InvalidKey,
            Self::Signature(_) => OlmErrorKind::InvalidSignature,
            Self::Message(_) | Self::NotAPreKeyMessage | Self::EciesMessage(_) | Self::BackupMessage(_) => {
                OlmErrorKind::MalformedMessage
            }
            Self::OlmDecryption(error) => olm_decryption(error),
            Self::MegolmDecryption(error) => megolm_decryption(error),
            Self::OlmEncryption(olm::EncryptionError::NonContributoryKey) => OlmErrorKind::NonContributoryKey,
            Self::SessionCreation(error) => session_creation(error),
            Self::Pickle(_) | Self::LibolmPickle(_) | Self::DehydratedDevice(_) => OlmErrorKind::InvalidPickle,
            Self::SessionKey(_) => OlmErrorKind::InvalidSessionKey,
            Self::SasMac(_) | Self::SasMacText(_) => OlmErrorKind::InvalidMac,
            Self::Ecies(ecies::Error::NonContributoryKey) | Self::Backup(pk_encryption::Error::NonContributoryKey) => {
                OlmErrorKind::NonContributoryKey
            }
            Self::Ecies(ecies::Error::Decryption) | Self::Backup(_) => OlmErrorKind::DecryptionFailed,
            Self::KeyAlreadyUsed => OlmErrorKind::KeyAlreadyUsed,
            Self::BackupKeyLength(_) => OlmErrorKind::InvalidKey,
            Self::PickleKeyLength(_) | Self::TooManyOneTimeKeys(_) | Self::SasByteCount(_) => {
                OlmErrorKind::InvalidArgument
            }
            Self::IndexPassed { .. } => OlmErrorKind::UnknownMessageIndex,
            Self::Unconnected => OlmErrorKind::UnconnectedSessions,
        }
    }
}

fn olm_decryption(error: &olm::DecryptionError) -> OlmErrorKind {
    match error {
        olm::DecryptionError::InvalidMAC(_)
        | olm::DecryptionError::InvalidMACLength(..)
        | olm::DecryptionError::InvalidPadding(_) => OlmErrorKind::DecryptionFailed,
        olm::DecryptionError::NonContributoryKey => OlmErrorKind::NonContributoryKey,
        olm::DecryptionError::MissingMessageKey(_) => OlmErrorKind::MissingMessageKey,
        olm::DecryptionError::TooBigMessageGap(..) => OlmErrorKind::MessageGapTooBig,
    }
}

fn megolm_decryption(error: &megolm::DecryptionError) -> OlmErrorKind {
    match error {
        megolm::DecryptionError::Signature(_) => OlmErrorKind::InvalidSignature,
        megolm::DecryptionError::InvalidMAC(_)
        | megolm::DecryptionError::InvalidMACLength(..)
        | megolm::DecryptionError::InvalidPadding(_) => OlmErrorKind::DecryptionFailed,
        megolm::DecryptionError::UnknownMessageIndex(..) => OlmErrorKind::UnknownMessageIndex,
    }
}

fn session_creation(error: &olm::SessionCreationError) -> OlmErrorKind {
    match error {
        olm::SessionCreationError::MissingOneTimeKey(_) => OlmErrorKind::UnknownOneTimeKey,
        olm::SessionCreationError::MismatchedIdentityKey(..) => OlmErrorKind::MismatchedIdentityKey,
        olm::SessionCreationError::MismatchedSessionConfig { .. } => OlmErrorKind::MalformedMessage,
        olm::SessionCreationError::Decryption(error) => olm_decryption(error),
        olm::SessionCreationError::NonContributoryKey => OlmErrorKind::NonContributoryKey,
    }
}
