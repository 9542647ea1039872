//! Forks with a known outcome: the scenarios of MSC1442 and MSC4297, and the shapes that servers have tested against since.

#![allow(clippy::unwrap_used)] // Helpers of tests are not recognized as tests.

mod reference;
mod room;

use room::{join, join_rule, member, power_levels, topic, Draft, Room, ALICE};
use serde_json::json;

const BOB: &str = "@bob:b";
const CHARLIE: &str = "@charlie:c";
const EVE: &str = "@eve:e";
const ZARA: &str = "@zara:z";

/// All versions that resolve like version 2, and version 12.
const SINCE_V2: [&str; 4] = ["2", "6", "11", "12"];

/// A public room with Alice above Bob, Charlie and Zara; its last event is `START`.
fn start(version: &str) -> Room {
    let mut room = Room::new(version);
    room.add("IMA", join(ALICE), &["CREATE"]);
    let levels = levels(&room, &[(ALICE, 100)]);
    room.add("IPOWER", levels, &["IMA"]);
    room.add("IJR", join_rule(ALICE, "public"), &["IPOWER"]);
    room.add("IMB", join(BOB), &["IJR"]);
    room.add("IMC", join(CHARLIE), &["IMB"]);
    room.add("START", join(ZARA), &["IMC"]);
    room
}

/// Power levels by Alice; where creators stand above all levels, they must not be in it.
fn levels(room: &Room, users: &[(&str, i64)]) -> Draft {
    levels_by(room, ALICE, users)
}

fn levels_by(room: &Room, sender: &str, users: &[(&str, i64)]) -> Draft {
    let privileged = room.rules.auth.privileged_creators;
    let users: Vec<_> = users
        .iter()
        .copied()
        .filter(|(user, _)| !privileged || *user != ALICE)
        .collect();
    power_levels(sender, &users)
}

#[test]
fn a_ban_wins_against_what_the_banned_did_meanwhile() {
    for version in SINCE_V2 {
        let mut room = start(version);
        room.add("PA", levels(&room, &[(ALICE, 100), (BOB, 50)]), &["START"]);
        room.add("MA", join(ALICE), &["PA"]);
        room.add("MB", member(ALICE, BOB, "ban"), &["MA"]);
        room.add("PB", levels_by(&room, BOB, &[(ALICE, 100), (BOB, 50)]), &["PA"]);
        assert_eq!(
            room.changes(&room.state(&["MB", "PB"]), "START"),
            ["MA", "MB", "PA"],
            "{version}"
        );
    }
}

#[test]
fn who_joins_on_an_old_fork_does_not_get_past_new_join_rules() {
    for version in SINCE_V2 {
        let mut room = start(version);
        room.add("JR", join_rule(ALICE, "invite"), &["START"]);
        room.add("ME", join(EVE), &["START"]);
        assert_eq!(room.changes(&room.state(&["JR", "ME"]), "START"), ["JR"], "{version}");
    }
}

#[test]
fn power_levels_that_build_on_each_other_are_replayed_in_their_order() {
    for version in SINCE_V2 {
        let mut room = start(version);
        room.add("PA", levels(&room, &[(ALICE, 100), (BOB, 50)]), &["START"]);
        room.add(
            "PB",
            levels_by(&room, BOB, &[(ALICE, 100), (BOB, 50), (CHARLIE, 50)]),
            &["PA"],
        );
        room.add(
            "PC",
            levels_by(&room, CHARLIE, &[(ALICE, 100), (BOB, 50), (CHARLIE, 0)]),
            &["PB"],
        );
        assert_eq!(room.changes(&room.state(&["PC", "PA"]), "START"), ["PC"], "{version}");
    }
}

