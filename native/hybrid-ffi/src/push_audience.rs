//! The members of a room, kept for push rules. See `hybrid_push::Audience`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use hybrid_push::{Audience, Event, Verdict};

use crate::boundary::{boundary, Failure};
use crate::push::{PushMemberView, PushRoomView};
use crate::status::Status;
use crate::views::{borrow, ByteView, Out, OwnedBuffer};

/// Stands for no member where a member's number is asked for.
const NO_MEMBER: u32 = u32::MAX;

/// The members of a room. Calls from several threads wait for each other.
pub struct PushAudienceHandle(Mutex<Audience>);

impl PushAudienceHandle {
    fn lock(&self) -> MutexGuard<'_, Audience> {
        // A call that panicked has been told so; the next one finds the members as far as they came.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A verdict as the flags of `PushVerdict`: 1 notify, 2 highlight, 4 sound.
fn flags(verdict: Verdict) -> u8 {
    u8::from(verdict.notify) | u8::from(verdict.highlight) << 1 | u8::from(verdict.sound) << 2
}

/// Makes an audience without members for a room.
///
/// # Safety
/// The view is readable for the call, `out` is writable. The handle goes back to `hybrid_push_audience_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_push_audience_create(room_id: ByteView, out: *mut *mut PushAudienceHandle) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (room_id, out) = unsafe { (room_id.text()?, Out::new(out)?) };
        let audience = PushAudienceHandle(Mutex::new(Audience::new(room_id)));
        out.write(Box::into_raw(Box::new(audience)));
        Ok(())
    })
}

/// Frees an audience. Null is ignored.
///
/// # Safety
/// The handle came from this library, is given back once, and no call uses it.
#[no_mangle]
pub unsafe extern "C" fn hybrid_push_audience_free(handle: *mut PushAudienceHandle) {
    if !handle.is_null() {
        // SAFETY: the caller's promise.
        drop(unsafe { Box::from_raw(handle) });
    }
}

/// Adds members, or gives them other names or rules. `out_numbers` gets the number of each; nobody is added if one of them
/// cannot be read.
///
/// # Safety
/// The handle is alive, the members, their views and rules are readable for the call, `out_numbers` is writable for `count`
/// numbers.
#[no_mangle]
pub unsafe extern "C" fn hybrid_push_audience_set(
    handle: *const PushAudienceHandle,
    members: *const PushMemberView,
    count: usize,
    out_numbers: *mut u32,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let audience = unsafe { borrow(handle)? };
        if count == 0 {
            return Ok(());
        }
        if members.is_null() || out_numbers.is_null() {
            return Err(Failure::new(Status::NullPointer, "members or numbers are null"));
        }
        // SAFETY: the caller's promise; the pointer is not null.
        let views = unsafe { std::slice::from_raw_parts(members, count) };
        let mut read = Vec::with_capacity(count);
        for view in views {
            // SAFETY: the caller's promise.
            let (user_id, name, rules) =
                unsafe { (view.user_id.text()?, view.display_name.text()?, borrow(view.rules)?) };
            read.push((user_id, Some(name).filter(|name| !name.is_empty()), &rules.0));
        }
        let mut audience = audience.lock();
        let numbers: Vec<u32> = read
            .into_iter()
            .map(|(user_id, name, rules)| audience.set(user_id, name, rules))
            .collect();
        // SAFETY: the caller's promise; there are as many numbers as members.
        unsafe { std::ptr::copy_nonoverlapping(numbers.as_ptr(), out_numbers, count) };
        Ok(())
    })
}

/// Removes a member. Writes the number that was theirs, or 2^32 - 1 for somebody who was none.
///
/// # Safety
/// The handle is alive, the view is readable for the call, `out_number` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_push_audience_remove(
    handle: *const PushAudienceHandle,
    user_id: ByteView,
    out_number: *mut u32,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (audience, user_id, out) = unsafe { (borrow(handle)?, user_id.text()?, Out::new(out_number)?) };
        out.write(audience.lock().remove(user_id).unwrap_or(NO_MEMBER));
        Ok(())
    })
}

/// Evaluates an event for all members. Writes the verdict for everyone who is not an exception, and the exceptions: the
/// member's number in four bytes, the lowest first, and the verdict in one.
///
/// # Safety
/// The handle is alive, the views are readable for the call, the results are writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_push_audience_evaluate(
    handle: *const PushAudienceHandle,
    event: ByteView,
    room: PushRoomView,
    out_everyone: *mut u8,
    out_exceptions: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (audience, event, room) = unsafe { (borrow(handle)?, event.bytes()?, room.room()?) };
        // SAFETY: the caller's promise.
        let (everyone, exceptions) = unsafe { (Out::new(out_everyone)?, Out::new(out_exceptions)?) };
        let event = Event::parse(event)?;
        let outcome = audience.lock().evaluate(&event, room);
        let mut packed = Vec::with_capacity(5 * outcome.exceptions.len());
        for (number, verdict) in outcome.exceptions {
            packed.extend_from_slice(&number.to_le_bytes());
            packed.push(flags(verdict));
        }
        everyone.write(flags(outcome.everyone));
        exceptions.write(packed);
        Ok(())
    })
}
