//! What the graph takes and what it refuses, and resolutions that cannot be.

#![allow(clippy::unwrap_used)] // Helpers of tests are not recognized as tests.

use hybrid_rules::RoomRules;
use hybrid_state::graph::{AppendError, EventGraph, EventNumber, NewEvent, Standing};
use hybrid_state::resolution::{resolve, Resolution, ResolveError};
use serde_json::{json, Value};

fn graph(version: &str) -> EventGraph {
    EventGraph::new(RoomRules::find(version).unwrap(), "!r:a")
}

fn event(kind: &str, state_key: &str, auth_events: &[&str]) -> Value {
    let content = match kind {
        "m.room.member" => json!({"membership": "join"}),
        "m.room.power_levels" => json!({"users": {"@a:a": 100}}),
        "m.room.create" => json!({"creator": "@a:a", "room_version": "11"}),
        _ => json!({}),
    };
    json!({
        "type": kind, "state_key": state_key, "sender": "@a:a", "room_id": "!r:a", "content": content, "depth": 1,
        "origin_server_ts": 1, "prev_events": ["$x"], "auth_events": auth_events,
    })
}

fn append(graph: &mut EventGraph, events: &[(&str, Value)]) -> Result<Vec<EventNumber>, AppendError> {
    let texts: Vec<String> = events.iter().map(|(_, event)| event.to_string()).collect();
    let batch: Vec<_> = events
        .iter()
        .zip(&texts)
        .map(|((id, _), text)| NewEvent {
            id,
            json: text.as_bytes(),
            standing: Standing::Accepted,
        })
        .collect();
    graph.append(&batch)
}

fn room(graph: &mut EventGraph) -> Vec<EventNumber> {
    let events = [
        ("$m", event("m.room.member", "@a:a", &["$c"])),
        ("$c", event("m.room.create", "", &[])),
        ("$p", event("m.room.power_levels", "", &["$m", "$c"])),
    ];
    append(graph, &events).unwrap()
}

#[test]
fn a_batch_may_be_in_any_order_and_repeat_what_is_known() {
    let mut graph = graph("11");
    let numbers = room(&mut graph);
    assert_eq!(
        numbers.iter().map(|&number| graph.id(number)).collect::<Vec<_>>(),
        ["$m", "$c", "$p"]
    );
    assert_eq!(graph.type_and_state_key(numbers[0]), ("m.room.member", "@a:a"));
    assert_eq!(room(&mut graph), numbers);
    assert_eq!(graph.len(), 3);
    let twice = event("m.room.topic", "", &["$c"]);
    let again = append(&mut graph, &[("$t", twice.clone()), ("$t", twice)]).unwrap();
    assert_eq!(again, [EventNumber(3), EventNumber(3)]);
    assert!(graph.is_in_auth_chain(numbers[1], numbers[2]));
    assert!(!graph.is_in_auth_chain(numbers[2], numbers[2]));
}

