//! Canonical JSON, in all three strictnesses, beside `serde_json`. The input is the text.

use hybrid_json::{canonicalize, parse, parse_object, ErrorKind, Limits, Strictness};
use serde_json::Value;

pub fn run(json: &[u8]) {
    let theirs = serde_json::from_slice::<Value>(json);
    let [strict, any_number, lenient] =
        [Strictness::Strict, Strictness::AnyNumber, Strictness::Lenient].map(|strictness| {
            let ours = canonicalize(json, strictness);
            if let Ok(canonical) = &ours {
                check_canonical(json, canonical, strictness);
            }
            compare(ours.as_deref().map_err(|error| error.kind), theirs.as_ref());
            ours
        });

    // What a stricter reading takes, the next one takes too, and alike.
    if strict.is_ok() {
        assert_eq!(strict, any_number);
    }
    if any_number.is_ok() {
        assert_eq!(any_number, lenient);
    }
}

fn check_canonical(json: &[u8], canonical: &[u8], strictness: Strictness) {
    assert_eq!(canonicalize(canonical, strictness).as_deref(), Ok(canonical));
    let value = parse(json, strictness, Limits::default()).unwrap();
    assert_eq!(parse(canonical, strictness, Limits::default()).unwrap(), value);
    let object = parse_object(json, strictness, Limits::default());
    assert_eq!(value.as_object(), object.as_ref().ok());
    std::str::from_utf8(canonical).unwrap();
}

fn compare(ours: Result<&[u8], ErrorKind>, theirs: Result<&Value, &serde_json::Error>) {
    match (ours, theirs) {
        (Ok(canonical), Ok(theirs)) => match serde_json::from_slice(canonical) {
            Ok(read_again) => assert!(is_same(&read_again, theirs), "{read_again} is not {theirs}"),
            Err(error) => panic!("the canonical form is no JSON: {error}"),
        },
        (Ok(_), Err(error)) => {
            // Theirs allows one level less, and rounds the largest floats up to infinity.
            let words = error.to_string();
            assert!(
                words.contains("recursion limit") || words.contains("number out of range"),
                "only serde_json refuses: {words}"
            );
        }
        (Err(kind), Ok(_)) => assert!(
            matches!(kind, ErrorKind::Number | ErrorKind::DuplicateKey),
            "only serde_json accepts: {kind:?}"
        ),
        (Err(_), Err(_)) => {}
    }
}

/// Equality up to the precision with which `serde_json` reads floats; it reads `-0` as one.
fn is_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            let (left, right) = (left.as_f64().unwrap(), right.as_f64().unwrap());
            left == right || (left - right).abs() <= 1e-14 * left.abs().max(f64::MIN_POSITIVE * 1e16)
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, value)| right.get(key).is_some_and(|other| is_same(value, other)))
        }
        _ => left == right,
    }
}