#[test]
fn what_a_demoted_user_did_is_undone() {
    for version in SINCE_V2 {
        let mut room = start(version);
        room.add("T1", topic(ALICE), &["START"]);
        room.add("PA1", levels(&room, &[(ALICE, 100), (BOB, 50)]), &["T1"]);
        room.add("T2", topic(ALICE), &["PA1"]);
        room.add("PA2", levels(&room, &[(ALICE, 100), (BOB, 0)]), &["T2"]);
        room.add("PB", levels_by(&room, BOB, &[(ALICE, 100), (BOB, 50)]), &["PA1"]);
        room.add("T3", topic(BOB), &["PB"]);
        assert_eq!(
            room.changes(&room.state(&["PA2", "T3"]), "START"),
            ["PA2", "T2"],
            "{version}"
        );

        // MSC1442, example 1, second part: a later topic is based on later power levels.
        room.add("MZ", join(ZARA), &["PA2", "T3"]);
        room.add("T4", topic(ALICE), &["PA2"]);
        assert_eq!(
            room.changes(&room.state(&["T4", "MZ"]), "START"),
            ["MZ", "PA2", "T4"],
            "{version}"
        );
    }
}

#[test]
fn a_topic_goes_with_the_ban_of_who_set_it() {
    for version in SINCE_V2 {
        let mut room = start(version);
        room.add("T1", topic(ALICE), &["START"]);
        room.add("PA", levels(&room, &[(ALICE, 100), (BOB, 50)]), &["T1"]);
        room.add("T2", topic(BOB), &["PA"]);
        room.add("MB", member(ALICE, BOB, "ban"), &["T2"]);
        assert_eq!(
            room.changes(&room.state(&["MB", "T1"]), "START"),
            ["MB", "PA", "T1"],
            "{version}"
        );
    }
}

#[test]
fn a_topic_under_later_power_levels_wins_against_a_later_one() {
    for version in ["2", "6", "11"] {
        let mut room = start(version);
        let only_admins = |room: &Room| {
            let mut draft = levels(room, &[(ALICE, 100), (BOB, 50)]);
            draft.content["events"] = json!({"m.room.power_levels": 100});
            draft
        };
        room.add("T1", topic(ALICE), &["START"]);
        room.add("PA1", levels(&room, &[(ALICE, 100), (BOB, 50)]), &["T1"]);
        room.add("T2", topic(ALICE), &["PA1"]);
        room.add("PA2", only_admins(&room), &["T2"]);
        room.add("PB", levels_by(&room, BOB, &[(ALICE, 100), (BOB, 50)]), &["PA1"]);
        room.add("T3", topic(BOB), &["PA2"]);
        room.add("T4", topic(ALICE), &["PB"]);
        assert_eq!(
            room.changes(&room.state(&["T3", "T4"]), "START"),
            ["PA2", "T3"],
            "{version}"
        );
    }
}

#[test]
fn ties_go_by_time_and_then_by_id() {
    for version in SINCE_V2 {
        let mut room = start(version);
        room.add("JB", join_rule(ALICE, "invite").at(500), &["START"]);
        room.add("JA", join_rule(ALICE, "public").at(400), &["START"]);
        assert_eq!(
            room.changes(&room.state(&["JB", "JA"]), "START"),
            ["JB"],
            "the later is applied last"
        );
        room.add("JD", join_rule(ALICE, "knock").at(500), &["START"]);
        assert_eq!(
            room.changes(&room.state(&["JD", "JB", "JA"]), "START"),
            ["JD"],
            "the greater ID is applied last"
        );
        room.add("TB", topic(ALICE).at(7), &["START"]);
        room.add("TA", topic(ALICE).at(7), &["START"]);
        assert_eq!(room.changes(&room.state(&["TB", "TA"]), "START"), ["TB"]);
    }
}

#[test]
fn concurrent_joins_both_stay() {
    for version in SINCE_V2 {
        let mut room = start(version);
        room.add("ME", join(EVE), &["START"]);
        room.add("MC", join(CHARLIE), &["START"]);
        assert_eq!(
            room.changes(&room.state(&["ME", "MC"]), "START"),
            ["MC", "ME"],
            "{version}"
        );
    }
}

