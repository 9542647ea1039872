//! What the Olm exports share: failures as statuses, and the lock around each object.

use std::sync::{Mutex, MutexGuard};

use hybrid_olm::{OlmError, OlmErrorKind};

use crate::boundary::Failure;
use crate::status::Status;
use crate::views::{borrow, ByteView};

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

/// A handle to an Olm object. Each has a lock of its own, so that threads may share it.
pub(crate) trait Locked {
    /// What the lock protects.
    type Inner;

    /// The lock.
    fn mutex(&self) -> &Mutex<Self::Inner>;
}

/// Locks what a handle points to.
///
/// # Safety
/// As for [`borrow`].
///
/// # Errors
/// [`Status::NullPointer`]; [`Status::Panic`] if an earlier call on the object panicked and may have left it half changed.
pub(crate) unsafe fn lock<'a, T: Locked + 'a>(handle: *const T) -> Result<MutexGuard<'a, T::Inner>, Failure> {
    // SAFETY: the caller's promise.
    let handle = unsafe { borrow(handle)? };
    handle
        .mutex()
        .lock()
        .map_err(|_| Failure::new(Status::Panic, "an earlier call on this object panicked"))
}

/// Frees a handle. Null is ignored.
///
/// # Safety
/// The handle came from this library, is given back once, and no call uses it.
pub(crate) unsafe fn free<T>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: the caller's promise.
        drop(unsafe { Box::from_raw(handle) });
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
