//! State resolution. The bytes are a room version, a count of events, the events in a few bytes each, and what is changed in the
//! states afterwards. Events go onto one of four forks, authorized by its state or by whatever the input names.

use std::collections::BTreeMap;

use hybrid_auth::{auth_types, Event};
use hybrid_events::{event_id, parse_event, room_id_of_create};
use hybrid_rules::{EventIdForm, RoomIdForm, RoomRules, ALL};
use hybrid_state::graph::{EventGraph, EventNumber, NewEvent, Standing};
use hybrid_state::resolution::{resolve, ResolveError};
use serde_json::{json, Value};

use crate::input;
use crate::reference::{Key, Model, StateMap};

/// The reference model takes its time.
const MAX_EVENTS: usize = 32;
const FORKS: usize = 4;
const MAX_CORRUPTIONS: usize = 24;
const USERS: [&str; 6] = ["@alice:a", "@bob:b", "@carol:c", "@dan:d", "@erin:a", ""];

struct Written {
    id: String,
    key: Key,
    json: String,
    standing: Standing,
}

impl Written {
    fn as_new(&self) -> NewEvent<'_> {
        NewEvent {
            id: &self.id,
            json: self.json.as_bytes(),
            standing: self.standing,
        }
    }
}

pub fn run(input: &[u8]) {
    let mut rest = input;
    let rules = ALL[input::choice(&mut rest, ALL.len())];
    let mut room = Room::new(rules);
    for _ in 0..input::choice(&mut rest, MAX_EVENTS) {
        room.add(&mut rest);
    }
    room.compare(&room.forks.each_ref().map(Clone::clone));

    let mut states = room.forks.to_vec();
    states.truncate(1 + input::choice(&mut rest, FORKS));
    for _ in 0..MAX_CORRUPTIONS {
        if rest.is_empty() {
            break;
        }
        let state = input::choice(&mut rest, states.len());
        let event = &room.events[input::choice(&mut rest, room.events.len())];
        if input::byte(&mut rest) % 4 == 0 {
            states[state].remove(&event.key);
        } else {
            states[state].insert(event.key.clone(), event.id.clone());
        }
    }
    room.compare(&states);
    refuse(&room, rest);
}

struct Room {
    rules: &'static RoomRules,
    room_id: String,
    /// Those that the graph took, each after those that authorize it.
    events: Vec<Written>,
    graph: EventGraph,
    model: Model,
    forks: [StateMap; FORKS],
}

impl Room {
    fn new(rules: &'static RoomRules) -> Self {
        let mut create = json!({
            "type": "m.room.create", "state_key": "", "sender": USERS[0], "room_id": "!room:a", "origin_server_ts": 0,
            "depth": 1, "prev_events": [], "auth_events": [],
            "content": {"room_version": rules.id, "creator": USERS[0], "additional_creators": [USERS[3]]},
        });
        if rules.room_id == RoomIdForm::CreateEventHash {
            create.as_object_mut().unwrap().remove("room_id");
        }
        if rules.event_id == EventIdForm::Chosen {
            create["event_id"] = json!("$CREATE:a");
        }
        let create = create.to_string();
        let id = event_id(rules, &parse_event(rules, create.as_bytes()).unwrap()).unwrap();
        let room_id = match rules.room_id {
            RoomIdForm::CreateEventHash => room_id_of_create(&id),
            RoomIdForm::Domain => "!room:a".to_owned(),
        };
        let key = ("m.room.create".to_owned(), String::new());
        let mut room = Self {
            rules,
            graph: EventGraph::new(rules, &room_id),
            model: Model::new(rules, &room_id),
            room_id,
            events: Vec::new(),
            forks: [const { StateMap::new() }; FORKS],
        };
        room.forks
            .iter_mut()
            .for_each(|state| drop(state.insert(key.clone(), id.clone())));
        room.take(Written {
            id,
            key,
            json: create,
            standing: Standing::Accepted,
        });
        room
    }

    fn key(&self, id: &str) -> Option<&Key> {
        self.model.events.get(id).map(|event| &event.key)
    }

    /// Keeps an event if the graph does.
    fn take(&mut self, event: Written) -> bool {
        let is_new = self.graph.find(&event.id).is_none();
        let before = self.graph.len();
        if self.graph.append(&[event.as_new()]).is_err() {
            assert_eq!(self.graph.len(), before);
            return false;
        }
        if is_new {
            let is_rejected = event.standing == Standing::Rejected;
            self.model.add(&event.id, event.json.as_bytes(), is_rejected);
            self.events.push(event);
        }
        is_new
    }

