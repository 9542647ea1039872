//! What libFuzzer calls.

use std::sync::LazyLock;

use crate::{find, Target};

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("HYBRID_FUZZ_TARGET").unwrap_or_default();
    find(&name).unwrap_or_else(|| panic!("HYBRID_FUZZ_TARGET does not name a target: '{name}'"))
});

/// Runs the target that `HYBRID_FUZZ_TARGET` names on one input. A panic ends the process, which is how libFuzzer learns of it.
///
/// # Safety
/// `data` is readable for `size` bytes.
#[no_mangle]
pub unsafe extern "C" fn LLVMFuzzerTestOneInput(data: *const u8, size: usize) -> i32 {
    let input = if size == 0 {
        &[]
    } else {
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts(data, size) }
    };
    TARGET(input);
    0
}
