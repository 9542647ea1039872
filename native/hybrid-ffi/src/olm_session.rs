//! Olm sessions. See `hybrid_olm`.

use std::sync::Mutex;

use hybrid_olm::{pre_key_message_session_keys, Session};

use crate::boundary::boundary;
use crate::handles::{free, lock, Locked};
use crate::status::Status;
use crate::views::{ByteView, Out, OwnedBuffer};

/// A session of two devices.
pub struct OlmSessionHandle(Mutex<Session>);

impl Locked for OlmSessionHandle {
    type Inner = Session;

    fn mutex(&self) -> &Mutex<Session> {
        &self.0
    }
}

impl OlmSessionHandle {
    /// A handle for the caller to own.
    pub(crate) fn new(session: Session) -> *mut Self {
        Box::into_raw(Box::new(Self(Mutex::new(session))))
    }
}

/// Frees a session. Null is ignored.
///
/// # Safety
/// The handle came from this library, is given back once, and no call uses it.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_session_free(handle: *mut OlmSessionHandle) {
    // SAFETY: the caller's promise.
    unsafe { free(handle) }
}

/// The ID of the session.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_session_id(handle: *const OlmSessionHandle, out: *mut OwnedBuffer) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (session, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(session.id().into_bytes());
        Ok(())
    })
}

/// The keys that the session was made of, as a JSON object.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_session_keys(handle: *const OlmSessionHandle, out: *mut OwnedBuffer) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (session, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(session.session_keys().into_bytes());
        Ok(())
    })
}

/// The keys that a pre-key message makes a session of, as a JSON object.
///
/// # Safety
/// The view is readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_pre_key_message_session_keys(
    pre_key_message: ByteView,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (pre_key_message, out) = unsafe { (pre_key_message.text()?, Out::new(out)?) };
        out.write(pre_key_message_session_keys(pre_key_message)?.into_bytes());
        Ok(())
    })
}

/// Whether the other side is known to have the session: 1 or 0.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_session_has_received_message(
    handle: *const OlmSessionHandle,
    out: *mut u8,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (session, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(session.has_received_message());
        Ok(())
    })
}

/// Whether a pre-key message belongs to the session: 1 or 0.
///
/// # Safety
/// The handle is alive and the view is readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_session_matches(
    handle: *const OlmSessionHandle,
    pre_key_message: ByteView,
    out: *mut u8,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (session, pre_key_message, out) = unsafe { (lock(handle)?, pre_key_message.text()?, Out::new(out)?) };
        out.write(session.matches(pre_key_message)?);
        Ok(())
    })
}

/// Encrypts a message. The type is 0 for a pre-key message, 1 for a normal one.
///
/// # Safety
/// The handle is alive and the view is readable for the call, results are writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_session_encrypt(
    handle: *const OlmSessionHandle,
    plaintext: ByteView,
    out_type: *mut u32,
    out_ciphertext: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut session, plaintext, out_type, out_ciphertext) = unsafe {
            (
                lock(handle)?,
                plaintext.bytes()?,
                Out::new(out_type)?,
                Out::new(out_ciphertext)?,
            )
        };
        let message = session.encrypt(plaintext)?;
        out_type.write(message.message_type);
        out_ciphertext.write(message.ciphertext.into_bytes());
        Ok(())
    })
}

/// Decrypts a message.
///
/// # Safety
/// The handle is alive and the view is readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_session_decrypt(
    handle: *const OlmSessionHandle,
    message_type: u32,
    ciphertext: ByteView,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut session, ciphertext, out) = unsafe { (lock(handle)?, ciphertext.text()?, Out::new(out)?) };
        out.write(session.decrypt(message_type, ciphertext)?);
        Ok(())
    })
}

/// A session, encrypted with a key of 32 bytes.
///
/// # Safety
/// The handle is alive and the view is readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_session_pickle(
    handle: *const OlmSessionHandle,
    key: ByteView,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (session, key, out) = unsafe { (lock(handle)?, key.bytes()?, Out::new(out)?) };
        out.write(session.pickle(key)?.into_bytes());
        Ok(())
    })
}

/// Restores a session.
///
/// # Safety
/// The views are readable for the call, `out` is writable. The handle goes back to `hybrid_olm_session_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_session_from_pickle(
    pickle: ByteView,
    key: ByteView,
    out: *mut *mut OlmSessionHandle,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (pickle, key, out) = unsafe { (pickle.text()?, key.bytes()?, Out::new(out)?) };
        out.write(OlmSessionHandle::new(Session::from_pickle(pickle, key)?));
        Ok(())
    })
}

/// Restores a session that libolm pickled.
///
/// # Safety
/// The views are readable for the call, `out` is writable. The handle goes back to `hybrid_olm_session_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_session_from_libolm_pickle(
    pickle: ByteView,
    key: ByteView,
    out: *mut *mut OlmSessionHandle,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (pickle, key, out) = unsafe { (pickle.text()?, key.bytes()?, Out::new(out)?) };
        out.write(OlmSessionHandle::new(Session::from_libolm_pickle(pickle, key)?));
        Ok(())
    })
}
