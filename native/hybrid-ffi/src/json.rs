//! Canonical JSON.

use hybrid_json::{canonicalize, Strictness};

use crate::boundary::boundary;
use crate::status::Status;
use crate::views::{ByteView, Out, OwnedBuffer};

/// Writes the canonical form of a JSON text, or says why it has none.
///
/// # Safety
/// The view is readable, and `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_json_canonicalize(json: ByteView, out: *mut OwnedBuffer) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (json, out) = unsafe { (json.bytes()?, Out::new(out)?) };
        out.write(canonicalize(json, Strictness::Strict)?);
        Ok(())
    })
}
