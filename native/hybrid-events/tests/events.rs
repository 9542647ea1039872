//! Hashes, IDs, redaction and sealing, against the vectors that the managed tests read too.

#![allow(clippy::unwrap_used)] // Helpers of tests are not recognized as tests.

use hybrid_events::{
    content_hash_matches, event_id, hash_and_sign, open, parse_event, redact, room_id_of_create, seal, sign, Error,
};
use hybrid_rules::{RoomRules, ALL};
use hybrid_signing::{base64, verify_json, PublicKey, SigningKey};

fn rules(id: &str) -> &'static RoomRules {
    RoomRules::find(id).unwrap()
}

fn key() -> SigningKey {
    SigningKey::from_seed(&[3; 32], "1").unwrap()
}

fn template(room_version: &str, state_key: &str) -> String {
    let (event_id, reference) = match room_version {
        "1" | "2" => (r#""event_id":"$e:b","#, r#"["$x:b",{"sha256":"h"}]"#),
        _ => ("", r#""$x""#),
    };
    format!(
        r#"{{{event_id}"type":"t","state_key":"{state_key}","sender":"@a:b","room_id":"!r:b","content":{{"k":1}},
            "origin_server_ts":5,"depth":2,"prev_events":[{reference}],"auth_events":[{reference}]}}"#
    )
}

#[test]
fn the_vectors_of_the_specification_are_met() {
    let vectors: serde_json::Value = serde_json::from_str(include_str!("../../../tests/vectors/signing.json")).unwrap();
    let seed = base64::decode(vectors["seed"].as_str().unwrap()).unwrap();
    let key = SigningKey::from_seed(&seed, vectors["version"].as_str().unwrap()).unwrap();
    for case in vectors["events"].as_array().unwrap() {
        let rules = rules(case["roomVersion"].as_str().unwrap());
        let event = parse_event(rules, case["input"].as_str().unwrap().as_bytes()).unwrap();
        let sealed = hash_and_sign(rules, event, vectors["entity"].as_str().unwrap(), &key).unwrap();
        assert_eq!(
            String::from_utf8(sealed.json).unwrap(),
            case["signed"].as_str().unwrap()
        );
    }
}

#[test]
fn redaction_keeps_what_each_version_says() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/vectors/redaction.json")).unwrap();
    for case in vectors["cases"].as_array().unwrap() {
        let json = case["event"].to_string();
        let range = |end: &str| case[end].as_str().unwrap().parse::<usize>().unwrap();
        for rules in &ALL[range("from") - 1..range("to")] {
            let redacted = redact(rules, parse_event(rules, json.as_bytes()).unwrap()).to_canonical();
            let redacted: serde_json::Value = serde_json::from_slice(&redacted).unwrap();
            assert_eq!(redacted, case["redacted"], "{}, version {}", case["what"], rules.id);
        }
    }
}

#[test]
fn a_sealed_event_opens_to_itself_and_holds_its_hash_and_signature() {
    let key = key();
    let public = PublicKey::from_bytes(&key.public_key()).unwrap();
    for rules in ALL {
        let sealed = seal(rules, template(rules.id, "").as_bytes(), "b", &key).unwrap();
        assert_eq!(open(rules, &sealed.json).unwrap(), sealed);
        let event = parse_event(rules, &sealed.json).unwrap();
        assert!(content_hash_matches(&event));
        assert!(verify_json(&redact(rules, event), "b", "ed25519:1", &public));
    }
}

#[test]
fn an_id_survives_redaction_and_depends_on_the_content() {
    for rules in &ALL[2..] {
        let sealed = seal(rules, template(rules.id, "").as_bytes(), "b", &key()).unwrap();
        let other = seal(
            rules,
            template(rules.id, "").replace("\"k\":1", "\"k\":2").as_bytes(),
            "b",
            &key(),
        )
        .unwrap();
        let redacted = redact(rules, parse_event(rules, &sealed.json).unwrap());
        assert_eq!(event_id(rules, &redacted).unwrap(), sealed.event_id);
        assert!(!content_hash_matches(&redacted));
        assert_ne!(other.event_id, sealed.event_id);
        assert_eq!(sealed.event_id.len(), 44);
    }
}

#[test]
fn ids_have_the_form_of_their_version() {
    // This state key makes a hash with both of the characters in which the alphabets differ.
    let (ordinary, url_safe) = (0..)
        .find_map(|number| {
            let id = |version| {
                seal(
                    rules(version),
                    template(version, &format!("{number}")).as_bytes(),
                    "b",
                    &key(),
                )
            };
            let ordinary = id("3").unwrap().event_id;
            (ordinary.contains('+') && ordinary.contains('/')).then(|| (ordinary, id("4").unwrap().event_id))
        })
        .unwrap();
    assert_eq!(url_safe, ordinary.replace('+', "-").replace('/', "_"));
    assert_eq!(
        seal(rules("2"), template("2", "").as_bytes(), "b", &key())
            .unwrap()
            .event_id,
        "$e:b"
    );
}

