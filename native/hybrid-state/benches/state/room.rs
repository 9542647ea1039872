use std::collections::BTreeMap;

use hybrid_auth::{auth_types, Event};
use hybrid_events::{event_id, parse_event, room_id_of_create};
use hybrid_rules::{RoomIdForm, RoomRules};
use hybrid_state::graph::{EventGraph, EventNumber, NewEvent, Standing};
use serde_json::{json, Value};

use crate::reference::{Key, Model, StateMap};

const MODERATORS: usize = 40;

/// A public room that has lived for long: people come, change their names, are removed by moderators and come back, and now and
/// then power levels and join rules change.
pub struct Room {
    rules: &'static RoomRules,
    pub graph: EventGraph,
    pub model: Model,
    pub state: StateMap,
    members: usize,
    clock: i64,
    random: u64,
}

fn user(number: usize) -> String {
    format!("@user-{number}:server-{}.example.org", number % 300)
}

fn member_key(number: usize) -> Key {
    ("m.room.member".to_owned(), user(number))
}

impl Room {
    /// A room with this many auth events, and at most this many members.
    pub fn new(version: &str, auth_events: usize, members: usize) -> Self {
        let rules = RoomRules::find(version).unwrap();
        let mut create = json!({
            "type": "m.room.create", "state_key": "", "sender": user(0), "room_id": "!room:server-0.example.org", "depth": 1,
            "origin_server_ts": 0, "prev_events": [], "auth_events": [], "content": {"room_version": version},
        });
        if rules.room_id == RoomIdForm::CreateEventHash {
            create.as_object_mut().unwrap().remove("room_id");
        }
        let text = create.to_string();
        let id = event_id(rules, &parse_event(rules, text.as_bytes()).unwrap()).unwrap();
        let room_id = match rules.room_id {
            RoomIdForm::CreateEventHash => room_id_of_create(&id),
            RoomIdForm::Domain => "!room:server-0.example.org".to_owned(),
        };
        let mut room = Self {
            rules,
            graph: EventGraph::new(rules, &room_id),
            model: Model::new(rules, &room_id),
            state: StateMap::new(),
            members,
            clock: 1_600_000_000_000,
            random: 1,
        };
        room.store(&id, &text);
        room.state.insert(("m.room.create".into(), String::new()), id);
        let mut state = std::mem::take(&mut room.state);
        room.join(&mut state, 0);
        room.change_power_levels(&mut state, 0, 0);
        room.send(
            &mut state,
            "m.room.join_rules",
            "",
            &user(0),
            json!({"join_rule": "public"}),
        );
        for moderator in 1..=MODERATORS {
            room.join(&mut state, moderator);
        }
        let mut round = 0;
        while room.graph.len() < auth_events {
            round += 1;
            match round {
                _ if round % 700 == 0 => room.change_power_levels(&mut state, round % MODERATORS, round),
                _ if round % 90 == 0 => room.remove(&mut state, 1 + round % MODERATORS),
                _ if round + MODERATORS < members => room.join(&mut state, round + MODERATORS),
                _ => room.change_some_name(&mut state),
            }
        }
        room.state = state;
        room
    }

    /// A graph to which the same events were added again, in their order.
    pub fn copy_of_graph(&self) -> EventGraph {
        let mut copy = EventGraph::new(self.rules, &self.model.room_id);
        for number in (0u32..).map(EventNumber).take(self.graph.len()) {
            let id = self.graph.id(number);
            let event = NewEvent {
                id,
                json: &self.model.events[id].json,
                standing: Standing::Accepted,
            };
            copy.append(&[event]).unwrap();
        }
        copy
    }

