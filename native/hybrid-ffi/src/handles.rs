//! Objects that live on this side between calls.

use std::sync::{Mutex, MutexGuard};

use crate::boundary::Failure;
use crate::status::Status;
use crate::views::borrow;

/// A handle to an object that calls change. Each has a lock of its own, so that threads may share it.
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
