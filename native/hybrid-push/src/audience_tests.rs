use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{json, Value};

use crate::test_room::{room, NOTIFY, SILENT};
use crate::{default_rules, Audience, Evaluator, Event, Member, Outcome, RuleSet};

const ROOM: &str = "!room:x";

fn message(sender: &str, body: &str) -> Value {
    json!({"type": "m.room.message", "sender": sender, "room_id": ROOM, "content": {"msgtype": "m.text", "body": body}})
}

fn evaluate(audience: &Audience, event: &Value) -> Outcome {
    let json = event.to_string();
    audience.evaluate(&Event::parse(json.as_bytes()).unwrap(), room(9))
}

/// A user's rules: the default ones with some of their own in front.
fn own(user_id: &str, kind: &str, rules: &Value) -> Arc<RuleSet> {
    let mut json: Value = serde_json::from_str(&default_rules(user_id)).unwrap();
    let all = json[kind].as_array_mut().unwrap();
    all.splice(0..0, rules.as_array().unwrap().iter().cloned());
    Arc::new(RuleSet::compile_for(json.to_string().as_bytes(), user_id).unwrap())
}

#[test]
fn only_whom_the_event_concerns_is_listed() {
    let shared = Arc::new(RuleSet::shared_default().unwrap());
    let mut audience = Audience::new(ROOM);
    let numbers: Vec<u32> = (0..100)
        .map(|number| audience.set(&format!("@u{number}:x"), None, &shared))
        .collect();
    let plain = evaluate(&audience, &message("@u3:x", "hi"));
    assert_eq!(plain.everyone, NOTIFY);
    assert_eq!(plain.exceptions, [(numbers[3], SILENT)]);

    let mut mention = message("@else:x", "hi");
    mention["content"]["m.mentions"] = json!({"user_ids": ["@u7:x", "@nobody:x", "@u9:x"]});
    let outcome = evaluate(&audience, &mention);
    assert_eq!(outcome.everyone, NOTIFY);
    let loud: Vec<u32> = outcome.exceptions.iter().map(|&(number, _)| number).collect();
    assert_eq!(loud, [numbers[7], numbers[9]]);
    assert!(outcome.exceptions.iter().all(|(_, verdict)| verdict.highlight));
}

#[test]
fn copies_of_the_default_rules_and_rules_for_other_rooms_change_nothing() {
    let shared = Arc::new(RuleSet::shared_default().unwrap());
    let mut audience = Audience::new(ROOM);
    audience.set("@a:x", None, &shared);
    audience.set("@b:x", None, &own("@b:x", "override", &json!([])));
    let muted_elsewhere = json!([{"rule_id": "!other:x", "actions": []}]);
    audience.set("@c:x", None, &own("@c:x", "room", &muted_elsewhere));
    let muted_by_pattern = json!([{"rule_id": "m", "actions": [],
        "conditions": [{"kind": "event_match", "key": "room_id", "pattern": "!other:*"}]}]);
    audience.set("@d:x", None, &own("@d:x", "override", &muted_by_pattern));
    let keyword = json!([{"rule_id": "k", "actions": ["notify", {"set_tweak": "highlight"}], "pattern": "cake"}]);
    let eager = audience.set("@e:x", None, &own("@e:x", "content", &keyword));
    assert!(evaluate(&audience, &message("@z:x", "hi")).exceptions.is_empty());
    let outcome = evaluate(&audience, &message("@z:x", "more Cake"));
    assert_eq!(outcome.exceptions.iter().map(|&(n, _)| n).collect::<Vec<_>>(), [eager]);

    let muted_here = json!([{"rule_id": ROOM, "actions": []}]);
    let muted = audience.set("@c:x", None, &own("@c:x", "room", &muted_here));
    assert_eq!(
        evaluate(&audience, &message("@z:x", "hi")).exceptions,
        [(muted, SILENT)]
    );
}

#[test]
fn numbers_stay_until_a_member_is_removed() {
    let shared = Arc::new(RuleSet::shared_default().unwrap());
    let mut audience = Audience::new(ROOM);
    let first = audience.set("@a:x", None, &shared);
    let second = audience.set("@b:x", Some("B"), &shared);
    assert_ne!(first, second);
    assert_eq!(
        audience.set("@a:x", Some("A"), &own("@a:x", "override", &json!([]))),
        first
    );
    assert_eq!(audience.remove("@a:x"), Some(first));
    assert_eq!(audience.remove("@a:x"), None);
    assert_eq!(audience.remove("@b:x"), Some(second));
    assert_eq!(
        evaluate(&audience, &message("@z:x", "hi")),
        Outcome {
            everyone: SILENT,
            exceptions: Vec::new()
        }
    );
}

#[test]
fn user_ids_that_differ_in_case_are_two_members() {
    let shared = Arc::new(RuleSet::shared_default().unwrap());
    let mut audience = Audience::new(ROOM);
    let (upper, lower) = (
        audience.set("@Old:x", None, &shared),
        audience.set("@old:x", None, &shared),
    );
    let outcome = evaluate(&audience, &message("@old:x", "hi"));
    assert_eq!((outcome.everyone, outcome.exceptions), (NOTIFY, vec![(lower, SILENT)]));
    assert_eq!(audience.remove("@Old:x"), Some(upper));
}

