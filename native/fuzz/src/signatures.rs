//! Signed JSON, base64 and key rings. The lines are an entity, a key ID, a public key or signature in base64, and JSON.

use std::sync::LazyLock;

use hybrid_json::{parse_object, Limits, Strictness, Value};
use hybrid_signing::{base64, sign_json, verify_json, KeyRing, PublicKey, Signature, SigningKey};

use crate::input;

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_seed(&[1; 32], "1").unwrap());

pub fn run(input: &[u8]) {
    let mut rest = input;
    let (entity, key_id, encoded) = (input::text(&mut rest), input::text(&mut rest), input::text(&mut rest));
    check_base64(encoded);
    if let Ok(ring) = KeyRing::parse(rest) {
        ring.find(entity, key_id);
    }
    let _ =
        SigningKey::from_seed(&[2; 32], key_id).map(|key| assert_eq!(key.id().strip_prefix("ed25519:"), Some(key_id)));

    let Ok(object) = parse_object(rest, Strictness::Strict, Limits::default()) else {
        return;
    };
    if let Ok(key) = PublicKey::from_base64(encoded) {
        verify_json(&object, entity, key_id, &key);
    }

    let public = PublicKey::from_bytes(&KEY.public_key()).unwrap();
    let mut signed = object.clone();
    sign_json(&mut signed, entity, &KEY);
    let bytes = signed.to_canonical();
    let mut signed = parse_object(&bytes, Strictness::Strict, Limits::default()).unwrap();
    assert!(verify_json(&signed, entity, KEY.id(), &public));
    signed.insert("unsigned", Value::Integer(1));
    assert!(verify_json(&signed, entity, KEY.id(), &public));
    let added = signed.get("added").is_none();
    signed.insert("added", Value::Null);
    assert!(!added || !verify_json(&signed, entity, KEY.id(), &public));
}

fn check_base64(text: &str) {
    if let Some(bytes) = base64::decode(text) {
        assert_eq!(base64::decode(&base64::encode(&bytes)).as_ref(), Some(&bytes));
        assert_eq!(text.trim_end_matches('=').len(), base64::encode(&bytes).len());
    }
    if let Ok(signature) = Signature::from_base64(text) {
        let written = signature.to_base64();
        assert_eq!(base64::decode(&written), base64::decode(text));
    }
}
