//! Events from clients and from other servers. The first line is the room version, the rest the event.

use std::sync::LazyLock;

use hybrid_events::{
    check_received, check_size, content_hash_matches, event_id, named_keys, open, parse_event, redact, seal, sign,
    signers, SealedEvent, Verdict,
};
use hybrid_json::{Object, Value, MAX_INTEGER};
use hybrid_rules::RoomRules;
use hybrid_signing::{base64, KeyRing, SigningKey};

use crate::input;

/// The server that seals, and whose key is known.
const SERVER: &str = "a";

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_seed(&[1; 32], "1").unwrap());
static RING: LazyLock<KeyRing> = LazyLock::new(|| {
    let key = base64::encode(&KEY.public_key());
    KeyRing::parse(
        format!(r#"{{"{SERVER}":{{"ed25519:1":{{"key":"{key}","valid_until_ts":{MAX_INTEGER}}}}}}}"#).as_bytes(),
    )
    .unwrap()
});

pub fn run(input: &[u8]) {
    let mut rest = input;
    let rules = input::rules(&mut rest);
    if let Ok(opened) = open(rules, rest) {
        check_opened(rules, &opened);
    }
    if let Ok(sealed) = seal(rules, rest, SERVER, &KEY) {
        check_sealed(rules, &sealed);
    }
    let received = check_received(rules, rest, &RING);
    if let Some(event) = received.event {
        assert!(matches!(received.verdict, Verdict::Accepted | Verdict::Redacted));
        assert_eq!(open(rules, &event.json).unwrap(), event);
    } else {
        assert!(!received.reason.is_empty());
    }
    named_keys(rules, &[rest]);
}

fn parsed<'a>(rules: &RoomRules, event: &'a SealedEvent) -> Object<'a> {
    parse_event(rules, &event.json).unwrap()
}

fn check_opened(rules: &RoomRules, opened: &SealedEvent) {
    assert_eq!(open(rules, &opened.json).as_ref(), Ok(opened));
    check_size(&opened.json).unwrap();
    let event = parsed(rules, opened);
    assert_eq!(event_id(rules, &event).as_ref(), Ok(&opened.event_id));

    let redacted = redact(rules, event.clone());
    assert_eq!(redact(rules, redacted.clone()), redacted);
    let kept = open(rules, &redacted.to_canonical()).unwrap();
    assert_eq!(kept.event_id, opened.event_id);

    // Neither changes what the event is.
    let mut changed = event;
    changed.insert("unsigned", Value::Integer(1));
    changed.object_entry("signatures").insert("b", Value::Null);
    assert_eq!(event_id(rules, &changed).as_ref(), Ok(&opened.event_id));
}

fn check_sealed(rules: &RoomRules, sealed: &SealedEvent) {
    check_opened(rules, sealed);
    let event = parsed(rules, sealed);
    assert!(content_hash_matches(&event));
    assert_eq!(sign(rules, &sealed.json, SERVER, &KEY).as_ref(), Ok(sealed));

    // Times beyond canonical JSON, which old versions take, lie after the end of every key.
    let in_time = !rules.enforces_key_validity || event.get("origin_server_ts").and_then(Value::as_integer).is_some();
    if !in_time || signers(rules, &event).iter().any(|server| *server != SERVER) {
        return;
    }
    let received = check_received(rules, &sealed.json, &RING);
    assert_eq!(received.verdict, Verdict::Accepted, "{}", received.reason);

    // An invitation that a third party signed is, once redacted, one that its sender must have signed.
    let redacted = redact(rules, event.clone());
    if signers(rules, &redacted).iter().any(|server| *server != SERVER) {
        return;
    }
    let redacted = redacted.to_canonical();
    let received_redacted = check_received(rules, &redacted, &RING);
    let accepted = received_redacted.event.unwrap();
    assert_eq!(accepted.event_id, sealed.event_id);
    assert_eq!(accepted.json, redacted);

    let mut forged = event;
    forged.insert("depth", Value::Integer(MAX_INTEGER - 1));
    let was_that_deep = parsed(rules, sealed).get("depth") == forged.get("depth");
    let verdict = check_received(rules, &forged.to_canonical(), &RING).verdict;
    // Nobody need have signed an invitation by a third party before version 3.
    let is_signed = !signers(rules, &forged).is_empty();
    if is_signed && !was_that_deep {
        assert!(matches!(verdict, Verdict::SignatureInvalid | Verdict::Malformed));
    }
}
