//! What the default rules and users' own rules make of events.

use serde_json::{json, Value};

use crate::test_room::{room, HIGHLIGHT, LOUD, NOISY, NOTIFY, SILENT};
use crate::{default_rules, Evaluator, Event, Member, Room, RuleSet, Verdict};

const ALICE: &str = "@alice:hybrid.test";
const BOB: &str = "@bob:hybrid.test";

fn event(kind: &str, content: Value) -> Value {
    json!({ "type": kind, "sender": BOB, "room_id": "!room:hybrid.test", "content": content })
}

fn message(body: &str) -> Value {
    event("m.room.message", json!({ "msgtype": "m.text", "body": body }))
}

fn member<'r>(rules: &'r RuleSet) -> Member<'static, 'r> {
    Member {
        user_id: ALICE,
        display_name: Some("Alice A."),
        rules,
    }
}

/// The verdict for Alice, by the shared default rules and by her own copy of them, which must agree.
fn by_default(event: &Value, room: Room<'_>) -> Verdict {
    let shared = RuleSet::shared_default().unwrap();
    let own = RuleSet::compile(default_rules(ALICE).as_bytes()).unwrap();
    let verdict = by(&shared, event, room);
    assert_eq!(verdict, by(&own, event, room));
    verdict
}

fn by(rules: &RuleSet, event: &Value, room: Room<'_>) -> Verdict {
    let json = event.to_string();
    let event = Event::parse(json.as_bytes()).unwrap();
    Evaluator::new(&event, room).verdict(&member(rules))
}

fn rules(json: Value) -> RuleSet {
    RuleSet::compile(json.to_string().as_bytes()).unwrap()
}

fn on(conditions: Value) -> RuleSet {
    rules(json!({ "override": [{ "rule_id": "x", "actions": ["notify"], "conditions": conditions }] }))
}

#[test]
fn messages_and_calls_notify_and_make_a_sound_between_two() {
    assert_eq!(by_default(&message("hi"), room(3)), NOTIFY);
    assert_eq!(by_default(&message("hi"), room(2)), NOISY);
    assert_eq!(by_default(&event("m.room.encrypted", json!({})), room(3)), NOTIFY);
    assert_eq!(by_default(&event("m.room.encrypted", json!({})), room(2)), NOISY);
    assert_eq!(by_default(&event("m.call.invite", json!({})), room(3)), NOISY);
    assert_eq!(
        by_default(&event("m.room.topic", json!({ "topic": "t" })), room(2)),
        SILENT
    );
}

#[test]
fn notices_reactions_edits_and_acls_are_silent_even_between_two() {
    let notice = event("m.room.message", json!({ "msgtype": "m.notice", "body": "beep" }));
    let edit =
        json!({ "msgtype": "m.text", "body": "* x", "m.relates_to": { "rel_type": "m.replace", "event_id": "$e" } });
    let mut acl = event("m.room.server_acl", json!({}));
    acl["state_key"] = json!("");
    assert_eq!(by_default(&notice, room(2)), SILENT);
    assert_eq!(by_default(&event("m.room.message", edit), room(2)), SILENT);
    assert_eq!(by_default(&event("m.reaction", json!({})), room(2)), SILENT);
    assert_eq!(by_default(&acl, room(2)), SILENT);
}

#[test]
fn an_invite_notifies_the_invited_alone() {
    let mut invite = event("m.room.member", json!({ "membership": "invite" }));
    invite["state_key"] = json!(ALICE);
    assert_eq!(by_default(&invite, room(3)), NOISY);
    invite["state_key"] = json!("@carol:hybrid.test");
    assert_eq!(by_default(&invite, room(3)), SILENT);
    invite["state_key"] = json!(ALICE);
    invite["content"]["membership"] = json!("leave");
    assert_eq!(by_default(&invite, room(3)), SILENT);
}

#[test]
fn a_mention_highlights_for_the_mentioned_alone() {
    let mention = |ids: Value| {
        event(
            "m.room.message",
            json!({ "msgtype": "m.text", "body": "hi", "m.mentions": { "user_ids": ids } }),
        )
    };
    assert_eq!(by_default(&mention(json!([BOB, ALICE])), room(5)), LOUD);
    assert_eq!(
        by_default(&mention(json!(["@alice:hybrid.tes", 7, [ALICE]])), room(5)),
        NOTIFY
    );
    assert_eq!(by_default(&mention(json!(ALICE)), room(5)), NOTIFY);
    let mut edit = mention(json!([ALICE]));
    edit["content"]["m.relates_to"] = json!({ "rel_type": "m.replace" });
    assert_eq!(by_default(&edit, room(5)), LOUD);
}