#[test]
fn a_create_event_of_version_12_names_the_room_but_no_room_id() {
    let template = r#"{"type":"m.room.create","state_key":"","sender":"@a:b","content":{"room_version":"12"},
        "origin_server_ts":5,"depth":1,"prev_events":[],"auth_events":[]}"#;
    let sealed = seal(rules("12"), template.as_bytes(), "b", &key()).unwrap();
    assert_eq!(room_id_of_create(&sealed.event_id)[1..], sealed.event_id[1..]);
    assert!(seal(rules("11"), template.as_bytes(), "b", &key()).is_err());
    let with_room = template.replacen('{', "{\"room_id\":\"!r:b\",", 1);
    assert!(seal(rules("12"), with_room.as_bytes(), "b", &key()).is_err());
    assert!(seal(rules("11"), with_room.as_bytes(), "b", &key()).is_ok());
}

#[test]
fn a_second_server_signs_without_touching_the_first() {
    let rules = rules("10");
    let first = seal(rules, template("10", "").as_bytes(), "b", &key()).unwrap();
    let other = SigningKey::from_seed(&[4; 32], "other").unwrap();
    let second = sign(rules, &first.json, "c", &other).unwrap();
    assert_eq!(second.event_id, first.event_id);
    let redacted = redact(rules, parse_event(rules, &second.json).unwrap());
    for (server, key) in [("b", key()), ("c", other)] {
        assert!(verify_json(
            &redacted,
            server,
            key.id(),
            &PublicKey::from_bytes(&key.public_key()).unwrap()
        ));
    }
}

#[test]
fn what_is_too_large_is_named() {
    let seal = |json: &str| seal(rules("11"), json.as_bytes(), "b", &key());
    let template = template("11", "");
    for (field, from) in [("type", "\"t\""), ("state_key", "\"\""), ("room_id", "\"!r:b\"")] {
        let filled = |length: usize| {
            let value = format!("!{}", "a".repeat(length - 1));
            template.replacen(&format!("\"{field}\":{from}"), &format!("\"{field}\":\"{value}\""), 1)
        };
        assert!(seal(&filled(255)).is_ok());
        assert_eq!(
            seal(&filled(256)),
            Err(Error::TooLarge {
                what: field,
                length: 256,
                limit: 255
            })
        );
    }
    let empty = seal(&template.replace("\"k\":1", "\"k\":\"\"")).unwrap().json.len();
    let body = |length: usize| template.replace("\"k\":1", &format!("\"k\":\"{}\"", "x".repeat(length)));
    assert_eq!(seal(&body(65_536 - empty)).unwrap().json.len(), 65_536);
    assert_eq!(
        seal(&body(65_537 - empty)),
        Err(Error::TooLarge {
            what: "the event",
            length: 65_537,
            limit: 65_536
        })
    );
}

#[test]
fn events_without_their_fields_are_malformed() {
    let template = template("11", "");
    for (from, to) in [
        ("\"type\":\"t\",", ""),
        ("\"type\":\"t\"", "\"type\":1"),
        ("\"state_key\":\"\"", "\"state_key\":null"),
        ("@a:b", "a:b"),
        ("\"room_id\":\"!r:b\",", ""),
        ("!r:b", "r:b"),
        ("{\"k\":1}", "[]"),
        ("\"origin_server_ts\":5", "\"origin_server_ts\":\"5\""),
        ("\"depth\":2", "\"depth\":-1"),
        ("\"depth\":2,", ""),
        ("\"prev_events\":[\"$x\"]", "\"prev_events\":{}"),
        ("\"prev_events\":[\"$x\"]", "\"prev_events\":[[\"$x\",{}]]"),
        ("\"auth_events\":[\"$x\"]", "\"auth_events\":[1]"),
        (
            "\"auth_events\":[\"$x\"]",
            "\"auth_events\":[\"$1\",\"$2\",\"$3\",\"$4\",\"$5\",\"$6\",\"$7\",\"$8\",\"$9\",\"$a\",\"$b\"]",
        ),
    ] {
        assert!(template.contains(from));
        let result = open(rules("11"), template.replacen(from, to, 1).as_bytes());
        assert!(
            matches!(result, Err(Error::Malformed(_))),
            "{from} to {to} gives {result:?}"
        );
    }
}
