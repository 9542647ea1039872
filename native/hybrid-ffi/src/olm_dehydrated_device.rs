//! Dehydrated devices. See `hybrid_olm`.

use hybrid_olm::Account;

use crate::boundary::boundary;
use crate::handles::lock;
use crate::olm_account::OlmAccountHandle;
use crate::status::Status;
use crate::views::{ByteView, Out, OwnedBuffer};

/// An account as a dehydrated device, encrypted with a key of 32 bytes.
///
/// # Safety
/// The handle is alive and the view is readable for the call, results are writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_account_to_dehydrated_device(
    handle: *const OlmAccountHandle,
    key: ByteView,
    out_ciphertext: *mut OwnedBuffer,
    out_nonce: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (account, key, out_ciphertext, out_nonce) = unsafe {
            (
                lock(handle)?,
                key.bytes()?,
                Out::new(out_ciphertext)?,
                Out::new(out_nonce)?,
            )
        };
        let device = account.to_dehydrated_device(key)?;
        out_ciphertext.write(device.ciphertext.into_bytes());
        out_nonce.write(device.nonce.into_bytes());
        Ok(())
    })
}

/// The account of a dehydrated device.
///
/// # Safety
/// The views are readable for the call, `out` is writable. The handle goes back to `hybrid_olm_account_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_account_from_dehydrated_device(
    ciphertext: ByteView,
    nonce: ByteView,
    key: ByteView,
    out: *mut *mut OlmAccountHandle,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (ciphertext, nonce, key, out) =
            unsafe { (ciphertext.text()?, nonce.text()?, key.bytes()?, Out::new(out)?) };
        out.write(OlmAccountHandle::new(Account::from_dehydrated_device(
            ciphertext, nonce, key,
        )?));
        Ok(())
    })
}