#[test]
fn a_room_mention_needs_the_senders_power() {
    let shout = event(
        "m.room.message",
        json!({ "body": "all", "m.mentions": { "room": true } }),
    );
    let with = |level, levels| Room {
        joined_members: 9,
        sender_power_level: level,
        power_levels: levels,
    };
    assert_eq!(by_default(&shout, with(49, b"")), NOTIFY);
    assert_eq!(by_default(&shout, with(50, b"")), HIGHLIGHT);
    assert_eq!(
        by_default(&shout, with(0, br#"{"notifications":{"room":0}}"#)),
        HIGHLIGHT
    );
    assert_eq!(
        by_default(&shout, with(79, br#"{"notifications":{"room":"80"}}"#)),
        NOTIFY
    );
    assert_eq!(
        by_default(&shout, with(50, br#"{"notifications":{"other":90}}"#)),
        HIGHLIGHT
    );
    assert_eq!(by_default(&shout, with(50, b"not json")), HIGHLIGHT);
    let quoted = event(
        "m.room.message",
        json!({ "body": "all", "m.mentions": { "room": "true" } }),
    );
    assert_eq!(by_default(&quoted, with(100, b"")), NOTIFY);
}

#[test]
fn a_tombstone_highlights_only_as_state() {
    let mut tombstone = event("m.room.tombstone", json!({ "body": "moved" }));
    assert_eq!(by_default(&tombstone, room(3)), SILENT);
    tombstone["state_key"] = json!("");
    assert_eq!(by_default(&tombstone, room(3)), HIGHLIGHT);
}

#[test]
fn nobody_is_notified_of_their_own_events() {
    let mut own = message("hi");
    own["sender"] = json!(ALICE);
    assert_eq!(by_default(&own, room(2)), SILENT);
}

#[test]
fn the_master_rule_silences_everything_when_enabled() {
    let mut json: Value = serde_json::from_str(&default_rules(ALICE)).unwrap();
    json["override"][0]["enabled"] = json!(true);
    json["content"] = json!([{ "rule_id": "c", "pattern": "hi", "actions": ["notify"] }]);
    assert_eq!(by(&rules(json), &message("hi"), room(2)), SILENT);
}

#[test]
fn kinds_are_tried_in_order() {
    let actions = json!([]);
    let loud = json!(["notify", { "set_tweak": "highlight" }]);
    let all = json!({
        "override": [{ "rule_id": "o", "actions": actions, "conditions": [
            { "kind": "event_match", "key": "content.body", "pattern": "override" }] }],
        "content": [{ "rule_id": "c", "pattern": "content", "actions": loud }],
        "room": [{ "rule_id": "!room:hybrid.test", "actions": ["notify"] }],
        "sender": [{ "rule_id": BOB, "actions": actions }],
        "underride": [{ "rule_id": "u", "actions": loud }],
    });
    let compiled = rules(all.clone());
    assert_eq!(by(&compiled, &message("override content"), room(3)), SILENT);
    assert_eq!(by(&compiled, &message("content"), room(3)), HIGHLIGHT);
    assert_eq!(by(&compiled, &message("else"), room(3)), NOTIFY);
    let mut elsewhere = message("else");
    elsewhere["room_id"] = json!("!ROOM:hybrid.test");
    assert_eq!(by(&compiled, &elsewhere, room(3)), SILENT);
    elsewhere["sender"] = json!("@carol:hybrid.test");
    assert_eq!(by(&compiled, &elsewhere, room(3)), HIGHLIGHT);
}

#[test]
fn properties_are_compared_by_type_and_value() {
    let event = event(
        "m.x",
        json!({ "n": null, "one": 1, "yes": true, "text": "1", "list": [1, "a", null, [2]], "b.c": "d" }),
    );
    let is = |key: &str, value: Value| {
        by(
            &on(json!([{ "kind": "event_property_is", "key": key, "value": value }])),
            &event,
            room(3),
        )
        .notify
    };
    assert!(is("content.n", Value::Null) && is("content.one", json!(1)) && is("content.yes", json!(true)));
    assert!(is("content.text", json!("1")) && is(r"content.b\.c", json!("d")));
    assert!(!is("content.one", json!("1")) && !is("content.text", json!(1)) && !is("content.absent", Value::Null));
    assert!(!is("content.list", json!(1)) && !is("content.yes", json!(1)) && !is("content.b.c", json!("d")));
    let contains = |value: Value| {
        by(
            &on(json!([{ "kind": "event_property_contains", "key": "content.list", "value": value }])),
            &event,
            room(3),
        )
        .notify
    };
    assert!(contains(json!(1)) && contains(json!("a")) && contains(Value::Null));
    assert!(!contains(json!(2)) && !contains(json!("A")) && !contains(json!(true)));
}

#[test]
fn event_match_wants_text() {
    let event = event("m.x", json!({ "one": 1, "text": "Lunch plans" }));
    let matches = |key: &str, pattern: &str| {
        by(
            &on(json!([{ "kind": "event_match", "key": key, "pattern": pattern }])),
            &event,
            room(3),
        )
        .notify
    };
    assert!(matches("content.text", "lunc?*") && matches("type", "M.X"));
    assert!(!matches("content.one", "*") && !matches("content.absent", "*") && !matches("content", "*"));
    assert!(!matches("content.text", "lunch"));
}

#[test]
fn all_conditions_must_hold_and_unknown_ones_do_not() {
    let count = json!({ "kind": "room_member_count", "is": ">=3" });
    let kind = json!({ "kind": "event_match", "key": "type", "pattern": "m.room.message" });
    assert_eq!(by(&on(json!([count, kind])), &message("x"), room(3)), NOTIFY);
    assert_eq!(by(&on(json!([count, kind])), &message("x"), room(2)), SILENT);
    assert_eq!(
        by(&on(json!([kind, { "kind": "org.example" }])), &message("x"), room(2)),
        SILENT
    );
    assert_eq!(by(&on(json!([])), &message("x"), room(2)), NOTIFY);
}

#[test]
fn a_display_name_is_looked_for_as_it_is() {
    let named = on(json!([{ "kind": "contains_display_name" }]));
    assert!(named.reads_display_name() && !RuleSet::shared_default().unwrap().reads_display_name());
    assert_eq!(by(&named, &message("ping alice a.!"), room(3)), NOTIFY);
    assert_eq!(by(&named, &message("malice a."), room(3)), SILENT);

    let json = message("any *").to_string();
    let event = Event::parse(json.as_bytes()).unwrap();
    let mut evaluator = Evaluator::new(&event, room(3));
    let mut notifies = |display_name| {
        evaluator
            .verdict(&Member {
                user_id: ALICE,
                display_name,
                rules: &named,
            })
            .notify
    };
    assert!(!notifies(None) && !notifies(Some("")) && !notifies(Some("a*")));
    assert!(notifies(Some("*")) && notifies(Some("ANY")));
}

#[test]
fn members_with_shared_and_own_rules_do_not_disturb_each_other() {
    let shared = RuleSet::shared_default().unwrap();
    let own = on(json!([{ "kind": "event_match", "key": "content.body", "pattern": "cake" }]));
    let json = event(
        "m.room.message",
        json!({ "body": "cake", "m.mentions": { "user_ids": ["@u3:x"] } }),
    )
    .to_string();
    let event = Event::parse(json.as_bytes()).unwrap();
    let mut evaluator = Evaluator::new(&event, room(100));
    for number in 0..100 {
        let user_id = format!("@u{number}:x");
        let rules = if number % 3 == 1 { &own } else { &shared };
        let verdict = evaluator.verdict(&Member {
            user_id: &user_id,
            display_name: None,
            rules,
        });
        assert_eq!(verdict, if number == 3 { LOUD } else { NOTIFY }, "{user_id}");
    }
}

#[test]
fn the_matching_rule_is_known_with_its_actions() {
    let shared = RuleSet::shared_default().unwrap();
    let json = message("hi").to_string();
    let event = Event::parse(json.as_bytes()).unwrap();
    let mut evaluator = Evaluator::new(&event, room(2));
    let rule = evaluator.matching_rule(&member(&shared)).unwrap();
    assert_eq!(rule.id(), ".m.rule.room_one_to_one");
    assert_eq!(
        rule.actions_json(),
        r#"["notify",{"set_tweak":"sound","value":"default"}]"#
    );
}