/// MSC4297, problem A: a server that gets its state from another one may think that older join rules hold.
#[test]
fn join_rules_survive_that_their_author_left() {
    for (version, expected) in [("11", vec!["no m.room.join_rules"]), ("12", vec!["JR2"])] {
        let mut room = Room::new(version);
        room.add("MA", join(ALICE), &["CREATE"]);
        room.add("PL", levels(&room, &[(ALICE, 100)]), &["MA"]);
        room.add("JR1", join_rule(ALICE, "public"), &["PL"]);
        room.add("MB1", join(BOB), &["JR1"]);
        room.add("MC1", join(CHARLIE), &["MB1"]);
        room.add("JR2", join_rule(ALICE, "invite"), &["MC1"]);
        room.add("LEFT", member(ALICE, ALICE, "leave"), &["JR2"]);
        room.add("MB2", join(BOB), &["LEFT"]);
        room.add("MC2", join(CHARLIE), &["LEFT"]);
        let mut outdated = room.after("MB2");
        outdated.insert(("m.room.join_rules".into(), String::new()), room.id("JR1"));
        let resolved = room.resolve(&[outdated, room.after("MC2")]);
        let mut expected: Vec<&str> = expected;
        expected.extend(["LEFT", "MB2", "MC2"]);
        expected.sort_unstable();
        assert_eq!(room.changes(&resolved, "MC1"), expected, "{version}");
    }
}

/// MSC4297, problem B: of power levels that depend on each other, the one in between is in no conflict.
#[test]
fn power_levels_survive_that_one_server_thinks_older_ones_hold() {
    for (version, expected) in [("11", "PL0"), ("12", "PL2")] {
        let mut room = Room::new(version);
        room.add("MA", join(ALICE), &["CREATE"]);
        room.add("PL0", levels(&room, &[(ALICE, 100)]), &["MA"]);
        room.add("JR", join_rule(ALICE, "public"), &["PL0"]);
        room.add("MB", join(BOB), &["JR"]);
        room.add("MC", join(CHARLIE), &["MB"]);
        room.add("PL1", levels(&room, &[(ALICE, 100), (BOB, 50)]), &["MC"]);
        room.add(
            "PL2",
            levels_by(&room, BOB, &[(ALICE, 100), (BOB, 50), (CHARLIE, 50)]),
            &["PL1"],
        );
        room.add("MZ", join(ZARA), &["PL2"]);
        room.add("ME1", join(EVE), &["PL2"]);
        room.add("ME2", join(EVE), &["ME1"]);
        let mut outdated = room.after("ME2");
        outdated.insert(("m.room.power_levels".into(), String::new()), room.id("PL0"));
        let resolved = room.resolve(&[outdated, room.after("MZ")]);
        assert_eq!(
            room.name(&resolved[&("m.room.power_levels".into(), String::new())]),
            expected,
            "{version}"
        );
        assert_eq!(
            room.name(&resolved[&("m.room.member".into(), EVE.into())]),
            "ME2",
            "{version}"
        );
        assert_eq!(
            room.name(&resolved[&("m.room.member".into(), ZARA.into())]),
            "MZ",
            "{version}"
        );
    }
}

/// MSC1442, example 2, lets what failed in its place hold where the forks meet. Synapse does not.
#[test]
fn a_rejected_event_stays_rejected() {
    for (version, expected) in SINCE_V2.map(|version| (version, "T1")) {
        let mut room = start(version);
        room.add("PA", levels(&room, &[(ALICE, 100), (BOB, 50)]), &["START"]);
        room.add("T1", topic(ALICE), &["PA"]);
        room.add("PD", levels(&room, &[(ALICE, 100), (BOB, 0)]), &["T1"]);
        // Bob's server does not know yet that he was demoted, and ours rejects what he does.
        room.offer("TB", topic(BOB), &["PD"]);
        room.add("PE", levels(&room, &[(ALICE, 100), (BOB, 50), (CHARLIE, 50)]), &["PD"]);
        let mut with_topic = room.after("PE");
        with_topic.insert(("m.room.topic".into(), String::new()), room.id("TB"));
        let resolved = room.resolve(&[with_topic, room.after("PE")]);
        assert_eq!(
            room.name(&resolved[&("m.room.topic".into(), String::new())]),
            expected,
            "{version}"
        );
    }
}

