//! State maps. See `hybrid_state::map`.
//!
//! A call that needs nodes which are not in the cache succeeds all the same: it writes their hashes to `out_missing`, 20 bytes
//! each, and nothing else. With them loaded, the same call gets further. `out_missing` is empty when the result is there.

use std::sync::Mutex;

use hybrid_state::map::{Change, Incomplete, NodeCache, NodeHash, StateKey};

use crate::boundary::{boundary, Failure};
use crate::handles::{free, lock, Locked};
use crate::state_failures::found_or_missing;
use crate::status::Status;
use crate::views::{ByteView, Lengths, Out, OwnedBuffer};

/// Nodes in memory.
pub struct StateNodesHandle(Mutex<NodeCache>);

impl Locked for StateNodesHandle {
    type Inner = NodeCache;

    fn mutex(&self) -> &Mutex<NodeCache> {
        &self.0
    }
}

/// An entry of a state map, or its absence.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct StateMapRow {
    /// The number of the state key.
    pub key: u64,
    /// The number of the event.
    pub event: u64,
    /// The number of the type.
    pub kind: u32,
    /// 1 if there is an event, otherwise 0.
    pub has_event: u32,
}

impl StateMapRow {
    fn key(&self) -> StateKey {
        StateKey {
            kind: self.kind,
            key: self.key,
        }
    }

    fn write(key: StateKey, event: Option<u64>, packed: &mut Vec<u8>) {
        packed.extend(key.key.to_le_bytes());
        packed.extend(event.unwrap_or(0).to_le_bytes());
        packed.extend(key.kind.to_le_bytes());
        packed.extend(u32::from(event.is_some()).to_le_bytes());
    }
}

/// Makes a cache for some number of nodes.
///
/// # Safety
/// `out` is writable. The handle goes back to `hybrid_state_nodes_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_state_nodes_create(capacity: usize, out: *mut *mut StateNodesHandle) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let out = unsafe { Out::new(out)? };
        let cache = NodeCache::new(capacity);
        out.write(Box::into_raw(Box::new(StateNodesHandle(Mutex::new(cache)))));
        Ok(())
    })
}

/// Frees a cache. Null is ignored.
///
/// # Safety
/// The handle came from this library, is given back once, and no call uses it.
#[no_mangle]
pub unsafe extern "C" fn hybrid_state_nodes_free(handle: *mut StateNodesHandle) {
    // SAFETY: the caller's promise.
    unsafe { free(handle) }
}

/// Takes nodes in: their hashes, 20 bytes each, and their bytes, which lie end to end. All before the first that is refused are
/// in the cache then.
///
/// # Safety
/// The handle is alive for the call, the views are readable, `lengths` for `count` numbers.
#[no_mangle]
pub unsafe extern "C" fn hybrid_state_nodes_load(
    handle: *const StateNodesHandle,
    hashes: ByteView,
    nodes: ByteView,
    lengths: *const i32,
    count: usize,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut cache, hashes, nodes) = unsafe { (lock(handle)?, hashes.bytes()?, nodes.bytes()?) };
        // SAFETY: the caller's promise.
        let lengths = unsafe { Lengths::new(lengths, count)? };
        let nodes = lengths.split(nodes)?;
        if hashes.len() != NodeHash::LENGTH * nodes.len() {
            return Err(Failure::new(
                Status::InvalidArgument,
                "there must be a hash for each node",
            ));
        }
        for (hash, node) in hashes.chunks_exact(NodeHash::LENGTH).zip(nodes) {
            cache.load(node_hash(hash)?, node)?;
        }
        Ok(())
    })
}

/// Looks keys up in a map: fills in the events of the rows.
///
/// # Safety
/// The handle is alive for the call, the view is readable, `rows` is readable and writable for `count` rows, the result is
/// writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_state_map_find(
    handle: *const StateNodesHandle,
    root: ByteView,
    rows: *mut StateMapRow,
    count: usize,
    out_missing: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut cache, root, out_missing) = unsafe { (lock(handle)?, root.bytes()?, Out::new(out_missing)?) };
        // SAFETY: the caller's promise.
        let keys: Vec<StateKey> = unsafe { rows_of(rows, count)? }.iter().map(StateMapRow::key).collect();
        match found_or_missing(cache.get_many(node_hash(root)?, &keys))? {
            Ok(events) => {
                for (index, event) in events.into_iter().enumerate() {
                    // SAFETY: the caller's promise; there are as many events as rows.
                    let row = unsafe { &mut *rows.add(index) };
                    row.event = event.unwrap_or(0);
                    row.has_event = event.is_some().into();
                }
                out_missing.write(Vec::new());
            }
            Err(missing) => out_missing.write(packed_hashes(&missing)),
        }
        Ok(())
    })
}

