//! The secure channel of QR code login. See `hybrid_olm`.

use std::sync::Mutex;

use hybrid_olm::{Ecies, EstablishedEcies};

use crate::boundary::boundary;
use crate::handles::{free, lock, Locked};
use crate::status::Status;
use crate::views::{ByteView, Out, OwnedBuffer};

/// One side before the channel stands.
pub struct OlmEciesHandle(Mutex<Ecies>);

impl Locked for OlmEciesHandle {
    type Inner = Ecies;

    fn mutex(&self) -> &Mutex<Ecies> {
        &self.0
    }
}

impl OlmEciesHandle {
    /// A handle for the caller to own.
    pub(crate) fn new(inner: Ecies) -> *mut Self {
        Box::into_raw(Box::new(Self(Mutex::new(inner))))
    }
}

/// One side of a channel.
pub struct OlmEstablishedEciesHandle(Mutex<EstablishedEcies>);

impl Locked for OlmEstablishedEciesHandle {
    type Inner = EstablishedEcies;

    fn mutex(&self) -> &Mutex<EstablishedEcies> {
        &self.0
    }
}

impl OlmEstablishedEciesHandle {
    /// A handle for the caller to own.
    pub(crate) fn new(inner: EstablishedEcies) -> *mut Self {
        Box::into_raw(Box::new(Self(Mutex::new(inner))))
    }
}

/// Makes a side with a new key, for QR code login.
///
/// # Safety
/// `out` is writable. The handle goes back to `hybrid_olm_ecies_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_ecies_new(out: *mut *mut OlmEciesHandle) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let out = unsafe { Out::new(out)? };
        out.write(OlmEciesHandle::new(Ecies::new()));
        Ok(())
    })
}

/// Makes a side with a new key, for another purpose.
///
/// # Safety
/// The view is readable for the call, `out` is writable. The handle goes back to `hybrid_olm_ecies_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_ecies_with_info(info: ByteView, out: *mut *mut OlmEciesHandle) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (info, out) = unsafe { (info.text()?, Out::new(out)?) };
        out.write(OlmEciesHandle::new(Ecies::with_info(info)));
        Ok(())
    })
}

/// Frees a side. Null is ignored.
///
/// # Safety
/// The handle came from this library, is given back once, and no call uses it.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_ecies_free(handle: *mut OlmEciesHandle) {
    // SAFETY: the caller's promise.
    unsafe { free(handle) }
}

/// The key for the other side.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_ecies_public_key(handle: *const OlmEciesHandle, out: *mut OwnedBuffer) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (side, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(side.public_key().into_bytes());
        Ok(())
    })
}

/// Opens a channel.
///
/// # Safety
/// The handle is alive and the views are readable for the call, results are writable. The handle goes back to
/// `hybrid_olm_established_ecies_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_ecies_establish_outbound_channel(
    handle: *const OlmEciesHandle,
    their_key: ByteView,
    plaintext: ByteView,
    out_channel: *mut *mut OlmEstablishedEciesHandle,
    out_message: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut side, their_key, plaintext, out_channel, out_message) = unsafe {
            (
                lock(handle)?,
                their_key.text()?,
                plaintext.bytes()?,
                Out::new(out_channel)?,
                Out::new(out_message)?,
            )
        };
        let outbound = side.establish_outbound_channel(their_key, plaintext)?;
        out_message.write(outbound.initial_message.into_bytes());
        out_channel.write(OlmEstablishedEciesHandle::new(outbound.channel));
        Ok(())
    })
}

/// Accepts a channel.
///
/// # Safety
/// The handle is alive and the view is readable for the call, results are writable. The handle goes back to
/// `hybrid_olm_established_ecies_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_ecies_establish_inbound_channel(
    handle: *const OlmEciesHandle,
    initial_message: ByteView,
    out_channel: *mut *mut OlmEstablishedEciesHandle,
    out_plaintext: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut side, initial_message, out_channel, out_plaintext) = unsafe {
            (
                lock(handle)?,
                initial_message.text()?,
                Out::new(out_channel)?,
                Out::new(out_plaintext)?,
            )
        };
        let inbound = side.establish_inbound_channel(initial_message)?;
        out_plaintext.write(inbound.plaintext);
        out_channel.write(OlmEstablishedEciesHandle::new(inbound.channel));
        Ok(())
    })
}

/// Frees a channel. Null is ignored.
///
/// # Safety
/// The handle came from this library, is given back once, and no call uses it.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_established_ecies_free(handle: *mut OlmEstablishedEciesHandle) {
    // SAFETY: the caller's promise.
    unsafe { free(handle) }
}

/// The own key.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_established_ecies_public_key(
    handle: *const OlmEstablishedEciesHandle,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (channel, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(channel.public_key().into_bytes());
        Ok(())
    })
}

/// The number, 0 to 99, that one device shows and the other asks for.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_established_ecies_check_code(
    handle: *const OlmEstablishedEciesHandle,
    out: *mut u8,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (channel, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(channel.check_code());
        Ok(())
    })
}

/// The two bytes that the number is made of.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_established_ecies_check_code_bytes(
    handle: *const OlmEstablishedEciesHandle,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (channel, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(channel.check_code_bytes().to_vec());
        Ok(())
    })
}

/// Encrypts a message.
///
/// # Safety
/// The handle is alive and the view is readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_established_ecies_encrypt(
    handle: *const OlmEstablishedEciesHandle,
    plaintext: ByteView,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut channel, plaintext, out) = unsafe { (lock(handle)?, plaintext.bytes()?, Out::new(out)?) };
        out.write(channel.encrypt(plaintext).into_bytes());
        Ok(())
    })
}

/// Decrypts the next message.
///
/// # Safety
/// The handle is alive and the view is readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_established_ecies_decrypt(
    handle: *const OlmEstablishedEciesHandle,
    message: ByteView,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut channel, message, out) = unsafe { (lock(handle)?, message.text()?, Out::new(out)?) };
        out.write(channel.decrypt(message)?);
        Ok(())
    })
}
