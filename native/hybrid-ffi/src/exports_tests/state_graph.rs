use super::{bytes, call, handle, text, value, view, NULL_VIEW};
use crate::state_graph::*;
use crate::status::Status;

type Graph = *mut StateGraphHandle;

fn graph(version: &str, room_id: &str) -> Result<Graph, Status> {
    handle(|out| call!(hybrid_state_graph_create(view(version), view(room_id), out)))
}

fn append(graph: Graph, events: &[(&str, String)], standings: &[u8]) -> Result<Vec<u32>, Status> {
    let ids: String = events.iter().map(|(id, _)| *id).collect();
    let texts: String = events.iter().map(|(_, json)| json.as_str()).collect();
    let id_lengths: Vec<i32> = events.iter().map(|(id, _)| id.len() as i32).collect();
    let lengths: Vec<i32> = events.iter().map(|(_, json)| json.len() as i32).collect();
    let mut numbers = vec![u32::MAX; events.len()];
    let status = call!(hybrid_state_graph_append(
        graph,
        view(&ids),
        id_lengths.as_ptr(),
        view(&texts),
        lengths.as_ptr(),
        view(standings),
        events.len(),
        numbers.as_mut_ptr()
    ));
    if status == Status::Ok {
        return Ok(numbers);
    }
    assert!(
        numbers.iter().all(|&number| number == u32::MAX),
        "a failed call wrote a number"
    );
    Err(status)
}

fn event(kind: &str, content: &str, auth_events: &str) -> String {
    format!(
        r#"{{"type":"{kind}","state_key":"","sender":"@u:a","room_id":"!r:a","depth":1,"content":{content},
            "origin_server_ts":1,"prev_events":[],"auth_events":{auth_events}}}"#
    )
}

fn resolve(graph: Graph, events: &[u32], lengths: &[i32]) -> Result<(Vec<u32>, usize), Status> {
    let mut unconflicted = 0;
    let packed = bytes(|out| {
        call!(hybrid_state_resolve(
            graph,
            events.as_ptr(),
            events.len(),
            lengths.as_ptr(),
            lengths.len(),
            out,
            &mut unconflicted
        ))
    })?;
    let numbers = packed.chunks_exact(4);
    let numbers = numbers.map(|bytes| u32::from_le_bytes(bytes.try_into().unwrap()));
    Ok((numbers.collect(), unconflicted))
}

