//! Megolm for the receivers. See `hybrid_olm`.

use std::sync::Mutex;

use hybrid_olm::{InboundGroupSession, SessionOrdering};

use crate::boundary::{boundary, Failure};
use crate::handles::{free, lock, Locked};
use crate::status::Status;
use crate::views::{ByteView, Out, OwnedBuffer};

/// A receiving side of a Megolm session.
pub struct OlmInboundGroupSessionHandle(Mutex<InboundGroupSession>);

impl Locked for OlmInboundGroupSessionHandle {
    type Inner = InboundGroupSession;

    fn mutex(&self) -> &Mutex<InboundGroupSession> {
        &self.0
    }
}

impl OlmInboundGroupSessionHandle {
    /// A handle for the caller to own.
    pub(crate) fn new(session: InboundGroupSession) -> *mut Self {
        Box::into_raw(Box::new(Self(Mutex::new(session))))
    }
}

/// How two sessions relate, seen from the first.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OlmSessionOrdering {
    /// Both begin at the same message.
    Equal = 0,
    /// The first begins earlier.
    Better = 1,
    /// The first begins later.
    Worse = 2,
    /// They are not the same session.
    Unconnected = 3,
}

impl From<SessionOrdering> for OlmSessionOrdering {
    fn from(ordering: SessionOrdering) -> Self {
        match ordering {
            SessionOrdering::Equal => Self::Equal,
            SessionOrdering::Better => Self::Better,
            SessionOrdering::Worse => Self::Worse,
            SessionOrdering::Unconnected => Self::Unconnected,
        }
    }
}

/// Runs a function on two locked sessions. The locks are taken in the order of their addresses, so that two threads with
/// the same sessions cannot wait for each other.
///
/// # Safety
/// Both handles are alive for the call.
unsafe fn with_both<T>(
    first: *const OlmInboundGroupSessionHandle,
    second: *const OlmInboundGroupSessionHandle,
    body: impl FnOnce(&mut InboundGroupSession, &mut InboundGroupSession) -> T,
) -> Result<T, Failure> {
    if std::ptr::eq(first, second) {
        return Err(Failure::new(
            Status::InvalidArgument,
            "a session is compared with itself",
        ));
    }
    // SAFETY: the caller's promise.
    let locked = |handle| unsafe { lock(handle) };
    let (mut session, mut other) = if first < second {
        let session = locked(first)?;
        (session, locked(second)?)
    } else {
        let other = locked(second)?;
        (locked(first)?, other)
    };
    Ok(body(&mut session, &mut other))
}

/// Makes a session from the key that the sender shared.
///
/// # Safety
/// The view is readable for the call, `out` is writable. The handle goes back to `hybrid_olm_inbound_group_session_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_inbound_group_session_new(
    session_key: ByteView,
    out: *mut *mut OlmInboundGroupSessionHandle,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (session_key, out) = unsafe { (session_key.text()?, Out::new(out)?) };
        out.write(OlmInboundGroupSessionHandle::new(InboundGroupSession::new(
            session_key,
        )?));
        Ok(())
    })
}

/// Makes a session from a key that a receiver exported.
///
/// # Safety
/// The view is readable for the call, `out` is writable. The handle goes back to `hybrid_olm_inbound_group_session_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_inbound_group_session_import(
    exported_key: ByteView,
    out: *mut *mut OlmInboundGroupSessionHandle,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (exported_key, out) = unsafe { (exported_key.text()?, Out::new(out)?) };
        out.write(OlmInboundGroupSessionHandle::new(InboundGroupSession::import(
            exported_key,
        )?));
        Ok(())
    })
}

/// Frees an inbound group session. Null is ignored.
///
/// # Safety
/// The handle came from this library, is given back once, and no call uses it.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_inbound_group_session_free(handle: *mut OlmInboundGroupSessionHandle) {
    // SAFETY: the caller's promise.
    unsafe { free(handle) }
}

/// The ID of the session.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_inbound_group_session_id(
    handle: *const OlmInboundGroupSessionHandle,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (session, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(session.id().into_bytes());
        Ok(())
    })
}

/// The first message that the session can decrypt.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_inbound_group_session_first_known_index(
    handle: *const OlmInboundGroupSessionHandle,
    out: *mut u32,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (session, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(session.first_known_index());
        Ok(())
    })
}

