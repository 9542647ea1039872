//! Every export, called as a stranger would: with what it takes, and with what it must refuse. `native/memcheck.sh` runs these
//! under valgrind, which sees what is read or written out of place and what is never given back.

mod backup;
mod ecies;
mod events;
mod megolm;
mod olm;
mod push;
mod signing;
mod state_graph;
mod state_map;

use crate::boundary::hybrid_error_take;
use crate::status::Status;
use crate::views::{hybrid_buffer_free, ByteView, OwnedBuffer};

/// Calls an export.
macro_rules! call {
    ($export:ident($($argument:expr),* $(,)?)) => {{
        // SAFETY: what the arguments of these tests point to is of the right type and lives through the call; handles are
        // freed once, at the end of a test.
        unsafe { $export($($argument),*) }
    }};
}
pub(crate) use call;

const NULL_VIEW: ByteView = ByteView {
    ptr: std::ptr::null(),
    len: 1,
};

/// The bytes of a text, which must live longer.
fn view(bytes: &(impl AsRef<[u8]> + ?Sized)) -> ByteView {
    let bytes = bytes.as_ref();
    ByteView {
        ptr: bytes.as_ptr(),
        len: bytes.len(),
    }
}

/// Takes over the bytes of a buffer, or the status of the failure, whose words are asked for.
fn bytes(call: impl FnOnce(*mut OwnedBuffer) -> Status) -> Result<Vec<u8>, Status> {
    let mut buffer = empty();
    let status = call(&mut buffer);
    if status == Status::Ok {
        return Ok(taken(buffer));
    }
    assert!(buffer.ptr.is_null(), "a failed call wrote a result");
    let mut words = empty();
    assert_eq!(call!(hybrid_error_take(&mut words)), Status::Ok);
    assert!(!taken(words).is_empty());
    Err(status)
}

/// As [`bytes`], for text.
fn text(call: impl FnOnce(*mut OwnedBuffer) -> Status) -> Result<String, Status> {
    bytes(call).map(|bytes| String::from_utf8(bytes).unwrap())
}

/// A result that is no buffer.
fn value<T: Default>(call: impl FnOnce(*mut T) -> Status) -> Result<T, Status> {
    let mut result = T::default();
    match call(&mut result) {
        Status::Ok => Ok(result),
        failure => Err(failure),
    }
}

/// A handle, which the caller frees.
fn handle<T>(call: impl FnOnce(*mut *mut T) -> Status) -> Result<*mut T, Status> {
    let mut handle = std::ptr::null_mut();
    match call(&mut handle) {
        Status::Ok => Ok(handle),
        failure => {
            assert!(handle.is_null(), "a failed call made a handle");
            Err(failure)
        }
    }
}

fn empty() -> OwnedBuffer {
    OwnedBuffer::from(Vec::new())
}

fn taken(buffer: OwnedBuffer) -> Vec<u8> {
    let copy = if buffer.ptr.is_null() {
        Vec::new()
    } else {
        // SAFETY: the library made the buffer, and it is freed below.
        unsafe { std::slice::from_raw_parts(buffer.ptr, buffer.len) }.to_vec()
    };
    call!(hybrid_buffer_free(buffer));
    copy
}