/// Changes a map: each row becomes an entry, or removes one if it has no event. Writes the new root, 20 bytes, and the nodes to
/// keep, each as its hash, its length in four bytes, the lowest first, and its bytes.
///
/// # Safety
/// The handle is alive for the call, the view is readable, `rows` for `count` rows, the results are writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_state_map_update(
    handle: *const StateNodesHandle,
    root: ByteView,
    rows: *const StateMapRow,
    count: usize,
    out_update: *mut OwnedBuffer,
    out_missing: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut cache, root, rows) = unsafe { (lock(handle)?, root.bytes()?, rows_of(rows, count)?) };
        let change = |row: &StateMapRow| Change {
            key: row.key(),
            event: (row.has_event != 0).then_some(row.event),
        };
        let changes: Vec<Change> = rows.iter().map(change).collect();
        let outcome = cache.update(node_hash(root)?, &changes);
        // SAFETY: the caller's promise.
        unsafe {
            write_outcome(outcome, out_update, out_missing, |update| {
                let mut packed = update.root.0.to_vec();
                for (hash, bytes) in update.nodes {
                    packed.extend(hash.0);
                    // A node is far shorter than 4 GiB.
                    packed.extend((bytes.len() as u32).to_le_bytes());
                    packed.extend(bytes);
                }
                packed
            })
        }
    })
}

/// Writes what differs between two maps: two rows for each key, before and after.
///
/// # Safety
/// The handle is alive for the call, the views are readable, the results are writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_state_map_compare(
    handle: *const StateNodesHandle,
    before: ByteView,
    after: ByteView,
    out_rows: *mut OwnedBuffer,
    out_missing: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut cache, before, after) = unsafe { (lock(handle)?, before.bytes()?, after.bytes()?) };
        let outcome = cache.diff(node_hash(before)?, node_hash(after)?);
        // SAFETY: the caller's promise.
        unsafe {
            write_outcome(outcome, out_rows, out_missing, |differences| {
                let mut packed = Vec::new();
                for difference in differences {
                    StateMapRow::write(difference.key, difference.before, &mut packed);
                    StateMapRow::write(difference.key, difference.after, &mut packed);
                }
                packed
            })
        }
    })
}

/// Writes the entries of a map as rows: those of the type with this number, or all for a negative one.
///
/// # Safety
/// The handle is alive for the call, the view is readable, the results are writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_state_map_entries(
    handle: *const StateNodesHandle,
    root: ByteView,
    kind: i64,
    out_rows: *mut OwnedBuffer,
    out_missing: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut cache, root) = unsafe { (lock(handle)?, root.bytes()?) };
        let kind = match kind {
            ..0 => None,
            number => Some(
                u32::try_from(number).map_err(|_| Failure::new(Status::InvalidArgument, "there is no such type"))?,
            ),
        };
        let outcome = cache.entries(node_hash(root)?, kind);
        // SAFETY: the caller's promise.
        unsafe {
            write_outcome(outcome, out_rows, out_missing, |entries| {
                let mut packed = Vec::new();
                for entry in entries {
                    StateMapRow::write(entry.key, Some(entry.event), &mut packed);
                }
                packed
            })
        }
    })
}

/// Writes how many entries a map has.
///
/// # Safety
/// The handle is alive for the call, the view is readable, the results are writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_state_map_count(
    handle: *const StateNodesHandle,
    root: ByteView,
    out_count: *mut u64,
    out_missing: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (mut cache, root, out_count) = unsafe { (lock(handle)?, root.bytes()?, Out::new(out_count)?) };
        // SAFETY: the caller's promise.
        let out_missing = unsafe { Out::new(out_missing)? };
        match found_or_missing(cache.count(node_hash(root)?))? {
            Ok(count) => {
                out_count.write(count);
                out_missing.write(Vec::new());
            }
            Err(missing) => out_missing.write(packed_hashes(&missing)),
        }
        Ok(())
    })
}

/// Writes what was found, packed, and no missing nodes; or nothing, and the missing nodes.
///
/// # Safety
/// Non-null pointers are writable.
unsafe fn write_outcome<T>(
    outcome: Result<T, Incomplete>,
    out: *mut OwnedBuffer,
    out_missing: *mut OwnedBuffer,
    pack: impl FnOnce(T) -> Vec<u8>,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    let (out, out_missing) = unsafe { (Out::new(out)?, Out::new(out_missing)?) };
    let (packed, missing) = match found_or_missing(outcome)? {
        Ok(found) => (pack(found), Vec::new()),
        Err(missing) => (Vec::new(), packed_hashes(&missing)),
    };
    out.write(packed);
    out_missing.write(missing);
    Ok(())
}

fn packed_hashes(hashes: &[NodeHash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

fn node_hash(bytes: &[u8]) -> Result<NodeHash, Failure> {
    match bytes.try_into() {
        Ok(hash) => Ok(NodeHash(hash)),
        Err(_) => Err(Failure::new(Status::InvalidArgument, "a node hash has 20 bytes")),
    }
}

/// # Safety
/// A non-null `rows` is aligned and readable for `count` rows, which nobody changes, while the slice is used.
unsafe fn rows_of<'a>(rows: *const StateMapRow, count: usize) -> Result<&'a [StateMapRow], Failure> {
    match (rows.is_null(), count) {
        (_, 0) => Ok(&[]),
        (true, _) => Err(Failure::new(Status::NullPointer, "the rows are null but have a count")),
        // SAFETY: the caller's promise.
        (false, count) => Ok(unsafe { std::slice::from_raw_parts(rows, count) }),
    }
}
