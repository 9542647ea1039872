use hybrid_json::{parse_object, Limits, Object, Strictness, Value};
use hybrid_rules::RoomRules;
use hybrid_signing::{base64, KeyRing, SigningKey};

use crate::{check_received, check_received_batch, hash_and_sign, named_keys, redact, sign, Received, Verdict};

const SENT: i64 = 1_000;

fn key(number: u8) -> SigningKey {
    SigningKey::from_seed(&[number; 32], "1").unwrap()
}

fn ring(entries: &[(&str, &SigningKey, i64)]) -> KeyRing {
    let entries: Vec<_> = entries
        .iter()
        .map(|(server, key, valid_until)| {
            format!(
                r#""{server}":{{"{}":{{"key":"{}","valid_until_ts":{valid_until}}}}}"#,
                key.id(),
                base64::encode(&key.public_key())
            )
        })
        .collect();
    KeyRing::parse(format!("{{{}}}", entries.join(",")).as_bytes()).unwrap()
}

fn object(json: &str) -> Object<'_> {
    parse_object(json.as_bytes(), Strictness::Strict, Limits::default()).unwrap()
}

fn rules(version: &str) -> &'static RoomRules {
    RoomRules::find(version).unwrap()
}

fn template(kind: &str, sender: &str, content: &str) -> String {
    format!(
        r#"{{"auth_events":[],"content":{content},"depth":1,"origin_server_ts":{SENT},"prev_events":[],"room_id":"!r:a.org","sender":"{sender}","state_key":"{sender}","type":"{kind}","event_id":"$chosen:c.org"}}"#
    )
}

/// An event that `a.org` made and signed.
fn signed(version: &str, kind: &str, content: &str) -> Vec<u8> {
    let template = template(kind, "@u:a.org", content);
    hash_and_sign(rules(version), object(&template), "a.org", &key(1))
        .unwrap()
        .json
}

fn check(version: &str, json: &[u8], keys: &KeyRing) -> Received {
    check_received(rules(version), json, keys)
}

