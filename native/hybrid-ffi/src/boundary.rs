//! The one guard between Rust and its callers.

use std::any::Any;
use std::cell::RefCell;
use std::fmt::Display;
use std::panic::{catch_unwind, AssertUnwindSafe};

use crate::status::Status;
use crate::views::{Out, OwnedBuffer};

/// Why a call failed: the status, and words for a log.
#[derive(Debug)]
pub struct Failure {
    status: Status,
    message: String,
}

impl Failure {
    /// A failure with its words.
    pub fn new(status: Status, message: impl Display) -> Self {
        Self {
            status,
            message: message.to_string(),
        }
    }
}

thread_local! {
    static LAST_ERROR: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs the body of an export. Failures and panics become statuses, and their words wait in `hybrid_error_take`.
pub fn boundary(body: impl FnOnce() -> Result<(), Failure>) -> Status {
    // A body that panics leaves nothing behind that anybody sees: results are written last, and a handle that a panic
    // interrupted is not used again, since its owner gets an exception.
    let failure = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return Status::Ok,
        Ok(Err(failure)) => failure,
        Err(payload) => Failure::new(Status::Panic, panic_text(payload.as_ref())),
    };
    LAST_ERROR.with_borrow_mut(|last| *last = failure.message);
    failure.status
}

fn panic_text(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message")
}

/// Hands over the words of the last failure on this thread, and forgets them. Empty when there was none.
///
/// # Safety
/// `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_error_take(out: *mut OwnedBuffer) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let out = unsafe { Out::new(out)? };
        out.write(LAST_ERROR.take().into_bytes());
        Ok(())
    })
}

/// Panics on purpose: the tests of the managed side drive a panic through the guard with it. Nothing else calls it.
///
/// # Safety
/// None needed; unsafe because every export is.
#[no_mangle]
pub unsafe extern "C" fn hybrid_test_panic() -> Status {
    #[allow(clippy::panic)]
    boundary(|| panic!("a panic on purpose"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_status_with_its_words() {
        assert_eq!(boundary(|| panic!("number {}", 7)), Status::Panic);
        assert_eq!(LAST_ERROR.take(), "number 7");
    }

    #[test]
    fn a_failure_keeps_its_status_and_words() {
        assert_eq!(
            boundary(|| Err(Failure::new(Status::InvalidArgument, "no"))),
            Status::InvalidArgument
        );
        assert_eq!(LAST_ERROR.take(), "no");
        assert_eq!(boundary(|| Ok(())), Status::Ok);
    }
}
