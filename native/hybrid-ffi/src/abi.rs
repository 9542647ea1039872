//! What lets the managed side recognize the library.

/// Raised with every change of an export, a struct or the meaning of a status.
pub const ABI_VERSION: u32 = 7;

/// The version of this interface. The managed side refuses a library with another one.
///
/// # Safety
/// None needed; unsafe because every export is.
#[no_mangle]
pub unsafe extern "C" fn hybrid_abi_version() -> u32 {
    ABI_VERSION
}

/// Does nothing: the bench of the crossing calls it.
///
/// # Safety
/// None needed; unsafe because every export is.
#[no_mangle]
pub unsafe extern "C" fn hybrid_noop() {}
