//! Random rooms with forks, resolved by the real implementation and by the reference model.

#![allow(clippy::unwrap_used)] // Helpers of tests are not recognized as tests.

mod reference;
mod room;

use proptest::prelude::*;
use reference::StateMap;
use room::{join, join_rule, member, topic, Draft, Room, ALICE};
use serde_json::json;

const USERS: [&str; 5] = [ALICE, "@bob:b", "@carol:c", "@dan:d", "@erin:e"];

/// One event, by small numbers.
#[derive(Clone, Debug)]
struct Step {
    action: u8,
    sender: usize,
    target: usize,
    /// How far back the events are that it follows: zero is the last one.
    follows: Vec<usize>,
    timestamp: Option<i64>,
    level: i64,
    /// Its server stands by it even if the rules forbid it.
    is_forced: bool,
    /// Orders IDs unlike the order of events.
    name: u8,
}

/// A change that no honest server would make to a state: the event of some key is replaced by another, or gone.
#[derive(Clone, Debug)]
struct Corruption {
    state: usize,
    pick: usize,
    removes: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let follows = prop_oneof![
        5 => Just(vec![0]),
        3 => (0..6usize).prop_map(|back| vec![back]),
        2 => (0..8usize, 0..8usize).prop_map(|(a, b)| vec![a, b]),
        1 => proptest::collection::vec(0..12usize, 3),
    ];
    let timestamp = proptest::option::weighted(0.4, 0..30i64);
    let levels = prop_oneof![Just(0i64), Just(50), Just(51), Just(100)];
    (
        (0..24u8, 0..5usize, 0..5usize),
        follows,
        timestamp,
        levels,
        proptest::bool::weighted(0.1),
        any::<u8>(),
    )
        .prop_map(
            |((action, sender, target), follows, timestamp, level, is_forced, name)| Step {
                action,
                sender,
                target,
                follows,
                timestamp,
                level,
                is_forced,
                name,
            },
        )
}

fn corruption() -> impl Strategy<Value = Corruption> {
    (0..4usize, 0..1000usize, proptest::bool::weighted(0.2)).prop_map(|(state, pick, removes)| Corruption {
        state,
        pick,
        removes,
    })
}

fn draft(room: &Room, step: &Step) -> Draft {
    let (sender, target) = (USERS[step.sender], USERS[step.target]);
    let draft = match step.action {
        0..=4 => join(sender),
        5 => member(sender, sender, "leave"),
        6 | 7 => member(sender, target, "leave"),
        8 | 9 => member(sender, target, "ban"),
        10 | 11 => member(sender, target, "invite"),
        12 => member(sender, sender, "knock"),
        13..=16 => {
            let mut users = serde_json::Map::new();
            if !room.rules.auth.privileged_creators {
                users.insert(ALICE.into(), json!(100));
            }
            if target != ALICE {
                users.insert(target.into(), json!(step.level));
            }
            if sender != ALICE {
                users.insert(sender.into(), json!(50));
            }
            let content = json!({"users": users, "events": {"m.room.name": step.level}});
            Draft::new("m.room.power_levels", "", sender, content)
        }
        17..=19 => join_rule(sender, ["public", "invite", "knock", "restricted"][step.target % 4]),
        20 => Draft::new("m.room.third_party_invite", target, sender, json!({"public_key": "k"})),
        21 => Draft::new("m.room.name", "", sender, json!({"name": "n"})),
        22 => Draft::new("m.room.power_levels", "other", sender, json!({})),
        _ => topic(sender),
    };
    Draft {
        timestamp: step.timestamp,
        ..draft
    }
}

fn build(version: &str, steps: &[Step]) -> (Room, Vec<String>) {
    let mut room = Room::new(version);
    room.add("MA", join(ALICE), &["CREATE"]);
    room.add("JR", join_rule(ALICE, "public"), &["MA"]);
    let mut names = vec!["CREATE".to_owned(), "MA".to_owned(), "JR".to_owned()];
    for (index, step) in steps.iter().enumerate() {
        let name = format!("E{}-{index}", step.name);
        let mut follows: Vec<&str> = step
            .follows
            .iter()
            .map(|back| names[names.len() - 1 - back.min(&(names.len() - 1))].as_str())
            .collect();
        follows.sort_unstable();
        follows.dedup();
        let draft = draft(&room, step);
        if step.is_forced {
            room.add(&name, draft, &follows);
        } else {
            room.offer(&name, draft, &follows);
        }
        names.push(name);
    }
    (room, names)
}

fn corrupt(room: &Room, states: &mut [StateMap], corruption: &Corruption) {
    let events: Vec<_> = room.model.events.values().collect();
    let event = events[corruption.pick % events.len()];
    let count = states.len();
    let state = &mut states[corruption.state % count];
    if corruption.removes {
        state.remove(&event.key);
    } else {
        state.insert(event.key.clone(), event.id.clone());
    }
}

/// What is needed to build a room, pick states of it, and falsify them.
type Scenario = (Vec<Step>, Vec<usize>, Vec<Corruption>);

fn scenario() -> impl Strategy<Value = Scenario> {
    (
        proptest::collection::vec(step(), 1..40),
        proptest::collection::vec(0..20usize, 2..5),
        proptest::collection::vec(corruption(), 0..12),
    )
}

/// `Room::resolve` compares at every fork on the way, and here for states as they were and as a faulty or malicious server gives
/// them.
fn compare(version: &str, (steps, tips, corruptions): &Scenario) -> Result<(), TestCaseError> {
    let (room, names) = build(version, steps);
    let mut states: Vec<StateMap> = tips
        .iter()
        .map(|back| room.after(&names[names.len() - 1 - back.min(&(names.len() - 1))]))
        .collect();
    let resolved = room.resolve(&states);
    states.reverse();
    prop_assert_eq!(
        &room.resolve(&states),
        &resolved,
        "the order of states makes no difference"
    );
    for corruption in corruptions {
        corrupt(&room, &mut states, corruption);
        room.resolve(&states);
    }
    Ok(())
}

proptest! {
    #[test]
    fn version_1_is_that_of_the_reference_model(scenario in scenario()) {
        compare("1", &scenario)?;
    }

    #[test]
    fn version_2_is_that_of_the_reference_model(
        version in proptest::sample::select(&["2", "3", "6", "8", "10", "11"][..]),
        scenario in scenario(),
    ) {
        compare(version, &scenario)?;
    }

    #[test]
    fn version_2_1_is_that_of_the_reference_model(scenario in scenario()) {
        compare("12", &scenario)?;
    }

    /// The index knows the auth chains.
    #[test]
    fn what_an_event_reaches_is_its_auth_chain(steps in proptest::collection::vec(step(), 1..60)) {
        let (room, _) = build("11", &steps);
        let ids: Vec<&String> = room.model.events.keys().collect();
        for from in &ids {
            let chain = room.model.auth_chain(from);
            for to in &ids {
                let numbers = (room.graph.find(to).unwrap(), room.graph.find(from).unwrap());
                prop_assert_eq!(room.graph.is_in_auth_chain(numbers.0, numbers.1), chain.contains(*to), "{} {}", from, to);
            }
        }
    }
}
