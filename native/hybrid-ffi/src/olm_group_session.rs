//! Megolm for the sender. See `hybrid_olm`.

use std::sync::Mutex;

use hybrid_olm::GroupSession;

use crate::boundary::boundary;
use crate::handles::{free, lock, Locked};
use crate::status::Status;
use crate::views::{ByteView, Out, OwnedBuffer};

/// The sending side of a Megolm session.
pub struct OlmGroupSessionHandle(Mutex<GroupSession>);

impl Locked for OlmGroupSessionHandle {
    type Inner = GroupSession;

    fn mutex(&self) -> &Mutex<GroupSession> {
        &self.0
    }
}

impl OlmGroupSessionHandle {
    /// A handle for the caller to own.
    pub(crate) fn new(session: GroupSession) -> *mut Self {
        Box::into_raw(Box::new(Self(Mutex::new(session))))
    }
}

/// Makes a session with new keys.
///
/// # Safety
/// `out` is writable. The handle goes back to `hybrid_olm_group_session_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_group_session_new(out: *mut *mut OlmGroupSessionHandle) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let out = unsafe { Out::new(out)? };
        out.write(OlmGroupSessionHandle::new(GroupSession::new()));
        Ok(())
    })
}

/// Frees a group session. Null is ignored.
///
/// # Safety
/// The handle came from this library, is given back once, and no call uses it.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_group_session_free(handle: *mut OlmGroupSessionHandle) {
    // SAFETY: the caller's promise.
    unsafe { free(handle) }
}

/// The ID of the session.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_group_session_id(
    handle: *const OlmGroupSessionHandle,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (session, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(session.id().into_bytes());
        Ok(())
    })
}

/// The index of the next message.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_group_session_message_index(
    handle: *const OlmGroupSessionHandle,
    out: *mut u32,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (session, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(session.message_index());
        Ok(())
    })
}

/// The key that reads from the next message on.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_group_session_session_key(
    handle: *const OlmGroupSessionHandle,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (session, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(session.session_key().into_bytes());
        Ok(())
    })
}

/// Encrypts a message.
///
/// # Safety
/// The handle is alive and the view is readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_group_session_encrypt(
    handle: *const OlmGroupSessionHandle,
    plaintext: ByteView,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut session, plaintext, out) = unsafe { (lock(handle)?, plaintext.bytes()?, Out::new(out)?) };
        out.write(session.encrypt(plaintext).into_bytes());
        Ok(())
    })
}

/// A group session, encrypted with a key of 32 bytes.
///
/// # Safety
/// The handle is alive and the view is readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_group_session_pickle(
    handle: *const OlmGroupSessionHandle,
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

/// Restores a group session.
///
/// # Safety
/// The views are readable for the call, `out` is writable. The handle goes back to `hybrid_olm_group_session_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_group_session_from_pickle(
    pickle: ByteView,
    key: ByteView,
    out: *mut *mut OlmGroupSessionHandle,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (pickle, key, out) = unsafe { (pickle.text()?, key.bytes()?, Out::new(out)?) };
        out.write(OlmGroupSessionHandle::new(GroupSession::from_pickle(pickle, key)?));
        Ok(())
    })
}

/// Restores a group session that libolm pickled.
///
/// # Safety
/// The views are readable for the call, `out` is writable. The handle goes back to `hybrid_olm_group_session_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_group_session_from_libolm_pickle(
    pickle: ByteView,
    key: ByteView,
    out: *mut *mut OlmGroupSessionHandle,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (pickle, key, out) = unsafe { (pickle.text()?, key.bytes()?, Out::new(out)?) };
        out.write(OlmGroupSessionHandle::new(GroupSession::from_libolm_pickle(
            pickle, key,
        )?));
        Ok(())
    })
}