#[test]
fn a_signed_event_is_accepted_without_its_unsigned_part() {
    let json = signed("10", "m.room.message", r#"{"body":"hi"}"#);
    let text = String::from_utf8(json.clone()).unwrap();
    let with_unsigned = text.replacen('{', r#"{"unsigned":{"age":1},"#, 1);
    let keys = ring(&[("a.org", &key(1), SENT)]);
    let received = check("10", with_unsigned.as_bytes(), &keys);
    assert_eq!((received.verdict, received.reason.as_str()), (Verdict::Accepted, ""));
    let event = received.event.unwrap();
    assert_eq!(event.json, json);
    assert!(event.event_id.starts_with('$'));
}

#[test]
fn a_wrong_hash_leaves_the_redacted_event_with_the_same_id() {
    let json = signed("10", "m.room.message", r#"{"body":"hi"}"#);
    let keys = ring(&[("a.org", &key(1), SENT)]);
    let honest = check("10", &json, &keys).event.unwrap();
    let changed = String::from_utf8(json).unwrap().replace("hi", "ho");
    let received = check("10", changed.as_bytes(), &keys);
    assert_eq!(received.verdict, Verdict::Redacted);
    let event = received.event.unwrap();
    assert_eq!(event.event_id, honest.event_id);
    assert_eq!(event.json, redact(rules("10"), object(&changed)).to_canonical());
}

#[test]
fn what_the_signature_covers_cannot_be_changed() {
    let json = String::from_utf8(signed("10", "m.room.message", "{}")).unwrap();
    let changed = json.replace(r#""depth":1"#, r#""depth":2"#);
    let keys = ring(&[("a.org", &key(1), SENT)]);
    let received = check("10", changed.as_bytes(), &keys);
    assert_eq!(received.verdict, Verdict::SignatureInvalid);
    assert_eq!(received.reason, "the signature is wrong by a.org");
    assert!(received.event.is_none());
}

#[test]
fn an_unknown_key_an_expired_one_and_a_missing_signature_are_told_apart() {
    let json = signed("10", "m.room.message", "{}");
    let verdict = |keys: &KeyRing| check("10", &json, keys).verdict;
    assert_eq!(verdict(&KeyRing::default()), Verdict::KeyMissing);
    assert_eq!(verdict(&ring(&[("b.org", &key(1), SENT)])), Verdict::KeyMissing);
    assert_eq!(verdict(&ring(&[("a.org", &key(1), SENT - 1)])), Verdict::KeyMissing);
    assert_eq!(verdict(&ring(&[("a.org", &key(2), SENT)])), Verdict::SignatureInvalid);
    let unsigned = template("m.room.message", "@u:a.org", "{}");
    let received = check("10", unsigned.as_bytes(), &KeyRing::default());
    assert_eq!(received.verdict, Verdict::SignatureInvalid);
}

#[test]
fn key_validity_is_not_enforced_before_version_5() {
    let json = signed("4", "m.room.message", "{}");
    let keys = ring(&[("a.org", &key(1), SENT - 1)]);
    assert_eq!(check("4", &json, &keys).verdict, Verdict::Accepted);
}

#[test]
fn the_server_that_chose_the_id_must_have_signed() {
    let json = signed("1", "m.room.message", "{}");
    let both = ring(&[("a.org", &key(1), SENT), ("c.org", &key(3), SENT)]);
    assert_eq!(check("1", &json, &both).reason, "there is no signature by c.org");
    let signed_by_both = sign(rules("1"), &json, "c.org", &key(3)).unwrap().json;
    let received = check("1", &signed_by_both, &both);
    assert_eq!(received.verdict, Verdict::Accepted);
    assert_eq!(received.event.unwrap().event_id, "$chosen:c.org");
}

#[test]
fn the_authorizing_server_of_a_restricted_join_must_have_signed() {
    let content = r#"{"join_authorised_via_users_server":"@admin:b.org","membership":"join"}"#;
    let json = signed("8", "m.room.member", content);
    let both = ring(&[("a.org", &key(1), SENT), ("b.org", &key(2), SENT)]);
    assert_eq!(check("8", &json, &both).reason, "there is no signature by b.org");
    let signed_by_both = sign(rules("8"), &json, "b.org", &key(2)).unwrap().json;
    assert_eq!(check("8", &signed_by_both, &both).verdict, Verdict::Accepted);
    let before = signed("7", "m.room.member", content);
    assert_eq!(check("7", &before, &both).verdict, Verdict::Accepted);
}

#[test]
fn an_invitation_through_a_third_party_needs_no_signature_of_the_senders_server() {
    let content = r#"{"membership":"invite","third_party_invite":{"signed":{}}}"#;
    let mut event = hash_and_sign(
        rules("10"),
        object(&template("m.room.member", "@u:a.org", content)),
        "x.org",
        &key(9),
    )
    .map(|event| String::from_utf8(event.json).unwrap())
    .unwrap();
    assert_eq!(
        check("10", event.as_bytes(), &KeyRing::default()).verdict,
        Verdict::Accepted
    );
    event = event.replace("invite\",\"third", "leave\",\"third");
    assert_eq!(
        check("10", event.as_bytes(), &KeyRing::default()).verdict,
        Verdict::SignatureInvalid
    );
}

#[test]
fn malformed_and_oversized_events_are_refused() {
    let keys = ring(&[("a.org", &key(1), SENT)]);
    let large = signed(
        "10",
        "m.room.message",
        &format!(r#"{{"body":"{}"}}"#, "x".repeat(65_536)),
    );
    for json in [&b"{"[..], b"[]", b"{}", b"\xff", &large] {
        let received = check("10", json, &keys);
        assert_eq!(received.verdict, Verdict::Malformed);
        assert!(!received.reason.is_empty());
    }
}

#[test]
fn a_batch_gives_what_each_check_gives_and_keeps_the_order() {
    let keys = ring(&[("a.org", &key(1), SENT)]);
    let events: Vec<Vec<u8>> = (0..200)
        .map(|number| match number % 3 {
            0 => signed("10", "m.room.message", &format!(r#"{{"body":"{number}"}}"#)),
            1 => template("m.room.message", "@u:a.org", &format!(r#"{{"body":"{number}"}}"#)).into_bytes(),
            _ => format!("{number}").into_bytes(),
        })
        .collect();
    let views: Vec<&[u8]> = events.iter().map(Vec::as_slice).collect();
    let single: Vec<Received> = views.iter().map(|json| check("10", json, &keys)).collect();
    assert_eq!(check_received_batch(rules("10"), &views, &keys), single);
    assert!(single[0].event.is_some() && single[1].event.is_none() && single[2].event.is_none());
}

#[test]
fn the_keys_that_are_needed_are_named_once() {
    let first = signed("8", "m.room.message", "{}");
    let mut other = object(std::str::from_utf8(&first).unwrap());
    other
        .object_entry("signatures")
        .object_entry("a.org")
        .insert("ed25519:2", Value::Null);
    other
        .object_entry("signatures")
        .object_entry("a.org")
        .insert("curve:1", Value::Null);
    other
        .object_entry("signatures")
        .object_entry("z.org")
        .insert("ed25519:1", Value::Null);
    let other = other.to_canonical();
    let named = named_keys(rules("8"), &[&first, &other, b"no json"]);
    let named: Vec<_> = named
        .iter()
        .map(|(server, keys)| (server.as_str(), keys.iter().map(String::as_str).collect::<Vec<_>>()))
        .collect();
    assert_eq!(named, [("a.org", vec!["ed25519:1", "ed25519:2"])]);
}
