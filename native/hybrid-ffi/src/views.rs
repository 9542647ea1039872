//! Bytes on their way in and out.

use crate::boundary::Failure;
use crate::status::Status;

/// Bytes that the caller lends for one call. Null is legal when the length is zero.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ByteView {
    /// The first byte.
    pub ptr: *const u8,
    /// The number of bytes.
    pub len: usize,
}

impl ByteView {
    /// The bytes.
    ///
    /// # Safety
    /// A non-null `ptr` is readable for `len` bytes, which nobody changes, for as long as the slice is used.
    ///
    /// # Errors
    /// [`Status::NullPointer`] for a null pointer with a length.
    pub unsafe fn bytes<'a>(self) -> Result<&'a [u8], Failure> {
        match (self.ptr.is_null(), self.len) {
            (_, 0) => Ok(&[]),
            (true, _) => Err(Failure::new(
                Status::NullPointer,
                "a byte view is null but has a length",
            )),
            // SAFETY: the caller's promise.
            (false, len) => Ok(unsafe { std::slice::from_raw_parts(self.ptr, len) }),
        }
    }

    /// The bytes as text.
    ///
    /// # Safety
    /// As for [`ByteView::bytes`].
    ///
    /// # Errors
    /// [`Status::NullPointer`] as for [`ByteView::bytes`], [`Status::InvalidUtf8`] for bytes that are no UTF-8.
    pub unsafe fn text<'a>(self) -> Result<&'a str, Failure> {
        // SAFETY: the caller's promise.
        let bytes = unsafe { self.bytes()? };
        std::str::from_utf8(bytes).map_err(|error| Failure::new(Status::InvalidUtf8, error))
    }
}

/// Bytes that the callee made and the caller must give back to [`hybrid_buffer_free`]. Null when empty.
#[repr(C)]
pub struct OwnedBuffer {
    /// The first byte.
    pub ptr: *mut u8,
    /// The number of bytes.
    pub len: usize,
    /// The size of the allocation.
    pub capacity: usize,
}

impl From<Vec<u8>> for OwnedBuffer {
    fn from(bytes: Vec<u8>) -> Self {
        if bytes.capacity() == 0 {
            return Self {
                ptr: std::ptr::null_mut(),
                len: 0,
                capacity: 0,
            };
        }
        let mut bytes = std::mem::ManuallyDrop::new(bytes);
        Self {
            ptr: bytes.as_mut_ptr(),
            len: bytes.len(),
            capacity: bytes.capacity(),
        }
    }
}

/// The lengths of items that lie end to end in one view.
pub struct Lengths<'a>(&'a [i32]);

impl<'a> Lengths<'a> {
    /// Accepts the pointer unless it is null with a count.
    ///
    /// # Safety
    /// A non-null `ptr` is aligned and readable for `count` numbers, which nobody changes, while this is used.
    ///
    /// # Errors
    /// [`Status::NullPointer`].
    pub unsafe fn new(ptr: *const i32, count: usize) -> Result<Self, Failure> {
        match (ptr.is_null(), count) {
            (_, 0) => Ok(Self(&[])),
            (true, _) => Err(Failure::new(
                Status::NullPointer,
                "the lengths are null but have a count",
            )),
            // SAFETY: the caller's promise.
            (false, count) => Ok(Self(unsafe { std::slice::from_raw_parts(ptr, count) })),
        }
    }

    /// Cuts the bytes into their items.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] unless the lengths add up to the bytes.
    pub fn split<'b, T>(&self, bytes: &'b [T]) -> Result<Vec<&'b [T]>, Failure> {
        let mut items = Vec::with_capacity(self.0.len());
        let mut rest = Some(bytes);
        for &length in self.0 {
            let cut = usize::try_from(length)
                .ok()
                .and_then(|length| rest?.split_at_checked(length));
            items.extend(cut.map(|(item, _)| item));
            rest = cut.map(|(_, rest)| rest);
        }
        match rest {
            Some([]) => Ok(items),
            _ => Err(Failure::new(
                Status::InvalidArgument,
                "the lengths do not add up to the bytes",
            )),
        }
    }
}

/// A checked place for a result.
pub struct Out<T>(std::ptr::NonNull<T>);

impl<T> Out<T> {
    /// Accepts the pointer unless it is null.
    ///
    /// # Safety
    /// A non-null `ptr` is aligned and writable for one `T` until the call returns. It need not be initialized.
    ///
    /// # Errors
    /// [`Status::NullPointer`].
    pub unsafe fn new(ptr: *mut T) -> Result<Self, Failure> {
        std::ptr::NonNull::new(ptr)
            .map(Self)
            .ok_or_else(|| Failure::new(Status::NullPointer, "a result pointer is null"))
    }

    /// Writes the result.
    pub fn write(self, value: impl Into<T>) {
        // SAFETY: `new` was promised a writable place.
        unsafe { self.0.as_ptr().write(value.into()) }
    }
}

/// What a handle points to.
///
/// # Safety
/// A non-null `handle` came from this library, is not freed yet, and nobody changes it during the call.
///
/// # Errors
/// [`Status::NullPointer`].
pub unsafe fn borrow<'a, T>(handle: *const T) -> Result<&'a T, Failure> {
    // SAFETY: the caller's promise.
    unsafe { handle.as_ref() }.ok_or_else(|| Failure::new(Status::NullPointer, "a handle is null"))
}

/// What a handle points to, to be changed.
///
/// # Safety
/// A non-null `handle` came from this library, is not freed yet, and no other call uses it meanwhile.
///
/// # Errors
/// [`Status::NullPointer`].
pub unsafe fn borrow_mut<'a, T>(handle: *mut T) -> Result<&'a mut T, Failure> {
    // SAFETY: the caller's promise.
    unsafe { handle.as_mut() }.ok_or_else(|| Failure::new(Status::NullPointer, "a handle is null"))
}

/// Gives the bytes of a result back. A null buffer is ignored.
///
/// # Safety
/// The buffer came from this library and is given back once.
#[no_mangle]
pub unsafe extern "C" fn hybrid_buffer_free(buffer: OwnedBuffer) {
    if !buffer.ptr.is_null() {
        // SAFETY: the three parts come from one `Vec`, by the caller's promise.
        drop(unsafe { Vec::from_raw_parts(buffer.ptr, buffer.len, buffer.capacity) });
    }
}
