//! State resolution. See `hybrid_state::graph` and `hybrid_state::resolution`.

use std::sync::Mutex;

use hybrid_state::graph::{EventGraph, EventNumber, NewEvent, Standing};
use hybrid_state::resolution::resolve;

use crate::boundary::{boundary, Failure};
use crate::handles::{free, lock, Locked};
use crate::rules::rules_of;
use crate::status::Status;
use crate::views::{ByteView, Lengths, Out, OwnedBuffer};

/// The state events of a room.
pub struct StateGraphHandle(Mutex<EventGraph>);

impl Locked for StateGraphHandle {
    type Inner = EventGraph;

    fn mutex(&self) -> &Mutex<EventGraph> {
        &self.0
    }
}

/// Makes the graph of a room, without events.
///
/// # Safety
/// The views are readable, `out` is writable. The handle goes back to `hybrid_state_graph_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_state_graph_create(
    room_version: ByteView,
    room_id: ByteView,
    out: *mut *mut StateGraphHandle,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (version, room_id, out) = unsafe { (room_version.text()?, room_id.text()?, Out::new(out)?) };
        let graph = EventGraph::new(rules_of(version)?, room_id);
        out.write(Box::into_raw(Box::new(StateGraphHandle(Mutex::new(graph)))));
        Ok(())
    })
}

/// Frees a graph. Null is ignored.
///
/// # Safety
/// The handle came from this library, is given back once, and no call uses it.
#[no_mangle]
pub unsafe extern "C" fn hybrid_state_graph_free(handle: *mut StateGraphHandle) {
    // SAFETY: the caller's promise.
    unsafe { free(handle) }
}

/// Adds events, in any order: IDs and events lie end to end, each in its own view, `standings` has a byte for each event, 0
/// accepted, 1 soft-failed, 2 rejected. Writes their numbers. If one is refused, none is added.
///
/// # Safety
/// The handle is alive for the call, the views are readable, the lengths for `count` numbers, `standings` for `count` bytes, and
/// `out_numbers` is writable for `count` numbers.
#[no_mangle]
pub unsafe extern "C" fn hybrid_state_graph_append(
    handle: *const StateGraphHandle,
    ids: ByteView,
    id_lengths: *const i32,
    events: ByteView,
    event_lengths: *const i32,
    standings: ByteView,
    count: usize,
    out_numbers: *mut u32,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut graph, ids, events, standings) =
            unsafe { (lock(handle)?, ids.text()?, events.bytes()?, standings.bytes()?) };
        // SAFETY: the caller's promise.
        let (id_lengths, event_lengths) =
            unsafe { (Lengths::new(id_lengths, count)?, Lengths::new(event_lengths, count)?) };
        if count == 0 {
            return Ok(());
        }
        if out_numbers.is_null() {
            return Err(Failure::new(Status::NullPointer, "a result pointer is null"));
        }
        if standings.len() != count {
            return Err(Failure::new(
                Status::InvalidArgument,
                "there must be a standing for each event",
            ));
        }
        let ids = id_lengths.split(ids.as_bytes())?;
        let events = event_lengths.split(events)?;
        let mut batch = Vec::with_capacity(count);
        for ((id, json), &standing) in ids.into_iter().zip(events).zip(standings) {
            batch.push(NewEvent {
                id: std::str::from_utf8(id).map_err(|error| Failure::new(Status::InvalidUtf8, error))?,
                json,
                standing: standing_of(standing.into())?,
            });
        }
        let numbers: Vec<u32> = graph.append(&batch)?.into_iter().map(|event| event.0).collect();
        // SAFETY: the caller's promise; there is a number for each event.
        unsafe { std::ptr::copy_nonoverlapping(numbers.as_ptr(), out_numbers, numbers.len().min(count)) };
        Ok(())
    })
}

