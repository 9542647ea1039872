//! Short authentication strings. See `hybrid_olm`.

use std::sync::Mutex;

use hybrid_olm::{EstablishedSas, Sas};

use crate::boundary::{boundary, Failure};
use crate::handles::{free, lock, Locked};
use crate::status::Status;
use crate::views::{ByteView, Out, OwnedBuffer};

/// A verification before the secret is agreed on. Empty once it is.
pub struct OlmSasHandle(Mutex<Option<Sas>>);

impl Locked for OlmSasHandle {
    type Inner = Option<Sas>;

    fn mutex(&self) -> &Mutex<Option<Sas>> {
        &self.0
    }
}

impl OlmSasHandle {
    /// A handle for the caller to own.
    pub(crate) fn new(verification: Option<Sas>) -> *mut Self {
        Box::into_raw(Box::new(Self(Mutex::new(verification))))
    }
}

/// A verification with a shared secret.
pub struct OlmEstablishedSasHandle(Mutex<EstablishedSas>);

impl Locked for OlmEstablishedSasHandle {
    type Inner = EstablishedSas;

    fn mutex(&self) -> &Mutex<EstablishedSas> {
        &self.0
    }
}

impl OlmEstablishedSasHandle {
    /// A handle for the caller to own.
    pub(crate) fn new(verification: EstablishedSas) -> *mut Self {
        Box::into_raw(Box::new(Self(Mutex::new(verification))))
    }
}

/// The own key serves once.
fn used() -> Failure {
    Failure::new(
        Status::OlmKeyAlreadyUsed,
        "the verification has agreed on its secret already",
    )
}

/// Makes a verification with a new key.
///
/// # Safety
/// `out` is writable. The handle goes back to `hybrid_olm_sas_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_sas_new(out: *mut *mut OlmSasHandle) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let out = unsafe { Out::new(out)? };
        out.write(OlmSasHandle::new(Some(Sas::new())));
        Ok(())
    })
}

/// Frees a verification. Null is ignored.
///
/// # Safety
/// The handle came from this library, is given back once, and no call uses it.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_sas_free(handle: *mut OlmSasHandle) {
    // SAFETY: the caller's promise.
    unsafe { free(handle) }
}

/// The key for the other side.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_sas_public_key(handle: *const OlmSasHandle, out: *mut OwnedBuffer) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (verification, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(verification.as_ref().ok_or_else(used)?.public_key().into_bytes());
        Ok(())
    })
}

/// Agrees on a secret. The own key is used up, even if the other side's is refused.
///
/// # Safety
/// The handle is alive and the view is readable for the call, `out` is writable. The handle goes back to
/// `hybrid_olm_established_sas_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_sas_diffie_hellman(
    handle: *const OlmSasHandle,
    their_key: ByteView,
    out: *mut *mut OlmEstablishedSasHandle,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut verification, their_key, out) = unsafe { (lock(handle)?, their_key.text()?, Out::new(out)?) };
        let sas = verification.take().ok_or_else(used)?;
        out.write(OlmEstablishedSasHandle::new(sas.diffie_hellman(their_key)?));
        Ok(())
    })
}

/// Frees a verification. Null is ignored.
///
/// # Safety
/// The handle came from this library, is given back once, and no call uses it.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_established_sas_free(handle: *mut OlmEstablishedSasHandle) {
    // SAFETY: the caller's promise.
    unsafe { free(handle) }
}

/// The own key.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_established_sas_our_public_key(
    handle: *const OlmEstablishedSasHandle,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (verification, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(verification.our_public_key().into_bytes());
        Ok(())
    })
}

/// The other side's key.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_established_sas_their_public_key(
    handle: *const OlmEstablishedSasHandle,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (verification, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(verification.their_public_key().into_bytes());
        Ok(())
    })
}

/// Bytes that both sides have in common, at most 8160.
///
/// # Safety
/// The handle is alive and the view is readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_established_sas_bytes(
    handle: *const OlmEstablishedSasHandle,
    info: ByteView,
    count: usize,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (verification, info, out) = unsafe { (lock(handle)?, info.text()?, Out::new(out)?) };
        out.write(verification.bytes(info, count)?);
        Ok(())
    })
}

/// The numbers of the seven emoji to show, a byte each.
///
/// # Safety
/// The handle is alive and the view is readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_established_sas_emoji_indices(
    handle: *const OlmEstablishedSasHandle,
    info: ByteView,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (verification, info, out) = unsafe { (lock(handle)?, info.text()?, Out::new(out)?) };
        out.write(verification.emoji_indices(info).to_vec());
        Ok(())
    })
}

/// The three numbers to show.
///
/// # Safety
/// The handle is alive and the view is readable for the call, results are writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_established_sas_decimals(
    handle: *const OlmEstablishedSasHandle,
    info: ByteView,
    out_first: *mut u16,
    out_second: *mut u16,
    out_third: *mut u16,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (verification, info, out_first, out_second, out_third) = unsafe {
            (
                lock(handle)?,
                info.text()?,
                Out::new(out_first)?,
                Out::new(out_second)?,
                Out::new(out_third)?,
            )
        };
        let [first, second, third] = verification.decimals(info);
        out_first.write(first);
        out_second.write(second);
        out_third.write(third);
        Ok(())
    })
}

/// The MAC of a text.
///
/// # Safety
/// The handle is alive and the views are readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_established_sas_calculate_mac(
    handle: *const OlmEstablishedSasHandle,
    input: ByteView,
    info: ByteView,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (verification, input, info, out) = unsafe { (lock(handle)?, input.text()?, info.text()?, Out::new(out)?) };
        out.write(verification.calculate_mac(input, info).into_bytes());
        Ok(())
    })
}

/// The MAC of a text by the deprecated method, in its wrong base64.
///
/// # Safety
/// The handle is alive and the views are readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_established_sas_calculate_mac_invalid_base64(
    handle: *const OlmEstablishedSasHandle,
    input: ByteView,
    info: ByteView,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (verification, input, info, out) = unsafe { (lock(handle)?, input.text()?, info.text()?, Out::new(out)?) };
        out.write(verification.calculate_mac_invalid_base64(input, info).into_bytes());
        Ok(())
    })
}

/// Checks the other side's MAC of a text.
///
/// # Safety
/// The handle is alive and the views are readable for the call.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_established_sas_verify_mac(
    handle: *const OlmEstablishedSasHandle,
    input: ByteView,
    info: ByteView,
    mac: ByteView,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (verification, input, info, mac) = unsafe { (lock(handle)?, input.text()?, info.text()?, mac.text()?) };
        verification.verify_mac(input, info, mac)?;
        Ok(())
    })
}
