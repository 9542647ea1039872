use hybrid_json::{Object, Value};

use crate::key::{PublicKey, Signature, SigningKey};

/// The bytes that a signature of the object covers: its canonical form without `signatures` and `unsigned`.
pub fn signed_bytes(object: &Object<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    object.write_without(&["signatures", "unsigned"], &mut out);
    out
}

/// Signs the object in the name of `entity`. Signatures by others, and by other keys, stay.
pub fn sign_json<'a>(object: &mut Object<'a>, entity: &'a str, key: &'a SigningKey) {
    let signature = key.sign(&signed_bytes(object));
    object
        .object_entry("signatures")
        .object_entry(entity)
        .insert(key.id(), Value::String(signature.to_base64().into()));
}

/// The signature that the object carries by this entity with this key, in base64.
pub fn signature_of<'o>(object: &'o Object<'_>, entity: &str, key_id: &str) -> Option<&'o str> {
    object.get_object("signatures")?.get_object(entity)?.get_str(key_id)
}

/// Whether the object carries a valid signature by this entity with this key. A missing or malformed signature is not valid.
pub fn verify_json(object: &Object<'_>, entity: &str, key_id: &str, key: &PublicKey) -> bool {
    signature_of(object, entity, key_id)
        .and_then(|text| Signature::from_base64(text).ok())
        .is_some_and(|signature| key.verifies(&signed_bytes(object), &signature))
}

#[cfg(test)]
mod tests {
    use hybrid_json::{parse_object, Limits, Strictness};

    use super::*;
    use crate::base64;

    const VECTORS: &str = include_str!("../../../tests/vectors/signing.json");

    fn object(json: &str) -> Object<'_> {
        parse_object(json.as_bytes(), Strictness::Strict, Limits::default()).unwrap()
    }

    #[test]
    fn the_vectors_of_the_specification_are_met() {
        let vectors: serde_json::Value = serde_json::from_str(VECTORS).unwrap();
        let seed = base64::decode(vectors["seed"].as_str().unwrap()).unwrap();
        let key = SigningKey::from_seed(&seed, vectors["version"].as_str().unwrap()).unwrap();
        let public = PublicKey::from_bytes(&key.public_key()).unwrap();
        let entity = vectors["entity"].as_str().unwrap();
        for case in vectors["json"].as_array().unwrap() {
            let mut signed = object(case["input"].as_str().unwrap());
            sign_json(&mut signed, entity, &key);
            assert_eq!(signed.to_canonical(), case["signed"].as_str().unwrap().as_bytes());
            assert!(verify_json(&signed, entity, key.id(), &public));
        }
    }

    #[test]
    fn other_signatures_and_unsigned_data_stay_and_are_not_covered() {
        let key = SigningKey::from_seed(&[1; 32], "1").unwrap();
        let public = PublicKey::from_bytes(&key.public_key()).unwrap();
        let mut signed =
            object(r#"{"a":1,"signatures":{"us":{"ed25519:0":"old"},"them":{"ed25519:x":"y"}},"unsigned":{"age":3}}"#);
        sign_json(&mut signed, "us", &key);
        assert_eq!(signature_of(&signed, "us", "ed25519:0"), Some("old"));
        assert_eq!(signature_of(&signed, "them", "ed25519:x"), Some("y"));
        signed.insert("unsigned", Value::Null);
        assert!(verify_json(&signed, "us", "ed25519:1", &public));
        signed.insert("a", Value::Integer(2));
        assert!(!verify_json(&signed, "us", "ed25519:1", &public));
    }

    #[test]
    fn missing_and_malformed_signatures_do_not_verify() {
        let key = SigningKey::from_seed(&[1; 32], "1").unwrap();
        let public = PublicKey::from_bytes(&key.public_key()).unwrap();
        for json in [
            "{}",
            r#"{"signatures":[]}"#,
            r#"{"signatures":{"us":1}}"#,
            r#"{"signatures":{"us":{"ed25519:1":5}}}"#,
            r#"{"signatures":{"us":{"ed25519:1":"no base64"}}}"#,
            r#"{"signatures":{"us":{"ed25519:1":"AAAA"}}}"#,
        ] {
            assert!(!verify_json(&object(json), "us", "ed25519:1", &public));
        }
    }
}