    fn add(&mut self, rest: &mut &[u8]) {
        let fork = match input::byte(rest) {
            // A fork begins anew from another.
            both @ 0xC0.. => {
                let (to, from) = (usize::from(both) % FORKS, usize::from(both >> 2) % FORKS);
                self.forks[to] = self.forks[from].clone();
                to
            }
            one => usize::from(one) % FORKS,
        };
        let number = self.events.len();
        let (kind, state_key, sender, content) = draft(rest);
        let flags = input::byte(rest);
        let time = input::byte(rest);
        let id = match self.rules.event_id {
            EventIdForm::Chosen => format!("${}-{number}:a", time >> 5),
            _ => format!("${}-{number}", time >> 5),
        };
        let mut event = json!({
            "type": kind, "state_key": state_key, "sender": sender, "content": content, "room_id": self.room_id,
            "origin_server_ts": i64::from(time % 16), "depth": 2 + number as i64 - i64::from(time >> 4 & 1) * 3,
            "prev_events": [], "auth_events": [],
        });
        if self.rules.event_id == EventIdForm::Chosen {
            event["event_id"] = json!(id);
        }
        let rules = self.rules;
        let reference = |id: &str| match rules.event_id {
            EventIdForm::Chosen => json!([id, {}]),
            _ => json!(id),
        };
        if flags & 0x10 != 0 {
            let before = input::choice(rest, number);
            event["prev_events"] = json!([reference(&self.events[before].id)]);
        }
        let mut auth_events = Vec::new();
        if flags & 0x0C != 0x0C {
            let text = event.to_string();
            let parsed = parse_event(rules, text.as_bytes());
            if let Some(types) = parsed.ok().and_then(|object| {
                let types = auth_types(rules, Event::new(&object).ok()?);
                Some(
                    types
                        .iter()
                        .map(|&(kind, key)| (kind.to_owned(), key.to_owned()))
                        .collect::<Vec<_>>(),
                )
            }) {
                auth_events.extend(types.iter().filter_map(|key| self.forks[fork].get(key).cloned()));
            }
        }
        if flags & 0x08 != 0 {
            for _ in 0..input::choice(rest, 8) {
                let other = &self.events[input::choice(rest, number)];
                auth_events.push(other.id.clone());
            }
        }
        event["auth_events"] = auth_events.iter().map(|id| reference(id)).collect();
        let mut keys: Vec<&Key> = auth_events.iter().filter_map(|id| self.key(id)).collect();
        keys.sort_unstable();
        let standing = match flags % 4 {
            // That is what happens to whatever names two auth events of one key.
            _ if keys.windows(2).any(|pair| pair[0] == pair[1]) => Standing::Rejected,
            3 => Standing::Rejected,
            2 => Standing::SoftFailed,
            _ => Standing::Accepted,
        };
        let key = (kind, state_key);
        let written = Written {
            id: id.clone(),
            key: key.clone(),
            json: event.to_string(),
            standing,
        };
        // Servers keep rejected events out of their states, but not all of them.
        if self.take(written) && (standing != Standing::Rejected || flags & 0x20 != 0) {
            self.forks[fork].insert(key, id);
        }
    }

    /// Resolves as the reference model does, in whatever order states and events come.
    fn compare(&self, states: &[StateMap]) {
        let expected = self.model.resolve(states);
        assert_eq!(resolved(&self.graph, states), expected);

        let mut turned = states.to_vec();
        turned.reverse();
        assert_eq!(resolved(&self.graph, &turned), expected, "reversed");
        turned.rotate_left(1);
        turned.push(states[0].clone());
        assert_eq!(resolved(&self.graph, &turned), expected, "rotated, and one state twice");
        assert_eq!(
            resolved(&self.graph, &states[..1]),
            states[0],
            "a state is its own resolution"
        );

        // A graph that got all events at once, in another order, has other numbers.
        let mut at_once = EventGraph::new(self.rules, &self.room_id);
        let batch: Vec<NewEvent<'_>> = self.events.iter().rev().map(Written::as_new).collect();
        let numbers = at_once.append(&batch).unwrap();
        for (event, number) in self.events.iter().rev().zip(numbers) {
            assert_eq!(at_once.id(number), event.id);
        }
        assert_eq!(resolved(&at_once, states), expected, "from a graph in another order");
    }
}

fn resolved(graph: &EventGraph, states: &[StateMap]) -> StateMap {
    let numbers: Vec<Vec<EventNumber>> = states
        .iter()
        .map(|state| state.values().map(|id| graph.find(id).unwrap()).collect())
        .collect();
    let slices: Vec<&[EventNumber]> = numbers.iter().map(Vec::as_slice).collect();
    let mut map = StateMap::new();
    for event in resolve(graph, &slices).unwrap().events() {
        let (kind, state_key) = graph.type_and_state_key(event);
        let before = map.insert((kind.to_owned(), state_key.to_owned()), graph.id(event).to_owned());
        assert_eq!(before, None, "two events for a key");
    }
    map
}