    /// Two forks from the end of the room, which disagree so that this many events are in conflict.
    pub fn fork(&mut self, conflicted: usize) -> [StateMap; 2] {
        let mut states = [self.state.clone(), self.state.clone()];
        let mut next = MODERATORS + 1;
        let mut changed = 0;
        // Each key that changes on one side is in conflict with what the other side still has.
        while changed < conflicted / 2 {
            let side = changed % 2;
            let state = &mut states[side];
            match changed % 20 {
                18 if conflicted > 100 => {
                    let sender = user(1 + changed % MODERATORS);
                    let content = json!({"membership": "leave", "reason": "rude"});
                    self.send(state, "m.room.member", &user(next), &sender, content);
                }
                19 => {
                    let key = format!("widget-{changed}");
                    let sender = user(1 + changed % MODERATORS);
                    // Both sides set it, so that two events are in conflict here too.
                    self.send(
                        state,
                        "im.vector.modular.widgets",
                        &key,
                        &sender,
                        json!({"url": "https://a.example.org"}),
                    );
                    let other = &mut states[1 - side];
                    self.send(
                        other,
                        "im.vector.modular.widgets",
                        &key,
                        &sender,
                        json!({"url": "https://b.example.org"}),
                    );
                }
                _ => self.join(state, next),
            }
            next += 1;
            changed += 1;
        }
        states
    }

    /// States as the numbers of their events.
    pub fn numbers(&self, states: &[StateMap]) -> Vec<Vec<EventNumber>> {
        states
            .iter()
            .map(|state| state.values().map(|id| self.graph.find(id).unwrap()).collect())
            .collect()
    }

    fn join(&mut self, state: &mut StateMap, number: usize) {
        let content = json!({
            "membership": "join", "displayname": format!("User Number {number} at {}", self.clock),
            "avatar_url": format!("mxc://server.example.org/abcdefghijklmnopqrst{number}"),
        });
        self.send(state, "m.room.member", &user(number), &user(number), content);
    }

    fn change_some_name(&mut self, state: &mut StateMap) {
        let number = self.random(self.members);
        self.join(state, number);
    }

    fn remove(&mut self, state: &mut StateMap, moderator: usize) {
        let target = MODERATORS + 1 + self.random(self.members - MODERATORS - 1);
        if state.contains_key(&member_key(target)) {
            let content = json!({"membership": "leave", "reason": "rude"});
            self.send(state, "m.room.member", &user(target), &user(moderator), content);
        }
    }

    fn change_power_levels(&mut self, state: &mut StateMap, sender: usize, round: usize) {
        let mut users: BTreeMap<String, i64> = (1..=MODERATORS).map(|number| (user(number), 50)).collect();
        if !self.rules.auth.privileged_creators {
            users.insert(user(0), 100);
        }
        let content =
            json!({"users": users, "invite": 0, "events": {"m.room.name": 50, "org.example.epoch": round % 50}});
        self.send(state, "m.room.power_levels", "", &user(sender), content);
    }

    fn send(&mut self, state: &mut StateMap, kind: &str, state_key: &str, sender: &str, content: Value) {
        self.clock += 1000;
        let mut event = json!({
            "type": kind, "state_key": state_key, "sender": sender, "content": content, "room_id": self.model.room_id,
            "origin_server_ts": self.clock, "depth": self.graph.len(), "prev_events": ["$before"],
            "hashes": {"sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
            "signatures": {"server.example.org": {"ed25519:a": "a".repeat(86)}},
        });
        let text = event.to_string();
        let parsed = parse_event(self.rules, text.as_bytes()).unwrap();
        let types = auth_types(self.rules, Event::new(&parsed).unwrap());
        let found = types
            .iter()
            .filter_map(|(kind, key)| state.get(&((*kind).to_owned(), (*key).to_owned())));
        event["auth_events"] = found.map(|id| json!(id)).collect();
        // As long and as random as the IDs of real events.
        let id = format!(
            "${:043x}",
            u128::from(self.random(usize::MAX) as u64) << 64 | self.clock as u128
        );
        self.store(&id, &event.to_string());
        state.insert((kind.to_owned(), state_key.to_owned()), id);
    }

    fn store(&mut self, id: &str, json: &str) {
        self.model.add(id, json.as_bytes(), false);
        let event = NewEvent {
            id,
            json: json.as_bytes(),
            standing: Standing::Accepted,
        };
        self.graph.append(&[event]).unwrap();
    }

    fn random(&mut self, below: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random as usize % below
    }
}
