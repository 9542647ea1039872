//! Key backup. See `hybrid_olm`.

use std::sync::Mutex;

use hybrid_olm::{backup_encrypt, BackupSecretKey};

use crate::boundary::boundary;
use crate::handles::{free, lock, Locked};
use crate::status::Status;
use crate::views::{ByteView, Out, OwnedBuffer};

/// The secret key of a backup.
pub struct OlmBackupKeyHandle(Mutex<BackupSecretKey>);

impl Locked for OlmBackupKeyHandle {
    type Inner = BackupSecretKey;

    fn mutex(&self) -> &Mutex<BackupSecretKey> {
        &self.0
    }
}

impl OlmBackupKeyHandle {
    /// A handle for the caller to own.
    pub(crate) fn new(inner: BackupSecretKey) -> *mut Self {
        Box::into_raw(Box::new(Self(Mutex::new(inner))))
    }
}

/// Encrypts a message for a backup.
///
/// # Safety
/// The views are readable for the call, results are writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_backup_encrypt(
    public_key: ByteView,
    plaintext: ByteView,
    out_ciphertext: *mut OwnedBuffer,
    out_mac: *mut OwnedBuffer,
    out_ephemeral: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (public_key, plaintext, out_ciphertext, out_mac, out_ephemeral) = unsafe {
            (
                public_key.text()?,
                plaintext.bytes()?,
                Out::new(out_ciphertext)?,
                Out::new(out_mac)?,
                Out::new(out_ephemeral)?,
            )
        };
        let message = backup_encrypt(public_key, plaintext)?;
        out_ciphertext.write(message.ciphertext.into_bytes());
        out_mac.write(message.mac.into_bytes());
        out_ephemeral.write(message.ephemeral.into_bytes());
        Ok(())
    })
}

/// Makes a new key.
///
/// # Safety
/// `out` is writable. The handle goes back to `hybrid_olm_backup_key_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_backup_key_new(out: *mut *mut OlmBackupKeyHandle) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let out = unsafe { Out::new(out)? };
        out.write(OlmBackupKeyHandle::new(BackupSecretKey::new()));
        Ok(())
    })
}

/// Makes the key of 32 bytes.
///
/// # Safety
/// The view is readable for the call, `out` is writable. The handle goes back to `hybrid_olm_backup_key_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_backup_key_from_bytes(
    bytes: ByteView,
    out: *mut *mut OlmBackupKeyHandle,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (bytes, out) = unsafe { (bytes.bytes()?, Out::new(out)?) };
        out.write(OlmBackupKeyHandle::new(BackupSecretKey::from_bytes(bytes)?));
        Ok(())
    })
}

/// Frees a key. Null is ignored.
///
/// # Safety
/// The handle came from this library, is given back once, and no call uses it.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_backup_key_free(handle: *mut OlmBackupKeyHandle) {
    // SAFETY: the caller's promise.
    unsafe { free(handle) }
}

/// The 32 bytes of the key.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_backup_key_bytes(
    handle: *const OlmBackupKeyHandle,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (key, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(key.to_bytes());
        Ok(())
    })
}

/// The public key.
///
/// # Safety
/// The handle is alive for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_backup_key_public_key(
    handle: *const OlmBackupKeyHandle,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (key, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(key.public_key().into_bytes());
        Ok(())
    })
}

/// Decrypts a message.
///
/// # Safety
/// The handle is alive and the views are readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_backup_key_decrypt(
    handle: *const OlmBackupKeyHandle,
    ciphertext: ByteView,
    mac: ByteView,
    ephemeral: ByteView,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (key, ciphertext, mac, ephemeral, out) = unsafe {
            (
                lock(handle)?,
                ciphertext.text()?,
                mac.text()?,
                ephemeral.text()?,
                Out::new(out)?,
            )
        };
        out.write(key.decrypt(ciphertext, mac, ephemeral)?);
        Ok(())
    })
}

/// A key in the format of libolm.
///
/// # Safety
/// The handle is alive and the view is readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_backup_key_to_libolm_pickle(
    handle: *const OlmBackupKeyHandle,
    key: ByteView,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (secret, key, out) = unsafe { (lock(handle)?, key.bytes()?, Out::new(out)?) };
        out.write(secret.to_libolm_pickle(key)?.into_bytes());
        Ok(())
    })
}

/// Restores a key that libolm pickled.
///
/// # Safety
/// The views are readable for the call, `out` is writable. The handle goes back to `hybrid_olm_backup_key_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_olm_backup_key_from_libolm_pickle(
    pickle: ByteView,
    key: ByteView,
    out: *mut *mut OlmBackupKeyHandle,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (pickle, key, out) = unsafe { (pickle.text()?, key.bytes()?, Out::new(out)?) };
        out.write(OlmBackupKeyHandle::new(BackupSecretKey::from_libolm_pickle(
            pickle, key,
        )?));
        Ok(())
    })
}
