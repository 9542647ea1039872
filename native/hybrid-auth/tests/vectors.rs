//! The rules of every version, against the vectors that the managed tests read too.

#![allow(clippy::unwrap_used)] // Helpers of tests are not recognized as tests.

mod room;

use hybrid_rules::{RoomRules, ALL};
use hybrid_signing::{sign_json, SigningKey};
use room::Room;
use serde_json::{json, Value};

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/vectors/auth.json")).unwrap()
}

#[test]
fn every_case_holds_in_every_version_that_it_names() {
    let vectors = vectors();
    let mut wrong = Vec::new();
    for case in vectors["cases"].as_array().unwrap() {
        let version = |end: &str| usize::try_from(case[end].as_u64().unwrap()).unwrap();
        for rules in &ALL[version("from") - 1..version("to")] {
            let room = Room::new(rules, &vectors["state"], &case["state"]);
            let is_create = case["event"]["type"] == "m.room.create";
            let otherwise = if is_create { json!([]) } else { json!(["$before"]) };
            let event = room.complete(&case["event"], case.get("prev_events").unwrap_or(&otherwise));
            let verdict = room.check(&event, &room.auth_events(&event));
            let reason_is_right = case
                .get("reason")
                .is_none_or(|reason| verdict.as_ref().is_err_and(|got| reason == got));
            if verdict.is_ok() != case["allowed"].as_bool().unwrap() || !reason_is_right {
                wrong.push(format!("{} (version {}): {verdict:?}", case["what"], rules.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Rule 3: the events that authorize are those of the selection, once each, and of the same room.
#[test]
fn events_that_do_not_authorize_are_refused() {
    let vectors = vectors();
    for rules in ALL {
        let room = Room::new(rules, &vectors["state"], &Value::Null);
        let message = room.complete(
            &json!({"type": "m.x", "sender": "@user:a", "content": {}}),
            &json!(["$before"]),
        );
        let proper = room.auth_events(&message);
        assert_eq!(room.check(&message, &proper), Ok(()));

        let twice = [proper.clone(), proper[..1].to_vec()].concat();
        assert!(room.check(&message, &twice).unwrap_err().contains("twice"));

        let name = json!({"type": "m.room.name", "state_key": "", "sender": "@mod:a", "content": {}});
        let name = room.complete(&name, &json!(["$before"])).to_string();
        assert!(room
            .check(&message, &[proper.clone(), vec![name]].concat())
            .unwrap_err()
            .contains("does not belong"));

        let elsewhere = proper.iter().map(|event| match event.contains("m.room.power_levels") {
            true => event.replace("\"room_id\":\"!", "\"room_id\":\"!other"),
            false => event.clone(),
        });
        assert!(room
            .check(&message, &elsewhere.collect::<Vec<_>>())
            .unwrap_err()
            .contains("another room"));

        let without_create: Vec<_> = proper
            .into_iter()
            .filter(|event| !event.contains("m.room.create"))
            .collect();
        assert!(room.check(&message, &without_create).is_err());
    }
}

/// Rule 2 since version 12, and rule 3.2: the room ID is the only reference to the create event.
#[test]
fn the_create_event_of_version_12_is_named_by_the_room_alone() {
    let vectors = vectors();
    let rules = RoomRules::find("12").unwrap();
    let room = Room::new(rules, &vectors["state"], &Value::Null);
    let message = room.complete(
        &json!({"type": "m.x", "sender": "@user:a", "content": {}}),
        &json!(["$before"]),
    );
    let auth_events = room.auth_events(&message);

    let mut naming = message.clone();
    naming["auth_events"] = json!([message["room_id"].as_str().unwrap().replace('!', "$")]);
    assert!(room
        .check(&naming, &auth_events)
        .unwrap_err()
        .contains("does not belong"));

    let create = auth_events
        .iter()
        .find(|event| event.contains("m.room.create"))
        .unwrap();
    let other = create.replace("@creator:a\"}", "@creator:a\",\"x\":1}");
    assert_ne!(&other, create);
    let swapped: Vec<_> = auth_events.iter().map(|event| event.replace(create, &other)).collect();
    assert!(room.check(&message, &swapped).unwrap_err().contains("room ID"));
}

/// What an identity server signs of a third-party invite.
fn signed_invite(key: &SigningKey) -> Value {
    let signed = r#"{"mxid":"@new:b","token":"t"}"#;
    let mut signed = hybrid_json::parse_object(
        signed.as_bytes(),
        hybrid_json::Strictness::Strict,
        hybrid_json::Limits::default(),
    )
    .unwrap();
    sign_json(&mut signed, "identity", key);
    serde_json::from_slice(&signed.to_canonical()).unwrap()
}

/// Rule 5.4.1: a third-party invite stands on a signature by a key of the event that it answers.
#[test]
fn third_party_invites_stand_on_their_signatures() {
    let vectors = vectors();
    let key = SigningKey::from_seed(&[5; 32], "0").unwrap();
    let public = hybrid_signing::base64::encode(&key.public_key());
    let signed = signed_invite(&key);

    for rules in ALL {
        let verdict = |keys: Value, signed: &Value, sender: &str, target: &str| {
            let issued =
                json!([{"type": "m.room.third_party_invite", "state_key": "t", "sender": "@user:a", "content": keys}]);
            let room = Room::new(rules, &vectors["state"], &issued);
            let content =
                json!({"membership": "invite", "third_party_invite": {"display_name": "n", "signed": signed}});
            let event = json!({"type": "m.room.member", "state_key": target, "sender": sender, "content": content});
            let event = room.complete(&event, &json!(["$before"]));
            room.check(&event, &room.auth_events(&event)).is_ok()
        };
        let single = json!({"public_key": public});
        assert!(verdict(single.clone(), &signed, "@user:a", "@new:b"));
        assert!(verdict(
            json!({"public_key": "AAAA", "public_keys": [{"public_key": public}]}),
            &signed,
            "@user:a",
            "@new:b"
        ));
        assert!(!verdict(json!({}), &signed, "@user:a", "@new:b"));
        assert!(!verdict(single.clone(), &signed, "@mod:a", "@new:b"), "another sender");
        assert!(
            !verdict(single.clone(), &signed, "@user:a", "@banned:b"),
            "another target"
        );
        let mut changed = signed.clone();
        changed["extra"] = json!(1);
        assert!(
            !verdict(single.clone(), &changed, "@user:a", "@new:b"),
            "changed after signing"
        );
        changed = signed.clone();
        changed["token"] = json!("u");
        assert!(!verdict(single.clone(), &changed, "@user:a", "@new:b"), "another token");
        assert!(
            !verdict(single, &json!({"mxid": "@new:b"}), "@user:a", "@new:b"),
            "no token"
        );
    }
}

/// One signature may be by any of the keys that fit into an event, and one key may have made any of the signatures that do. Nobody
/// has to try every key of a thousand against every signature of hundreds.
#[test]
fn third_party_invites_are_tried_with_what_fits_into_an_event() {
    let (vectors, rules) = (vectors(), hybrid_rules::RoomRules::find("12").unwrap());
    let key = SigningKey::from_seed(&[5; 32], "zz").unwrap();
    let encode = |key: &SigningKey| json!({"public_key": hybrid_signing::base64::encode(&key.public_key())});
    let (right, wrong) = (encode(&key), encode(&SigningKey::from_seed(&[6; 32], "0").unwrap()));
    let mut many_keys = vec![wrong; 1_100];
    many_keys.push(right.clone());
    let once = signed_invite(&key);
    let mut often = once.clone();
    let other = once["signatures"]["identity"]["ed25519:zz"]
        .as_str()
        .unwrap()
        .replace(['A', 'b', '3'], "x");
    for number in 0..650 {
        often["signatures"]["identity"][format!("ed25519:{number}")] = json!(other);
    }

    let is_allowed = |keys: &[Value], signed: &Value| {
        let issued = json!([{"type": "m.room.third_party_invite", "state_key": "t", "sender": "@user:a", "content": {"public_keys": keys}}]);
        let room = Room::new(rules, &vectors["state"], &issued);
        let content = json!({"membership": "invite", "third_party_invite": {"display_name": "n", "signed": signed}});
        let event = json!({"type": "m.room.member", "state_key": "@new:b", "sender": "@user:a", "content": content});
        let event = room.complete(&event, &json!(["$before"]));
        room.check(&event, &room.auth_events(&event)).is_ok()
    };
    assert!(is_allowed(&many_keys, &once));
    assert!(is_allowed(&[right], &often));
    assert!(!is_allowed(&many_keys, &often));
}