#[test]
fn states_are_resolved() {
    let room = graph("6", "!r:a").unwrap();
    let topic = event("m.room.topic", "{}", r#"["$c"]"#);
    let create = event("m.room.create", r#"{"creator":"@u:a"}"#, "[]");
    let join = event("m.room.member", r#"{"membership":"join"}"#, r#"["$c"]"#)
        .replace(r#""state_key":"""#, r#""state_key":"@u:a""#)
        .replace(r#""prev_events":[]"#, r#""prev_events":["$c"]"#);
    let numbers = append(
        room,
        &[("$t", topic.clone()), ("$c", create.clone()), ("$j", join.clone())],
        &[0, 1, 0],
    )
    .unwrap();
    let [topic_number, create_number, join_number] = numbers[..] else {
        panic!("{numbers:?}");
    };
    assert_eq!(
        value(|out: *mut usize| call!(hybrid_state_graph_count(room, out))),
        Ok(3)
    );
    assert_eq!(append(room, &[], &[]), Ok(vec![]));

    let id = |number| text(|out| call!(hybrid_state_graph_event_id(room, number, out)));
    assert_eq!(id(topic_number).as_deref(), Ok("$t"));
    assert_eq!(id(3), Err(Status::StateEventUnknown));
    let find = |id: &[u8]| {
        let mut number = 9;
        value(|found: *mut u8| call!(hybrid_state_graph_find(room, view(id), &mut number, found)))
            .map(|found| (number, found))
    };
    assert_eq!(find(b"$j"), Ok((join_number, 1)));
    assert_eq!(find(b"$?"), Ok((0, 0)));
    assert_eq!(find(b"\xff"), Err(Status::InvalidUtf8));

    let both = [create_number, join_number, create_number, join_number, topic_number];
    let sorted = || {
        let (mut numbers, unconflicted) = resolve(room, &both, &[2, 3]).unwrap();
        numbers.sort_unstable();
        (numbers, unconflicted)
    };
    let mut expected = vec![create_number, join_number, topic_number];
    expected.sort_unstable();
    assert_eq!(sorted(), (expected.clone(), 2));
    let set_standing = |number, standing| call!(hybrid_state_graph_set_standing(room, number, standing));
    assert_eq!(set_standing(topic_number, 2), Status::Ok);
    expected.retain(|&number| number != topic_number);
    assert_eq!(sorted(), (expected, 2), "what is rejected is in no resolved state");
    assert_eq!(resolve(room, &[], &[]), Ok((vec![], 0)));
    assert_eq!(resolve(room, &both, &[2, 2]), Err(Status::InvalidArgument));
    assert_eq!(resolve(room, &both, &[-1, 6]), Err(Status::InvalidArgument));
    assert_eq!(resolve(room, &[7], &[1]), Err(Status::StateEventUnknown));

    assert_eq!(set_standing(join_number, 3), Status::InvalidArgument);
    assert_eq!(set_standing(4, 0), Status::StateEventUnknown);
    call!(hybrid_state_graph_free(room));
    call!(hybrid_state_graph_free(std::ptr::null_mut()));
}

#[test]
fn what_is_no_event_of_the_room_is_refused() {
    assert_eq!(graph("0", "!r:a").err(), Some(Status::EventRoomVersionUnknown));
    let room = graph("6", "!r:a").unwrap();
    let create = event("m.room.create", "{}", "[]");
    let refuse = |json: &str, standing: u8| append(room, &[("$x", json.to_owned())], &[standing]).err();
    assert_eq!(refuse("{", 0), Some(Status::EventMalformed));
    assert_eq!(refuse(&create, 3), Some(Status::InvalidArgument));
    assert_eq!(
        refuse(&create.replace("!r:a", "!s:a"), 0),
        Some(Status::StateEventOfOtherRoom)
    );
    assert_eq!(
        refuse(&event("m.room.topic", "{}", r#"["$gone"]"#), 0),
        Some(Status::StateAuthEventMissing)
    );
    assert_eq!(
        refuse(&event("m.room.topic", "{}", r#"["$x"]"#), 0),
        Some(Status::StateAuthCycle)
    );
    assert_eq!(
        append(room, &[("$x", create.clone())], &[]).err(),
        Some(Status::InvalidArgument)
    );
    let mut number = 0;
    let append_raw = |ids, id_lengths: *const i32, out: *mut u32| {
        call!(hybrid_state_graph_append(
            room,
            ids,
            id_lengths,
            view(&create),
            [create.len() as i32].as_ptr(),
            view(&[0]),
            1,
            out
        ))
    };
    assert_eq!(append_raw(NULL_VIEW, [1].as_ptr(), &mut number), Status::NullPointer);
    assert_eq!(
        append_raw(view("$"), std::ptr::null(), &mut number),
        Status::NullPointer
    );
    assert_eq!(
        append_raw(view("$"), [1].as_ptr(), std::ptr::null_mut()),
        Status::NullPointer
    );
    assert_eq!(
        append_raw(view(b"\xff"), [1].as_ptr(), &mut number),
        Status::InvalidUtf8
    );
    assert_eq!(
        append_raw(view("$"), [2].as_ptr(), &mut number),
        Status::InvalidArgument
    );
    assert_eq!(
        value(|out: *mut usize| call!(hybrid_state_graph_count(room, out))),
        Ok(0)
    );

    let mut unconflicted = 0;
    assert_eq!(
        bytes(|out| {
            call!(hybrid_state_resolve(
                room,
                std::ptr::null(),
                1,
                [1].as_ptr(),
                1,
                out,
                &mut unconflicted
            ))
        }),
        Err(Status::NullPointer)
    );
    assert_eq!(resolve(std::ptr::null_mut(), &[], &[]), Err(Status::NullPointer));
    append(room, &[("$a", create.clone()), ("$b", create)], &[0, 0]).unwrap();
    assert_eq!(resolve(room, &[0, 1], &[2]), Err(Status::StateKeyDuplicate));
    call!(hybrid_state_graph_free(room));
}