/// What is no state, and what is no event of the room, is told so.
fn refuse(room: &Room, mut rest: &[u8]) {
    let mut graph = EventGraph::new(room.rules, &room.room_id);
    let lines: Vec<&[u8]> = rest.split(|&byte| byte == b'\n').take(8).collect();
    let ids: Vec<String> = (0..lines.len()).map(|line| format!("$line{line}")).collect();
    let batch: Vec<NewEvent<'_>> = lines
        .iter()
        .zip(&ids)
        .map(|(json, id)| NewEvent {
            id,
            json,
            standing: Standing::Accepted,
        })
        .collect();
    let taken = graph.append(&batch);
    assert!(taken.is_ok() || graph.is_empty());

    let picks: Vec<EventNumber> = (0..input::choice(&mut rest, 12))
        .map(|_| EventNumber(u32::from(input::byte(&mut rest)) % (room.events.len() as u32 + 2)))
        .collect();
    let mut keys = BTreeMap::new();
    let is_known = picks.iter().all(|&event| room.graph.contains(event));
    let is_state = is_known
        && picks.iter().all(|&event| {
            keys.insert(room.graph.type_and_state_key(event), event)
                .is_none_or(|other| other == event)
        });
    match resolve(&room.graph, &[&picks, &[]]) {
        Ok(_) => assert!(is_known && is_state),
        Err(ResolveError::UnknownEvent(_)) => assert!(!is_known),
        Err(ResolveError::DuplicateKey(..)) => assert!(!is_state || keys.len() < picks.len()),
        Err(other) => panic!("{other}"),
    }
}

/// Type, state key, sender and content of an event.
fn draft(rest: &mut &[u8]) -> (String, String, &'static str, Value) {
    let action = input::byte(rest);
    let people = input::byte(rest);
    let (sender, target) = (
        USERS[usize::from(people & 15) % 5],
        USERS[usize::from(people >> 4) % USERS.len()],
    );
    let member = |state_key: &str, membership: &str| {
        let content = json!({"membership": membership});
        ("m.room.member".to_owned(), state_key.to_owned(), sender, content)
    };
    let other = |kind: &str, state_key: &str, content| (kind.to_owned(), state_key.to_owned(), sender, content);
    match action % 20 {
        0..=2 => member(sender, "join"),
        3 => member(sender, "leave"),
        4 => member(target, "leave"),
        5 => member(target, "ban"),
        6 => member(target, "invite"),
        7 => member(sender, "knock"),
        8 => {
            let content = json!({"membership": "join", "join_authorised_via_users_server": target});
            other("m.room.member", sender, content)
        }
        9 | 10 => other("m.room.power_levels", "", power_levels(rest)),
        11 => {
            let rules = [
                "public",
                "invite",
                "knock",
                "restricted",
                "knock_restricted",
                "private",
                "",
            ];
            other(
                "m.room.join_rules",
                "",
                json!({"join_rule": rules[input::choice(rest, rules.len())]}),
            )
        }
        12 => other("m.room.third_party_invite", target, json!({"public_key": "k"})),
        13 => other("m.room.power_levels", target, power_levels(rest)),
        14 => other("m.room.create", "", json!({"creator": target, "room_version": "1"})),
        15 => other("m.room.join_rules", target, json!({"join_rule": "public"})),
        // Whatever content.
        16 => {
            let kinds = [
                "m.room.member",
                "m.room.power_levels",
                "m.room.join_rules",
                "m.room.third_party_invite",
                "m.room.create",
                "m.room.aliases",
            ];
            let kind = kinds[input::choice(rest, kinds.len())];
            let length = input::choice(rest, 256);
            let content = serde_json::from_slice(input::bytes(rest, length)).unwrap_or(Value::Null);
            other(kind, [target, ""][input::choice(rest, 2)], content)
        }
        17 => other("m.room.aliases", "a", json!({})),
        _ => other("m.room.topic", "", json!({"topic": "t"})),
    }
}

fn power_levels(rest: &mut &[u8]) -> Value {
    let mut users = serde_json::Map::new();
    for _ in 0..input::choice(rest, 5) {
        users.insert(USERS[input::choice(rest, 5)].to_owned(), level(rest));
    }
    let mut content = json!({"users": users});
    for _ in 0..input::choice(rest, 4) {
        let fields = [
            "users_default",
            "state_default",
            "events_default",
            "ban",
            "kick",
            "invite",
            "redact",
        ];
        content[fields[input::choice(rest, fields.len())]] = level(rest);
    }
    if input::byte(rest) % 4 == 0 {
        content["events"] = json!({"m.room.topic": level(rest), "m.room.power_levels": level(rest)});
    }
    content
}

fn level(rest: &mut &[u8]) -> Value {
    match input::byte(rest) {
        byte @ 0..0xC0 => json!([0, 50, 100, -1, 51, 99][usize::from(byte) % 6]),
        0xC0..0xD0 => json!("50"),
        0xD0..0xE0 => json!(i64::from(u32::MAX) << 21),
        0xE0..0xF0 => json!(" 7 "),
        _ => Value::Null,
    }
}
