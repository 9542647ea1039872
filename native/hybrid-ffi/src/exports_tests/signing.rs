use super::{bytes, call, handle, text, value, view, NULL_VIEW};
use crate::abi::{hybrid_abi_version, hybrid_noop};
use crate::boundary::hybrid_test_panic;
use crate::json::hybrid_json_canonicalize;
use crate::measure::{hybrid_measure_canonicalize, hybrid_measure_hash_and_sign};
use crate::memory::hybrid_memory_return_large_blocks;
use crate::password::{hybrid_password_hash, hybrid_password_needs_rehash, hybrid_password_verify};
use crate::rules::{hybrid_rules_describe, RoomVersionFlags};
use crate::signing::{
    hybrid_signing_key_create, hybrid_signing_key_free, hybrid_signing_key_public, hybrid_signing_key_seed,
    hybrid_signing_sign_json, hybrid_signing_verify_json,
};
use crate::status::Status;

#[test]
fn keys_sign_and_verify() {
    let key = handle(|out| call!(hybrid_signing_key_create(view(&[1; 32]), view("1"), out))).unwrap();
    assert_eq!(bytes(|out| call!(hybrid_signing_key_seed(key, out))), Ok(vec![1; 32]));
    let public = hybrid_signing::base64::encode(&bytes(|out| call!(hybrid_signing_key_public(key, out))).unwrap());
    let signed = bytes(|out| call!(hybrid_signing_sign_json(key, view(r#"{"b":1,"a":2}"#), view("me"), out))).unwrap();
    let verify = |json: &[u8], public: &str| {
        value(|out: *mut u8| {
            call!(hybrid_signing_verify_json(
                view(json),
                view("me"),
                view("ed25519:1"),
                view(public),
                out
            ))
        })
    };
    assert_eq!(verify(&signed, &public), Ok(1));
    assert_eq!(verify(&signed, "no key"), Ok(0));
    let old = br#"{"pdus":[{"content":{"n":1.50,"big":1E20,"whole":9007199254740993}}]}"#;
    let signed = bytes(|out| call!(hybrid_signing_sign_json(key, view(old), view("me"), out))).unwrap();
    assert!(signed.starts_with(br#"{"pdus":[{"content":{"big":1e+20,"n":1.5,"whole":9007199254740993}}],"#));
    assert_eq!(verify(&signed, &public), Ok(1));
    assert_eq!(verify(b"{", &public), Err(Status::JsonSyntax));
    assert_eq!(
        bytes(|out| call!(hybrid_signing_sign_json(key, view("[]"), view("me"), out))),
        Err(Status::JsonShape)
    );
    assert_eq!(
        bytes(|out| call!(hybrid_signing_sign_json(std::ptr::null(), view("{}"), view("me"), out))),
        Err(Status::NullPointer)
    );
    call!(hybrid_signing_key_free(key));
    call!(hybrid_signing_key_free(std::ptr::null_mut()));
    assert_eq!(
        handle(|out| call!(hybrid_signing_key_create(view(&[1; 31]), view("1"), out))).err(),
        Some(Status::SigningKeyInvalid)
    );
}

#[test]
fn what_benches_compare_with_does_the_work() {
    let measure = |json| value(|out: *mut usize| call!(hybrid_measure_canonicalize(json, 3, out)));
    assert_eq!(measure(view("{ }")), Ok(2));
    assert_eq!(measure(view("{")), Err(Status::JsonSyntax));
    assert_eq!(measure(NULL_VIEW), Err(Status::NullPointer));
    let key = handle(|out| call!(hybrid_signing_key_create(view(&[1; 32]), view("1"), out))).unwrap();
    let measure = |key| bytes(|out| call!(hybrid_measure_hash_and_sign(key, view("hashed"), view("signed"), out)));
    let results = measure(key).unwrap();
    assert_eq!(results[..32], hybrid_signing::sha256(b"hashed"));
    assert_eq!(results[32..64], hybrid_signing::sha256(b"signed"));
    assert_eq!(results.len(), 128);
    assert_eq!(measure(std::ptr::null_mut()), Err(Status::NullPointer));
    call!(hybrid_signing_key_free(key));
}

#[test]
fn canonical_json_comes_back_or_a_reason() {
    let canonicalize = |json: &[u8]| text(|out| call!(hybrid_json_canonicalize(view(json), out)));
    assert_eq!(
        canonicalize(br#"{ "b": 1, "a": "\u0041" }"#).as_deref(),
        Ok(r#"{"a":"A","b":1}"#)
    );
    assert_eq!(canonicalize(b"\"\xff\""), Err(Status::InvalidUtf8));
    assert_eq!(canonicalize("[".repeat(100_000).as_bytes()), Err(Status::JsonTooDeep));
    assert_eq!(
        bytes(|out| call!(hybrid_json_canonicalize(NULL_VIEW, out))),
        Err(Status::NullPointer)
    );
    assert_eq!(
        call!(hybrid_json_canonicalize(view("{}"), std::ptr::null_mut())),
        Status::NullPointer
    );
}

#[test]
fn passwords_are_hashed_and_checked() {
    let phc = text(|out| call!(hybrid_password_hash(view("secret"), view(&[7; 16]), out))).unwrap();
    let verify = |phc: &str| value(|out: *mut u8| call!(hybrid_password_verify(view(phc), view("secret"), out)));
    assert_eq!(verify(&phc), Ok(1));
    assert_eq!(verify("$"), Err(Status::PasswordHashMalformed));
    let needs_rehash = |phc: &str| value(|out: *mut u8| call!(hybrid_password_needs_rehash(view(phc), out)));
    assert_eq!(needs_rehash(&phc), Ok(0));
    assert_eq!(
        needs_rehash("$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"),
        Err(Status::PasswordHashTooExpensive)
    );
    assert_eq!(
        bytes(|out| call!(hybrid_password_hash(view("secret"), view("short"), out))),
        Err(Status::InvalidArgument)
    );
}

#[test]
fn what_needs_nothing_does_its_part() {
    assert!(call!(hybrid_abi_version()) > 0);
    call!(hybrid_noop());
    call!(hybrid_memory_return_large_blocks());
    assert_eq!(bytes(|_| call!(hybrid_test_panic())), Err(Status::Panic));
    let mut flags = std::mem::MaybeUninit::<RoomVersionFlags>::uninit();
    assert_eq!(call!(hybrid_rules_describe(0, flags.as_mut_ptr())), Status::Ok);
    // SAFETY: the call wrote it.
    let flags = unsafe { flags.assume_init() };
    // SAFETY: identifiers are static.
    assert_eq!(unsafe { flags.id.text() }.unwrap(), "1");
    assert_eq!(
        call!(hybrid_rules_describe(99, std::ptr::null_mut())),
        Status::NullPointer
    );
}