/// Writes the number of the event with this ID, and 1; or 0 and 0 if it is not there.
///
/// # Safety
/// The handle is alive for the call, the view is readable, the results are writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_state_graph_find(
    handle: *const StateGraphHandle,
    id: ByteView,
    out_number: *mut u32,
    out_found: *mut u8,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (graph, id, out_number) = unsafe { (lock(handle)?, id.text()?, Out::new(out_number)?) };
        // SAFETY: the caller's promise.
        let out_found = unsafe { Out::new(out_found)? };
        let found = graph.find(id);
        out_number.write(found.map_or(0, |event| event.0));
        out_found.write(u8::from(found.is_some()));
        Ok(())
    })
}

/// Writes the ID of an event.
///
/// # Safety
/// The handle is alive for the call, the result is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_state_graph_event_id(
    handle: *const StateGraphHandle,
    number: u32,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (graph, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        let event = known(&graph, number)?;
        out.write(graph.id(event).as_bytes().to_vec());
        Ok(())
    })
}

/// Writes how many events the graph has.
///
/// # Safety
/// The handle is alive for the call, the result is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_state_graph_count(handle: *const StateGraphHandle, out: *mut usize) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (graph, out) = unsafe { (lock(handle)?, Out::new(out)?) };
        out.write(graph.len());
        Ok(())
    })
}

/// Notes what became of an event, as for `hybrid_state_graph_append`.
///
/// # Safety
/// The handle is alive for the call.
#[no_mangle]
pub unsafe extern "C" fn hybrid_state_graph_set_standing(
    handle: *const StateGraphHandle,
    number: u32,
    standing: u32,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let mut graph = unsafe { lock(handle)? };
        let event = known(&graph, number)?;
        graph.set_standing(event, standing_of(standing)?);
        Ok(())
    })
}

/// Resolves states: the numbers of their events lie end to end, `lengths` has how many each state has. Writes the numbers of the
/// resolved state's events, four bytes each, the lowest first, and how many of them, from the start, were in no conflict.
///
/// # Safety
/// The handle is alive for the call, `events` is readable for `event_count` numbers, `lengths` for `state_count`, the results are
/// writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_state_resolve(
    handle: *const StateGraphHandle,
    events: *const u32,
    event_count: usize,
    lengths: *const i32,
    state_count: usize,
    out_events: *mut OwnedBuffer,
    out_unconflicted: *mut usize,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (graph, out_events) = unsafe { (lock(handle)?, Out::new(out_events)?) };
        // SAFETY: the caller's promise.
        let (out_unconflicted, lengths) = unsafe { (Out::new(out_unconflicted)?, Lengths::new(lengths, state_count)?) };
        let events: &[u32] = match (events.is_null(), event_count) {
            (_, 0) => &[],
            (true, _) => {
                return Err(Failure::new(
                    Status::NullPointer,
                    "the events are null but have a count",
                ))
            }
            // SAFETY: the caller's promise.
            (false, count) => unsafe { std::slice::from_raw_parts(events, count) },
        };
        let events: Vec<EventNumber> = events.iter().copied().map(EventNumber).collect();
        let resolution = resolve(&graph, &lengths.split(&events)?)?;
        out_events.write(
            resolution
                .events()
                .flat_map(|event| event.0.to_le_bytes())
                .collect::<Vec<u8>>(),
        );
        out_unconflicted.write(resolution.unconflicted.len());
        Ok(())
    })
}

fn standing_of(number: u32) -> Result<Standing, Failure> {
    match number {
        0 => Ok(Standing::Accepted),
        1 => Ok(Standing::SoftFailed),
        2 => Ok(Standing::Rejected),
        _ => Err(Failure::new(Status::InvalidArgument, "there is no such standing")),
    }
}

fn known(graph: &EventGraph, number: u32) -> Result<EventNumber, Failure> {
    let event = EventNumber(number);
    if graph.contains(event) {
        Ok(event)
    } else {
        Err(Failure::new(
            Status::StateEventUnknown,
            format_args!("event {number} is not in the graph"),
        ))
    }
}
