//! What the Olm exports share: failures as statuses.

use hybrid_olm::{OlmError, OlmErrorKind};

use crate::boundary::Failure;
use crate::status::Status;
use crate::views::ByteView;

impl From<OlmError> for Failure {
    fn from(error: OlmError) -> Self {
        let status = match error.kind() {
            OlmErrorKind::InvalidArgument => Status::InvalidArgument,
            OlmErrorKind::InvalidKey => Status::OlmInvalidKey,
            OlmErrorKind::NonContributoryKey => Status::OlmNonContributoryKey,
            OlmErrorKind::InvalidSignature => Status::OlmInvalidSignature,
            OlmErrorKind::MalformedMessage => Status::OlmMalformedMessage,
            OlmErrorKind::DecryptionFailed => Status::OlmDecryptionFailed,
            OlmErrorKind::MissingMessageKey => Status::OlmMissingMessageKey,
            OlmErrorKind::UnknownMessageIndex => Status::OlmUnknownMessageIndex,
            OlmErrorKind::MessageGapTooBig => Status::OlmMessageGapTooBig,
            OlmErrorKind::UnknownOneTimeKey => Status::OlmUnknownOneTimeKey,
            OlmErrorKind::MismatchedIdentityKey => Status::OlmMismatchedIdentityKey,
            OlmErrorKind::InvalidPickle => Status::OlmInvalidPickle,
            OlmErrorKind::InvalidSessionKey => Status::OlmInvalidSessionKey,
            OlmErrorKind::UnconnectedSessions => Status::OlmUnconnectedSessions,
            OlmErrorKind::InvalidMac => Status::OlmInvalidMac,
            OlmErrorKind::KeyAlreadyUsed => Status::OlmKeyAlreadyUsed,
        };
        Self::new(status, error)
    }
}

/// Checks an Ed25519 signature strictly.
///
/// # Safety
/// The views are readable for the call.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_verify_signature(key: ByteView, message: ByteView, signature: ByteView) -> Status {
    crate::boundary::boundary(|| {
        // SAFETY: the caller's promise.
        let (key, message, signature) = unsafe { (key.text()?, message.bytes()?, signature.text()?) };
        Ok(hybrid_olm::verify_signature(key, message, signature)?)
    })
}
