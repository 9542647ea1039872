//! How the process keeps memory that was given back.

/// Blocks from this size on are mapped one by one and go back to the system as soon as they are freed. The allocator of glibc
/// would raise the limit above the 19 MiB that one password hash takes, and keep a pile of such blocks for each thread.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE_BLOCK_BYTES: libc::c_int = 1 << 20;

/// Makes the process give large blocks back to the system when they are freed, at the price of a system call each. For
/// programs; a library that is a guest in somebody else's process leaves this alone.
///
/// # Safety
/// None needed; unsafe because every export is.
#[no_mangle]
pub unsafe extern "C" fn hybrid_memory_return_large_blocks() {
    // SAFETY: mallopt takes integers and may be called at any time.
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES);
    }
}
