use super::{bytes, call, empty, handle, taken, value, view, NULL_VIEW};
use crate::state_map::*;
use crate::status::Status;
use crate::views::OwnedBuffer;

const EMPTY: [u8; 20] = hybrid_state::map::NodeHash::EMPTY.0;

type Nodes = *mut StateNodesHandle;

fn row(key: u64, event: Option<u64>) -> StateMapRow {
    StateMapRow {
        key,
        event: event.unwrap_or(0),
        kind: 3,
        has_event: event.is_some().into(),
    }
}

/// What a call found, or the hashes of the nodes that it misses.
fn found(call: impl FnOnce(*mut OwnedBuffer, *mut OwnedBuffer) -> Status) -> Result<Result<Vec<u8>, Vec<u8>>, Status> {
    let mut missing = empty();
    let found = bytes(|out| call(out, &mut missing));
    let missing = taken(missing);
    found.map(|found| if missing.is_empty() { Ok(found) } else { Err(missing) })
}

fn update(nodes: Nodes, root: &[u8], rows: &[StateMapRow]) -> Result<Result<Vec<u8>, Vec<u8>>, Status> {
    found(|out, missing| {
        call!(hybrid_state_map_update(
            nodes,
            view(root),
            rows.as_ptr(),
            rows.len(),
            out,
            missing
        ))
    })
}

fn find(nodes: Nodes, root: &[u8], rows: &mut [StateMapRow]) -> Result<Vec<u8>, Status> {
    bytes(|missing| {
        call!(hybrid_state_map_find(
            nodes,
            view(root),
            rows.as_mut_ptr(),
            rows.len(),
            missing
        ))
    })
}

fn load(nodes: Nodes, hashes: &[u8], bytes: &[u8], lengths: &[i32]) -> Status {
    call!(hybrid_state_nodes_load(
        nodes,
        view(hashes),
        view(bytes),
        lengths.as_ptr(),
        lengths.len()
    ))
}

#[test]
fn maps_are_changed_stored_and_read() {
    let nodes = handle(|out| call!(hybrid_state_nodes_create(100, out))).unwrap();
    let rows: Vec<StateMapRow> = (0..100).map(|key| row(key, Some(key + 1))).collect();
    let updated = update(nodes, &EMPTY, &rows).unwrap().unwrap();
    let (root, mut stored) = updated.split_at(20);
    let removed = update(nodes, root, &[row(7, None)]).unwrap().unwrap();

    let compared = found(|out, missing| {
        call!(hybrid_state_map_compare(
            nodes,
            view(root),
            view(&removed[..20]),
            out,
            missing
        ))
    });
    assert_eq!(compared.unwrap().unwrap().len(), 2 * 24);
    let entries = |nodes: Nodes, kind| {
        found(|out, missing| call!(hybrid_state_map_entries(nodes, view(root), kind, out, missing)))
    };
    assert_eq!(entries(nodes, -1).unwrap().unwrap().len(), 100 * 24);
    assert_eq!(entries(nodes, 4), Ok(Ok(vec![])));
    assert_eq!(entries(nodes, 1 << 32), Err(Status::InvalidArgument));
    let mut wanted = [row(7, None), row(1000, Some(5))];
    assert_eq!(find(nodes, root, &mut wanted), Ok(vec![]));
    assert_eq!(wanted.map(|row| (row.event, row.has_event)), [(8, 1), (0, 0)]);

    // Another cache asks for the nodes.
    let fresh = handle(|out| call!(hybrid_state_nodes_create(0, out))).unwrap();
    assert_eq!(find(fresh, root, &mut wanted), Ok(root.to_vec()));
    assert_eq!(entries(fresh, -1), Ok(Err(root.to_vec())));
    let count = |nodes: Nodes| {
        let mut missing = empty();
        let count = value(|out: *mut u64| call!(hybrid_state_map_count(nodes, view(root), out, &mut missing)));
        let missing = taken(missing);
        count.map(|count| (count, missing))
    };
    assert_eq!(count(fresh), Ok((0, root.to_vec())));
    let (mut hashes, mut contents, mut lengths) = (Vec::new(), Vec::new(), Vec::new());
    while !stored.is_empty() {
        let (header, rest) = stored.split_at(24);
        let length = u32::from_le_bytes(header[20..].try_into().unwrap());
        let (content, rest) = rest.split_at(length as usize);
        hashes.extend(&header[..20]);
        contents.extend(content);
        lengths.push(length as i32);
        stored = rest;
    }
    assert_eq!(load(fresh, &hashes, &contents, &lengths), Status::Ok);
    assert_eq!(count(fresh), Ok((100, vec![])));
    assert_eq!(entries(fresh, 3).unwrap().unwrap().len(), 100 * 24);

    assert_eq!(load(fresh, &hashes[1..], &contents, &lengths), Status::InvalidArgument);
    assert_eq!(load(fresh, &hashes, &contents[1..], &lengths), Status::InvalidArgument);
    hashes[0] ^= 1;
    assert_eq!(load(fresh, &hashes, &contents, &lengths), Status::StateNodeMalformed);
    assert_eq!(load(fresh, &hashes[..20], b"?", &[1]), Status::StateNodeMalformed);
    for nodes in [nodes, fresh, std::ptr::null_mut()] {
        call!(hybrid_state_nodes_free(nodes));
    }
}

#[test]
fn what_is_no_map_is_refused() {
    let nodes = handle(|out| call!(hybrid_state_nodes_create(usize::MAX, out))).unwrap();
    assert_eq!(update(nodes, &EMPTY[1..], &[]), Err(Status::InvalidArgument));
    assert_eq!(update(std::ptr::null_mut(), &EMPTY, &[]), Err(Status::NullPointer));
    let update_raw = |root, rows: *const StateMapRow| {
        found(|out, missing| call!(hybrid_state_map_update(nodes, root, rows, 1, out, missing)))
    };
    assert_eq!(update_raw(view(&EMPTY), std::ptr::null()), Err(Status::NullPointer));
    assert_eq!(update_raw(NULL_VIEW, &row(1, None)), Err(Status::NullPointer));
    assert_eq!(find(nodes, &[], &mut [row(1, None)]), Err(Status::InvalidArgument));
    assert_eq!(
        call!(hybrid_state_map_find(
            nodes,
            view(&EMPTY),
            std::ptr::null_mut(),
            0,
            std::ptr::null_mut()
        )),
        Status::NullPointer
    );
    assert_eq!(
        handle(|_: *mut Nodes| call!(hybrid_state_nodes_create(1, std::ptr::null_mut()))).err(),
        Some(Status::NullPointer)
    );
    call!(hybrid_state_nodes_free(nodes));
}