#[test]
fn what_does_not_belong_is_refused_and_nothing_of_its_batch_is_added() {
    let mut graph = graph("11");
    room(&mut graph);
    let good = ("$good", event("m.room.topic", "", &["$c"]));
    let refused = |graph: &mut EventGraph, event: Value| {
        let error = append(graph, &[good.clone(), ("$bad", event)]).unwrap_err();
        assert_eq!((graph.len(), graph.find("$good")), (3, None));
        error
    };
    let missing = event("m.room.topic", "", &["$none"]);
    assert_eq!(
        refused(&mut graph, missing),
        AppendError::MissingAuthEvent("$bad".into(), "$none".into())
    );
    let itself = event("m.room.topic", "", &["$bad"]);
    assert_eq!(refused(&mut graph, itself), AppendError::Cycle("$bad".into()));
    let mut elsewhere = event("m.room.topic", "", &[]);
    elsewhere["room_id"] = json!("!other:a");
    assert_eq!(refused(&mut graph, elsewhere), AppendError::OtherRoom("$bad".into()));
    let mut nowhere = event("m.room.create", "", &[]);
    nowhere.as_object_mut().unwrap().remove("room_id");
    assert_eq!(refused(&mut graph, nowhere), AppendError::OtherRoom("$bad".into()));
    let many: Vec<String> = (0..11).map(|number| format!("${number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for (field, value) in [
        ("state_key", Value::Null),
        ("state_key", json!(1)),
        ("type", json!(1)),
        ("sender", Value::Null),
        ("content", json!([])),
        ("origin_server_ts", json!("1")),
        ("depth", Value::Null),
        ("auth_events", json!(many)),
    ] {
        let mut malformed = event("m.room.topic", "", &["$c"]);
        match value {
            Value::Null => malformed.as_object_mut().unwrap().remove(field).map(drop).unwrap(),
            value => malformed[field] = value,
        }
        assert!(
            matches!(refused(&mut graph, malformed), AppendError::Malformed(..)),
            "{field}"
        );
    }
    let ring = [
        ("$x", event("m.room.topic", "x", &["$z"])),
        ("$y", event("m.room.topic", "y", &["$x"])),
        ("$z", event("m.room.topic", "z", &["$y"])),
    ];
    assert!(matches!(append(&mut graph, &ring), Err(AppendError::Cycle(_))));
    let text = NewEvent {
        id: "$n",
        json: b"{",
        standing: Standing::Accepted,
    };
    assert!(matches!(graph.append(&[text]), Err(AppendError::Malformed(..))));
}

#[test]
fn the_create_event_of_version_12_is_the_one_that_the_room_names() {
    let mut graph = EventGraph::new(RoomRules::find("12").unwrap(), "!hash");
    let mut create = event("m.room.create", "", &[]);
    create.as_object_mut().unwrap().remove("room_id");
    assert!(matches!(
        append(&mut graph, &[("$other", create.clone())]),
        Err(AppendError::OtherRoom(_))
    ));
    append(&mut graph, &[("$hash", create)]).unwrap();
}

#[test]
fn states_that_cannot_be_are_refused() {
    for version in ["1", "11"] {
        let mut graph = graph(version);
        let chosen = version == "1";
        let reference = |ids: &[&str]| -> Value {
            ids.iter()
                .map(|id| if chosen { json!([id, {}]) } else { json!(id) })
                .collect()
        };
        let mut other = event("m.room.create", "", &[]);
        other["auth_events"] = reference(&[]);
        let mut topic = event("m.room.topic", "", &[]);
        topic["auth_events"] = reference(&["$c"]);
        let numbers = append(&mut graph, &[("$c", other), ("$t", topic.clone()), ("$u", topic)]).unwrap();
        let (create, topic, second) = (numbers[0], numbers[1], numbers[2]);

        let unknown = EventNumber(3);
        assert_eq!(
            resolve(&graph, &[&[create], &[unknown]]),
            Err(ResolveError::UnknownEvent(3))
        );
        assert_eq!(
            resolve(&graph, &[&[EventNumber(u32::MAX)]]),
            Err(ResolveError::UnknownEvent(u32::MAX))
        );
        let twice = Err(ResolveError::DuplicateKey("m.room.topic".into(), String::new()));
        assert_eq!(resolve(&graph, &[&[topic, second]]), twice);
        assert_eq!(resolve(&graph, &[&[topic, topic]]), twice);
        assert_eq!(resolve(&graph, &[]), Ok(Resolution::default()));
        let alone = Resolution {
            unconflicted: vec![topic, create],
            resolved: vec![],
        };
        assert_eq!(resolve(&graph, &[&[topic, create]]), Ok(alone.clone()));
        assert_eq!(resolve(&graph, &[&[topic, create], &[create, topic]]), Ok(alone));
        assert_eq!(resolve(&graph, &[&[], &[]]), Ok(Resolution::default()));
    }
}

#[test]
fn soft_failed_events_authorize_like_accepted_ones_and_rejected_ones_do_not() {
    for (standing, expected) in [
        (Standing::Accepted, true),
        (Standing::SoftFailed, true),
        (Standing::Rejected, false),
    ] {
        let mut graph = graph("11");
        let numbers = room(&mut graph);
        let named = [
            ("$t", event("m.room.topic", "", &["$c", "$m", "$p"])),
            ("$u", event("m.room.topic", "u", &["$c", "$m", "$p"])),
        ];
        let topics = append(&mut graph, &named).unwrap();
        graph.set_standing(numbers[0], standing);
        graph.set_standing(EventNumber(99), standing);
        // Neither state has the membership of who set the topic: it can only come from the auth events.
        let states: [&[EventNumber]; 2] = [&[numbers[1], topics[0]], &[numbers[1]]];
        let resolved = resolve(&graph, &states).unwrap();
        assert_eq!(resolved.resolved.contains(&topics[0]), expected, "{standing:?}");
    }
}

/// Twenty thousand events, each authorized by the one before: nothing may go down that path by calls.
#[test]
fn long_chains_are_no_trouble() {
    let mut graph = graph("11");
    room(&mut graph);
    let mut before = "$p".to_owned();
    let mut texts = Vec::new();
    for number in 0..20_000 {
        let mut levels = event("m.room.power_levels", "", &["$c", "$m", &before]);
        levels["origin_server_ts"] = json!(number);
        before = format!("$p{number}");
        texts.push((before.clone(), levels.to_string()));
    }
    texts.reverse();
    let batch: Vec<_> = texts
        .iter()
        .map(|(id, text)| NewEvent {
            id,
            json: text.as_bytes(),
            standing: Standing::Accepted,
        })
        .collect();
    let numbers = graph.append(&batch).unwrap();
    let (last, first) = (numbers[0], numbers[19_999]);
    let common: Vec<EventNumber> = ["$c", "$m"].iter().map(|id| graph.find(id).unwrap()).collect();
    let old = [common.as_slice(), &[first]].concat();
    let new = [common.as_slice(), &[last]].concat();
    let resolved = resolve(&graph, &[&old, &new]).unwrap();
    assert_eq!(resolved.resolved, [last]);
}
