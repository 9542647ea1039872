//! Rooms of version 12 with a second create event, which servers that are faulty or malicious may name. The create event is the one
//! that the room ID names, and no other can stand in for it.

#![allow(clippy::unwrap_used)] // Helpers of tests are not recognized as tests.

mod reference;
mod room;

use room::{join, join_rule, member, power_levels, topic, Draft, Room, ALICE};
use serde_json::json;

const BOB: &str = "@bob:b";

/// A public room of Alice that Bob claims to have made, by the event `USURPER`. The last event before is `START`.
fn start() -> Room {
    let mut room = Room::new("12");
    room.add("IMA", join(ALICE), &["CREATE"]);
    room.add("IPOWER", power_levels(ALICE, &[]), &["IMA"]);
    room.add("IJR", join_rule(ALICE, "public"), &["IPOWER"]);
    room.add("START", join(BOB), &["IJR"]);
    let usurper = Draft::new("m.room.create", "", BOB, json!({"room_version": "12"}));
    room.add_with_state("USURPER", usurper, &["START"], &room.after("START"));
    room
}

#[test]
fn another_create_event_makes_no_creator() {
    let mut room = start();
    room.add("T1", topic(ALICE), &["START"]);
    let mut stolen = room.after("START");
    stolen.insert(("m.room.create".into(), String::new()), room.id("USURPER"));
    room.add_with_state("T2", topic(BOB), &["USURPER"], &stolen);
    let mut with_topic = stolen.clone();
    with_topic.insert(("m.room.topic".into(), String::new()), room.id("T2"));
    let resolved = room.resolve(&[with_topic, room.after("T1")]);
    assert_eq!(room.name(&resolved[&("m.room.topic".into(), String::new())]), "T1");
}

#[test]
fn an_event_that_names_another_create_event_is_allowed_by_that_of_the_room() {
    let mut room = start();
    room.add("T1", topic(ALICE).naming("USURPER"), &["START"]);
    assert_eq!(room.changes(&room.state(&["T1", "START"]), "START"), ["T1"]);
}

/// The greatest level goes first, so that what is sent with a lower one is applied after it.
#[test]
fn levels_are_those_under_the_create_event_of_the_room() {
    let mut room = start();
    room.add("PA", power_levels(ALICE, &[(BOB, 50)]), &["START"]);
    room.add("JA", join_rule(ALICE, "invite").at(900).naming("USURPER"), &["PA"]);
    room.add("JB", join_rule(BOB, "knock").at(100).naming("USURPER"), &["PA"]);
    assert_eq!(room.changes(&room.state(&["JA", "JB"]), "PA"), ["JB"]);
}

/// Alice left and could not come back. That she did is undone even if her leaving names the other create event.
#[test]
fn leaving_counts_whatever_create_event_it_names() {
    let mut room = start();
    room.add("JR", join_rule(ALICE, "invite"), &["START"]);
    room.add("AWAY", member(ALICE, ALICE, "leave").naming("USURPER"), &["JR"]);
    room.add("BACK", join(ALICE), &["AWAY"]);
    room.add("PA", power_levels(ALICE, &[(BOB, 50)]), &["BACK"]);
    assert_eq!(room.changes(&room.state(&["PA", "JR"]), "JR"), ["AWAY"]);
}