#[test]
fn a_rejected_event_authorizes_nothing_by_being_named() {
    for version in SINCE_V2 {
        for is_rejected in [true, false] {
            let mut room = start(version);
            room.add("JR", join_rule(ALICE, "invite"), &["START"]);
            // Nobody invited Eve; only a server that does not check calls her join accepted.
            if is_rejected {
                room.offer("ME", join(EVE), &["JR"]);
            } else {
                room.add("ME", join(EVE), &["JR"]);
            }
            let mut claimed = room.after("JR");
            claimed.insert(("m.room.member".into(), EVE.into()), room.id("ME"));
            let draft = Draft::new("m.room.third_party_invite", "t", EVE, json!({}));
            room.add_with_state("INVITE", draft, &["JR"], &claimed);
            let mut with_invite = room.after("JR");
            with_invite.insert(("m.room.third_party_invite".into(), "t".into()), room.id("INVITE"));
            let resolved = room.resolve(&[with_invite, room.after("JR")]);
            let expected: &[&str] = if is_rejected { &[] } else { &["INVITE"] };
            assert_eq!(room.changes(&resolved, "JR"), expected, "{version}");
        }
    }
}

/// Nor does it where all states have it.
#[test]
fn a_rejected_event_authorizes_nothing_from_a_state() {
    for version in SINCE_V2 {
        let mut room = start(version);
        room.add("JR", join_rule(ALICE, "invite"), &["START"]);
        room.offer("ME", join(EVE), &["JR"]);
        let mut both = room.after("JR");
        both.insert(("m.room.member".into(), EVE.into()), room.id("ME"));
        let draft = Draft::new("m.room.third_party_invite", "t", EVE, json!({}));
        room.add_with_state("INVITE", draft, &["JR"], &both);
        let mut with_invite = both.clone();
        with_invite.insert(("m.room.third_party_invite".into(), "t".into()), room.id("INVITE"));
        let resolved = room.resolve(&[with_invite, both]);
        assert_eq!(room.changes(&resolved, "JR"), ["ME"], "{version}");
    }
}

/// Synapse's order, and ruma's: what authorizes a power event goes first only if a path within the full conflicted set leads there.
#[test]
fn what_authorizes_a_power_event_by_way_of_undisputed_events_does_not_go_first() {
    // In version 12 the subgraph of the conflict holds the whole path.
    for (version, expected) in [("2", "MB1"), ("6", "MB1"), ("11", "MB1"), ("12", "MB2")] {
        let mut room = Room::new(version);
        room.add("MA", join(ALICE), &["CREATE"]);
        room.add("PL0", levels(&room, &[(ALICE, 100), (BOB, 50)]), &["MA"]);
        room.add("JR1", join_rule(ALICE, "public"), &["PL0"]);
        room.add("MB1", join(BOB), &["JR1"]);
        // The path goes through these power levels, which both states have.
        room.add(
            "PL1",
            levels_by(&room, BOB, &[(ALICE, 100), (BOB, 50), (CHARLIE, 50)]),
            &["MB1"],
        );
        room.add("JR2", join_rule(ALICE, "public"), &["PL1"]);
        room.add("MB2", join(BOB).at(1), &["MB1"]);
        let mut other = room.after("PL1");
        other.insert(("m.room.member".into(), BOB.into()), room.id("MB2"));
        let resolved = room.resolve(&[room.after("JR2"), other]);
        assert_eq!(
            room.name(&resolved[&("m.room.member".into(), BOB.into())]),
            expected,
            "{version}"
        );
    }
}