/// Decrypts a message.
///
/// # Safety
/// The handle is alive and the view is readable for the call, results are writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_inbound_group_session_decrypt(
    handle: *const OlmInboundGroupSessionHandle,
    ciphertext: ByteView,
    out_plaintext: *mut OwnedBuffer,
    out_index: *mut u32,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut session, ciphertext, out_plaintext, out_index) = unsafe {
            (
                lock(handle)?,
                ciphertext.text()?,
                Out::new(out_plaintext)?,
                Out::new(out_index)?,
            )
        };
        let decrypted = session.decrypt(ciphertext)?;
        out_index.write(decrypted.message_index);
        out_plaintext.write(decrypted.plaintext);
        Ok(())
    })
}

/// The key that reads from the message with this index on.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_inbound_group_session_export_at(
    handle: *const OlmInboundGroupSessionHandle,
    index: u32,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut session, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(session.export_at(index)?.into_bytes());
        Ok(())
    })
}

/// The key that reads from the first message that the session can decrypt.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_inbound_group_session_export_at_first_known_index(
    handle: *const OlmInboundGroupSessionHandle,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (session, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(session.export_at_first_known_index().into_bytes());
        Ok(())
    })
}

/// Forgets the messages before this index: 0 if they are forgotten already.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_inbound_group_session_advance_to(
    handle: *const OlmInboundGroupSessionHandle,
    index: u32,
    out: *mut u8,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut session, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(session.advance_to(index));
        Ok(())
    })
}

/// Which of two sessions reads more.
///
/// # Safety
/// Both handles are alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_inbound_group_session_compare(
    handle: *const OlmInboundGroupSessionHandle,
    other: *const OlmInboundGroupSessionHandle,
    out: *mut OlmSessionOrdering,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let out = unsafe { Out::new(out)? };
        // SAFETY: the caller's promise.
        let ordering = unsafe { with_both(handle, other, InboundGroupSession::compare)? };
        out.write(ordering);
        Ok(())
    })
}

/// Makes a session with the better of two in each respect.
///
/// # Safety
/// Both handles are alive for the call, `out` is writable. The new handle goes
/// back to `hybrid_olm_inbound_group_session_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_inbound_group_session_merge(
    handle: *const OlmInboundGroupSessionHandle,
    other: *const OlmInboundGroupSessionHandle,
    out: *mut *mut OlmInboundGroupSessionHandle,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let out = unsafe { Out::new(out)? };
        // SAFETY: the caller's promise.
        let merged = unsafe { with_both(handle, other, InboundGroupSession::merge)? };
        out.write(OlmInboundGroupSessionHandle::new(merged?));
        Ok(())
    })
}

/// An inbound group session, encrypted with a key of 32 bytes.
///
/// # Safety
/// The handle is alive and the view is readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_inbound_group_session_pickle(
    handle: *const OlmInboundGroupSessionHandle,
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

/// Restores an inbound group session.
///
/// # Safety
/// The views are readable for the call, `out` is writable. The handle goes back to `hybrid_olm_inbound_group_session_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_inbound_group_session_from_pickle(
    pickle: ByteView,
    key: ByteView,
    out: *mut *mut OlmInboundGroupSessionHandle,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (pickle, key, out) = unsafe { (pickle.text()?, key.bytes()?, Out::new(out)?) };
        out.write(OlmInboundGroupSessionHandle::new(InboundGroupSession::from_pickle(
            pickle, key,
        )?));
        Ok(())
    })
}

/// Restores an inbound group session that libolm pickled.
///
/// # Safety
/// The views are readable for the call, `out` is writable. The handle goes back to `hybrid_olm_inbound_group_session_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_inbound_group_session_from_libolm_pickle(
    pickle: ByteView,
    key: ByteView,
    out: *mut *mut OlmInboundGroupSessionHandle,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (pickle, key, out) = unsafe { (pickle.text()?, key.bytes()?, Out::new(out)?) };
        out.write(OlmInboundGroupSessionHandle::new(
            InboundGroupSession::from_libolm_pickle(pickle, key)?,
        ));
        Ok(())
    })
}
