//! Authorization.

use hybrid_auth::{auth_types, check, Event};
use hybrid_events::parse_event;

use crate::boundary::boundary;
use crate::rules::rules_of;
use crate::status::Status;
use crate::views::{ByteView, Lengths, Out, OwnedBuffer};

/// Checks an event against the events that authorize it, which lie end to end in `auth_events`; `lengths` has the number of
/// bytes of each. Writes 1 and nothing, or 0 and the reason why it is not allowed.
///
/// # Safety
/// The views are readable, `lengths` for `count` numbers, and the results are writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_auth_check(
    room_version: ByteView,
    event: ByteView,
    auth_events: ByteView,
    lengths: *const i32,
    count: usize,
    out_allowed: *mut u8,
    out_reason: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (version, event, auth_events, lengths) = unsafe {
            (
                room_version.text()?,
                event.bytes()?,
                auth_events.bytes()?,
                Lengths::new(lengths, count)?,
            )
        };
        // SAFETY: the caller's promise.
        let (out_allowed, out_reason) = unsafe { (Out::new(out_allowed)?, Out::new(out_reason)?) };
        let verdict = check(rules_of(version)?, event, lengths.split(auth_events)?.into_iter())?;
        out_allowed.write(u8::from(verdict.is_ok()));
        out_reason.write(
            verdict
                .err()
                .map_or(Vec::new(), |rejection| rejection.reason().as_bytes().to_vec()),
        );
        Ok(())
    })
}

/// Writes which state events authorize an event: types and state keys in turn, each after its length in four bytes, the lowest
/// first.
///
/// # Safety
/// The views are readable, and `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_auth_types(room_version: ByteView, event: ByteView, out: *mut OwnedBuffer) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (version, event, out) = unsafe { (room_version.text()?, event.bytes()?, Out::new(out)?) };
        let rules = rules_of(version)?;
        let event = parse_event(rules, event)?;
        let mut packed = Vec::new();
        for (kind, state_key) in auth_types(rules, Event::new(&event)?) {
            for text in [kind, state_key] {
                // An event is far shorter than 4 GiB.
                packed.extend_from_slice(&(text.len() as u32).to_le_bytes());
                packed.extend_from_slice(text.as_bytes());
            }
        }
        out.write(packed);
        Ok(())
    })
}