/// Among power events the sender's level comes before the time, among all others the time decides.
#[test]
fn join_rules_with_a_state_key_are_no_power_events() {
    for version in SINCE_V2 {
        let mut room = start(version);
        room.add("PA", levels(&room, &[(ALICE, 100), (BOB, 50)]), &["START"]);
        for (key, later) in [("x", "X"), ("", "Y")] {
            let rules = |sender| Draft::new("m.room.join_rules", key, sender, json!({"join_rule": "public"}));
            room.add(&format!("{later}-ALICE"), rules(ALICE).at(900), &["PA"]);
            room.add(&format!("{later}-BOB"), rules(BOB).at(100), &["PA"]);
        }
        assert_eq!(
            room.changes(&room.state(&["X-ALICE", "X-BOB"]), "PA"),
            ["X-ALICE"],
            "{version}"
        );
        assert_eq!(
            room.changes(&room.state(&["Y-ALICE", "Y-BOB"]), "PA"),
            ["Y-BOB"],
            "{version}"
        );
    }
}

/// Version 1: conflicts are settled type by type, along the depth of events.
#[test]
fn version_1_goes_by_depth_and_type() {
    let mut room = start("1");
    room.add("PA", levels(&room, &[(ALICE, 100), (BOB, 50)]), &["START"]);
    room.add("T1", topic(ALICE), &["PA"]);
    room.add("T2", topic(BOB), &["PA"]);
    room.add("T3", topic(BOB), &["T2"]);
    assert_eq!(
        room.changes(&room.state(&["T1", "T3"]), "START"),
        ["PA", "T3"],
        "the deeper one"
    );

    room.add("MB", member(ALICE, BOB, "ban"), &["PA"]);
    let resolved = room.state(&["MB", "T3"]);
    assert_eq!(
        room.changes(&resolved, "START"),
        ["MB", "PA", "T3"],
        "what is in one state only is in no conflict"
    );

    // At equal depth the list descends by hash, and its last event wins if all are allowed.
    room.add("J1", join_rule(ALICE, "invite"), &["PA"]);
    room.add("J2", join_rule(ALICE, "knock"), &["PA"]);
    assert_eq!(room.changes(&room.state(&["J1", "J2"]), "PA"), ["J1"]);
    room.add("T8", topic(ALICE), &["PA"]);
    room.add("T9", topic(ALICE), &["PA"]);
    assert_eq!(room.changes(&room.state(&["T8", "T9"]), "PA"), ["T9"]);
    // Nobody who joined the list later than its first event needs it to be allowed.
    room.add("JC", join_rule(CHARLIE, "public"), &["PA"]);
    room.add("JD", join_rule(ALICE, "public"), &["J1"]);
    assert_eq!(room.changes(&room.state(&["JC", "JD"]), "PA"), ["JD"]);
    room.add("JE", join_rule(CHARLIE, "knock"), &["JD"]);
    assert_eq!(room.changes(&room.state(&["JE", "JD"]), "PA"), ["JD"]);
}

/// The published reset of version 1, "Hotel California": who left twice is back.
#[test]
fn version_1_resets_where_version_2_does_not() {
    for (version, expected) in [("1", "JOIN"), ("2", "GONE"), ("12", "GONE")] {
        let mut room = start(version);
        room.add("LEAVE", member(BOB, BOB, "leave"), &["START"]);
        room.add("JOIN", join(BOB), &["LEAVE"]);
        room.add("GONE", member(BOB, BOB, "leave"), &["JOIN"]);
        let between = room.resolve(&[room.after("LEAVE"), room.after("GONE")]);
        let resolved = room.resolve(&[between, room.after("JOIN")]);
        assert_eq!(
            room.name(&resolved[&("m.room.member".into(), BOB.into())]),
            expected,
            "{version}"
        );
    }
}
