//! Password hashes. See `hybrid_password`.

use hybrid_password::PasswordError;

use crate::boundary::{boundary, Failure};
use crate::status::Status;
use crate::views::{ByteView, Out, OwnedBuffer};

impl From<PasswordError> for Failure {
    fn from(error: PasswordError) -> Self {
        let status = match error {
            PasswordError::SaltLength(_) | PasswordError::PasswordTooLong => Status::InvalidArgument,
            PasswordError::Malformed => Status::PasswordHashMalformed,
            PasswordError::TooExpensive { .. } => Status::PasswordHashTooExpensive,
        };
        Self::new(status, error)
    }
}

/// Hashes a password. The result is a PHC string.
///
/// # Safety
/// The views are readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_password_hash(password: ByteView, salt: ByteView, out: *mut OwnedBuffer) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (password, salt, out) = unsafe { (password.bytes()?, salt.bytes()?, Out::new(out)?) };
        out.write(hybrid_password::hash(password, salt)?.into_bytes());
        Ok(())
    })
}

/// Whether the password is the one that the PHC string was made from: 1 or 0.
///
/// # Safety
/// The views are readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_password_verify(phc: ByteView, password: ByteView, out: *mut u8) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (phc, password, out) = unsafe { (phc.text()?, password.bytes()?, Out::new(out)?) };
        out.write(hybrid_password::verify(phc, password)?);
        Ok(())
    })
}

/// Whether a verified PHC string should be made anew at today's cost: 1 or 0.
///
/// # Safety
/// The view is readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_password_needs_rehash(phc: ByteView, out: *mut u8) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (phc, out) = unsafe { (phc.text()?, Out::new(out)?) };
        out.write(hybrid_password::needs_rehash(phc)?);
        Ok(())
    })
}
