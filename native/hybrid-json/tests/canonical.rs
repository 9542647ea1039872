//! The canonical encoding, against the vectors that the managed tests read too.

#![allow(clippy::unwrap_used, clippy::panic)] // Helpers of tests are not recognized as tests.

use hybrid_json::{canonicalize, parse, ErrorKind, Limits, Strictness, Value};
use proptest::prelude::*;

const VECTORS: &str = include_str!("../../../tests/vectors/canonical-json.json");

fn vectors(list: &str) -> Vec<serde_json::Value> {
    let vectors: serde_json::Value = serde_json::from_str(VECTORS).unwrap();
    vectors[list].as_array().unwrap().clone()
}

#[test]
fn accepted_texts_take_their_canonical_form() {
    for case in vectors("accepted") {
        let canonical = canonicalize(case["input"].as_str().unwrap().as_bytes(), Strictness::Strict).unwrap();
        assert_eq!(
            String::from_utf8(canonical).unwrap(),
            case["canonical"].as_str().unwrap()
        );
    }
}

#[test]
fn refused_texts_name_what_is_wrong() {
    for case in vectors("refused") {
        let error = canonicalize(case["input"].as_str().unwrap().as_bytes(), Strictness::Strict).unwrap_err();
        let status = match error.kind {
            ErrorKind::Syntax | ErrorKind::Escape => "JsonSyntax",
            ErrorKind::Number => "JsonNumber",
            ErrorKind::DuplicateKey => "JsonDuplicateKey",
            other => panic!("{case} gives {other:?}"),
        };
        assert_eq!(status, case["status"].as_str().unwrap(), "{case}");
    }
}

#[test]
fn bytes_that_are_no_utf8_are_refused() {
    for bytes in [
        &b"\"\xff\""[..],
        b"\"\xc0\xaf\"",
        b"\"\xed\xa0\x80\"",
        b"\"\\n\xe6\x97\"",
        b"{\"\xff\":1}",
    ] {
        assert_eq!(
            canonicalize(bytes, Strictness::Strict).unwrap_err().kind,
            ErrorKind::Utf8
        );
    }
}

#[test]
fn old_rooms_may_hold_any_number_and_repeated_keys() {
    let lenient = |json: &str| String::from_utf8(canonicalize(json.as_bytes(), Strictness::Lenient).unwrap()).unwrap();
    assert_eq!(
        lenient("[1.50, 1e10, 99999999999999999999, -0]"),
        "[1.5,10000000000.0,99999999999999999999,0]"
    );
    assert_eq!(lenient(r#"{"a":1,"b":2,"a":3,"a":4}"#), r#"{"a":4,"b":2}"#);
    assert_eq!(
        canonicalize(br#"{"a":1.5,"a":1}"#, Strictness::AnyNumber)
            .unwrap_err()
            .kind,
        ErrorKind::DuplicateKey
    );
    assert_eq!(canonicalize(b"[1.50]", Strictness::AnyNumber).unwrap(), b"[1.5]");
    assert_eq!(
        canonicalize(b"1e999", Strictness::Lenient).unwrap_err().kind,
        ErrorKind::Number
    );
}

#[test]
fn nesting_stops_at_the_limit() {
    let nested = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
    assert!(canonicalize(&nested(128), Strictness::Strict).is_ok());
    assert_eq!(
        canonicalize(&nested(129), Strictness::Strict).unwrap_err().kind,
        ErrorKind::TooDeep
    );
    assert!(canonicalize(b"[[],[],[[]]]", Strictness::Strict).is_ok());
}

#[test]
fn length_stops_at_the_limit() {
    let limits = Limits { bytes: 4, depth: 1 };
    assert!(parse(b"[12]", Strictness::Strict, limits).is_ok());
    assert_eq!(
        parse(b"[123]", Strictness::Strict, limits).unwrap_err().kind,
        ErrorKind::TooLarge
    );
}

#[test]
fn the_strings_of_plain_text_are_borrowed() {
    let value = parse(br#"["plain"]"#, Strictness::Strict, Limits::default()).unwrap();
    assert!(matches!(
        &value.as_array().unwrap()[0],
        Value::String(std::borrow::Cow::Borrowed("plain"))
    ));
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        (-hybrid_json::MAX_INTEGER..=hybrid_json::MAX_INTEGER).prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn canonical_form_means_the_same_and_is_its_own_canonical_form(value in any_json()) {
        let canonical = canonicalize(serde_json::to_string_pretty(&value).unwrap().as_bytes(), Strictness::Strict).unwrap();
        prop_assert_eq!(&serde_json::from_slice::<serde_json::Value>(&canonical).unwrap(), &value);
        prop_assert_eq!(&canonicalize(&canonical, Strictness::Strict).unwrap(), &canonical);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = canonicalize(&bytes, Strictness::Strict);
        let _ = canonicalize(&bytes, Strictness::Lenient);
    }

    #[test]
    fn no_text_of_json_characters_makes_it_panic(text in r#"[\[\]{}",:\\u0-9a-f.eE+ntr-]{0,48}"#) {
        let strict = canonicalize(text.as_bytes(), Strictness::Strict);
        // Whatever the strict reading takes, a common parser takes as well.
        prop_assert!(strict.is_err() || serde_json::from_str::<serde_json::Value>(&text).is_ok());
    }
}
