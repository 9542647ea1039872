//! Olm accounts. See `hybrid_olm`.

use std::sync::Mutex;

use hybrid_olm::Account;

use crate::boundary::boundary;
use crate::handles::{free, lock, Locked};
use crate::olm_session::OlmSessionHandle;
use crate::status::Status;
use crate::views::{ByteView, Out, OwnedBuffer};

/// An account.
pub struct OlmAccountHandle(Mutex<Account>);

impl Locked for OlmAccountHandle {
    type Inner = Account;

    fn mutex(&self) -> &Mutex<Account> {
        &self.0
    }
}

impl OlmAccountHandle {
    /// A handle for the caller to own.
    pub(crate) fn new(account: Account) -> *mut Self {
        Box::into_raw(Box::new(Self(Mutex::new(account))))
    }
}

/// Makes an account with new keys.
///
/// # Safety
/// `out` is writable. The handle goes back to `hybrid_olm_account_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_account_new(out: *mut *mut OlmAccountHandle) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let out = unsafe { Out::new(out)? };
        out.write(OlmAccountHandle::new(Account::new()));
        Ok(())
    })
}

/// Frees an account. Null is ignored.
///
/// # Safety
/// The handle came from this library, is given back once, and no call uses it.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_account_free(handle: *mut OlmAccountHandle) {
    // SAFETY: the caller's promise.
    unsafe { free(handle) }
}

/// The public key that checks signatures.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_account_ed25519_key(
    handle: *const OlmAccountHandle,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (account, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(account.ed25519_key().into_bytes());
        Ok(())
    })
}

/// The public key that identifies the account in sessions.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_account_curve25519_key(
    handle: *const OlmAccountHandle,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (account, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(account.curve25519_key().into_bytes());
        Ok(())
    })
}

/// Signs a message.
///
/// # Safety
/// The handle is alive and the view is readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_account_sign(
    handle: *const OlmAccountHandle,
    message: ByteView,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (account, message, out) = unsafe { (lock(handle)?, message.bytes()?, Out::new(out)?) };
        out.write(account.sign(message).into_bytes());
        Ok(())
    })
}

/// How many one-time keys to keep published.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_account_max_one_time_keys(
    handle: *const OlmAccountHandle,
    out: *mut usize,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (account, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(account.max_one_time_keys());
        Ok(())
    })
}

/// How many one-time keys the account holds.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_account_stored_one_time_keys(
    handle: *const OlmAccountHandle,
    out: *mut usize,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (account, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(account.stored_one_time_keys());
        Ok(())
    })
}

/// Makes one-time keys: `{"created":[…],"removed":[…]}`.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_account_generate_one_time_keys(
    handle: *const OlmAccountHandle,
    count: usize,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut account, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(account.generate_one_time_keys(count)?.into_bytes());
        Ok(())
    })
}

/// The unpublished one-time keys by ID, as a JSON object.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_account_one_time_keys(
    handle: *const OlmAccountHandle,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (account, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(account.one_time_keys().into_bytes());
        Ok(())
    })
}

/// Makes a fallback key. The result is the key that is forgotten for it, or empty.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_account_generate_fallback_key(
    handle: *const OlmAccountHandle,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut account, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(account.generate_fallback_key().unwrap_or_default().into_bytes());
        Ok(())
    })
}

/// The unpublished fallback key by ID, as a JSON object.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_account_fallback_key(
    handle: *const OlmAccountHandle,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (account, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(account.fallback_key().into_bytes());
        Ok(())
    })
}

/// Forgets the fallback key before the current one: 1 if there was one.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_account_forget_fallback_key(
    handle: *const OlmAccountHandle,
    out: *mut u8,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut account, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(account.forget_fallback_key());
        Ok(())
    })
}

/// Notes that all keys have been uploaded.
///
/// # Safety
/// The handle is alive for the call.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_account_mark_keys_as_published(handle: *const OlmAccountHandle) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let mut account = unsafe { lock(handle)? };
        account.mark_keys_as_published();
        Ok(())
    })
}

/// Begins a session with a device.
///
/// # Safety
/// The handle is alive and the views are readable for the call, `out` is writable. The handle goes back to
/// `hybrid_olm_session_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_account_create_outbound_session(
    handle: *const OlmAccountHandle,
    identity_key: ByteView,
    one_time_key: ByteView,
    out: *mut *mut OlmSessionHandle,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (account, identity_key, one_time_key, out) = unsafe {
            (
                lock(handle)?,
                identity_key.text()?,
                one_time_key.text()?,
                Out::new(out)?,
            )
        };
        let session = account.create_outbound_session(identity_key, one_time_key)?;
        out.write(OlmSessionHandle::new(session));
        Ok(())
    })
}

/// Begins a session from a pre-key message.
///
/// # Safety
/// The handle is alive and the views are readable for the call, results are writable. The handle goes back to
/// `hybrid_olm_session_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_account_create_inbound_session(
    handle: *const OlmAccountHandle,
    identity_key: ByteView,
    pre_key_message: ByteView,
    out_session: *mut *mut OlmSessionHandle,
    out_plaintext: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut account, identity_key, pre_key_message, out_session, out_plaintext) = unsafe {
            (
                lock(handle)?,
                identity_key.text()?,
                pre_key_message.text()?,
                Out::new(out_session)?,
                Out::new(out_plaintext)?,
            )
        };
        let inbound = account.create_inbound_session(identity_key, pre_key_message)?;
        out_plaintext.write(inbound.plaintext);
        out_session.write(OlmSessionHandle::new(inbound.session));
        Ok(())
    })
}

/// An account, encrypted with a key of 32 bytes.
///
/// # Safety
/// The handle is alive and the view is readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_account_pickle(
    handle: *const OlmAccountHandle,
    key: ByteView,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (account, key, out) = unsafe { (lock(handle)?, key.bytes()?, Out::new(out)?) };
        out.write(account.pickle(key)?.into_bytes());
        Ok(())
    })
}

/// Restores an account.
///
/// # Safety
/// The views are readable for the call, `out` is writable. The handle goes back to `hybrid_olm_account_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_account_from_pickle(
    pickle: ByteView,
    key: ByteView,
    out: *mut *mut OlmAccountHandle,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (pickle, key, out) = unsafe { (pickle.text()?, key.bytes()?, Out::new(out)?) };
        out.write(OlmAccountHandle::new(Account::from_pickle(pickle, key)?));
        Ok(())
    })
}

/// An account in the format of libolm.
///
/// # Safety
/// The handle is alive and the view is readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_account_to_libolm_pickle(
    handle: *const OlmAccountHandle,
    key: ByteView,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (account, key, out) = unsafe { (lock(handle)?, key.bytes()?, Out::new(out)?) };
        out.write(account.to_libolm_pickle(key)?.into_bytes());
        Ok(())
    })
}

/// Restores an account that libolm pickled.
///
/// # Safety
/// The views are readable for the call, `out` is writable. The handle goes back to `hybrid_olm_account_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_account_from_libolm_pickle(
    pickle: ByteView,
    key: ByteView,
    out: *mut *mut OlmAccountHandle,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (pickle, key, out) = unsafe { (pickle.text()?, key.bytes()?, Out::new(out)?) };
        out.write(OlmAccountHandle::new(Account::from_libolm_pickle(pickle, key)?));
        Ok(())
    })
}