const WORDS: [&str; 6] = ["cake", "ca?e", "c*e", "*", "日本", "die"];
const BODIES: [&str; 6] = ["a cake", "cakes", "case die", "in 日本語", "", "Größe @u1:x U2"];
const USERS: usize = 6;

fn user_rules() -> impl Strategy<Value = (u8, Value)> {
    let condition = prop_oneof![
        (0..WORDS.len()).prop_map(|w| json!({"kind": "event_match", "key": "content.body", "pattern": WORDS[w]})),
        (0..USERS).prop_map(|u| json!({"kind": "event_match", "key": "sender", "pattern": format!("@U{u}:x")})),
        (0..USERS).prop_map(|u| json!({"kind": "event_property_is", "key": "sender", "value": format!("@u{u}:x")})),
        (0..USERS).prop_map(|u| json!({"kind": "event_match", "key": "state_key", "pattern": format!("@u{u}:x")})),
        (0..USERS).prop_map(
            |u| json!({"kind": "event_property_contains", "key": "content.m\\.mentions.user_ids", "value": format!("@u{u}:x")})
        ),
        Just(json!({"kind": "contains_display_name"})),
        Just(json!({"kind": "event_match", "key": "room_id", "pattern": "!r*:x"})),
        Just(json!({"kind": "event_match", "key": "room_id", "pattern": "!other:x"})),
        Just(json!({"kind": "room_member_count", "is": ">5"})),
    ];
    let rule = (proptest::collection::vec(condition, 0..3), any::<bool>()).prop_map(|(conditions, loud)| {
        let actions = if loud {
            json!(["notify", {"set_tweak": "highlight"}])
        } else {
            json!([])
        };
        json!({"rule_id": "r", "actions": actions, "conditions": conditions})
    });
    (
        any::<u8>(),
        proptest::collection::vec(rule, 0..3).prop_map(|rules| json!(rules)),
    )
}

proptest! {
    /// The audience says what evaluating each member alone says, whatever changed before.
    #[test]
    fn it_agrees_with_the_members_one_by_one(
        changes in proptest::collection::vec((0..USERS, any::<bool>(), user_rules()), 1..24),
        sender in 0..USERS,
        state_key in proptest::option::of(0..USERS),
        mentioned in proptest::collection::vec(0..USERS, 0..3),
        body in 0..BODIES.len(),
    ) {
        let shared = Arc::new(RuleSet::shared_default().unwrap());
        let mut audience = Audience::new(ROOM);
        let mut members: Vec<Option<(u32, Arc<RuleSet>, String)>> = vec![None; USERS];
        for (user, leaves, (kind, rules)) in changes {
            let user_id = format!("@u{user}:x");
            if leaves {
                let number = audience.remove(&user_id);
                prop_assert_eq!(number, members[user].take().map(|(number, ..)| number));
                continue;
            }
            let set = match kind % 4 {
                0 => Arc::clone(&shared),
                1 => own(&user_id, "override", &rules),
                2 => own(&user_id, "underride", &rules),
                _ => Arc::new(RuleSet::compile(json!({ "override": rules }).to_string().as_bytes()).unwrap()),
            };
            let name = ["", "u2", "größe", "die"][usize::from(kind) % 4];
            let number = audience.set(&user_id, Some(name).filter(|name| !name.is_empty()), &set);
            members[user] = Some((number, set, name.to_owned()));
        }

        let mut event = message(&format!("@u{sender}:x"), BODIES[body]);
        if let Some(user) = state_key {
            event["state_key"] = json!(format!("@u{user}:x"));
        }
        event["content"]["m.mentions"] = json!({"user_ids": mentioned.iter().map(|u| format!("@u{u}:x")).collect::<Vec<_>>()});
        let json = event.to_string();
        let event = Event::parse(json.as_bytes()).unwrap();
        let outcome = audience.evaluate(&event, room(9));
        for (user, member) in members.iter().enumerate() {
            let Some((number, rules, name)) = member else { continue };
            let expected = Evaluator::new(&event, room(9)).verdict(&Member {
                user_id: &format!("@u{user}:x"),
                display_name: Some(name.as_str()).filter(|name| !name.is_empty()),
                rules,
            });
            let listed = outcome.exceptions.iter().find(|(other, _)| other == number);
            prop_assert_eq!(listed.map_or(outcome.everyone, |&(_, verdict)| verdict), expected, "@u{}:x", user);
        }
        let present = members.iter().flatten().count();
        prop_assert!(outcome.exceptions.len() <= present);
        prop_assert!(outcome.exceptions.windows(2).all(|pair| pair[0].0 < pair[1].0));
        prop_assert!(outcome.exceptions.iter().all(|&(_, verdict)| verdict != outcome.everyone));
    }
}
