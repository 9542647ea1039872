use super::{bytes, call, empty, handle, taken, text, value, view};
use crate::auth::{hybrid_auth_check, hybrid_auth_types};
use crate::events::{
    hybrid_events_content_hash_matches, hybrid_events_id, hybrid_events_open, hybrid_events_redact, hybrid_events_seal,
    hybrid_events_sign, hybrid_events_verify,
};
use crate::received::{hybrid_events_check_received, hybrid_events_named_keys};
use crate::signing::{hybrid_signing_key_create, hybrid_signing_key_free, hybrid_signing_key_public};
use crate::status::Status;
use crate::views::OwnedBuffer;

const TEMPLATE: &str = r#"{"type":"m.room.create","state_key":"","sender":"@u:a","room_id":"!r:a","depth":1,
    "content":{"creator":"@u:a","extra":1},"origin_server_ts":1,"prev_events":[],"auth_events":[],"unsigned":{"age":1}}"#;

/// The two buffers of a call that makes an event: its JSON and its ID.
fn event(call: impl FnOnce(*mut OwnedBuffer, *mut OwnedBuffer) -> Status) -> Result<(Vec<u8>, String), Status> {
    let mut id = empty();
    let json = bytes(|out| call(out, &mut id));
    let id = taken(id);
    json.map(|json| (json, String::from_utf8(id).unwrap()))
}

#[test]
fn events_are_sealed_opened_and_checked() {
    let key = handle(|out| call!(hybrid_signing_key_create(view(&[1; 32]), view("1"), out))).unwrap();
    let public = hybrid_signing::base64::encode(&bytes(|out| call!(hybrid_signing_key_public(key, out))).unwrap());
    for version in ["3", "10", "11"] {
        let version = view(version);
        let seal = |template: &str| {
            event(|json, id| call!(hybrid_events_seal(version, view(template), view("a"), key, json, id)))
        };
        let (json, id) = seal(TEMPLATE).unwrap();
        assert_eq!(seal("{}"), Err(Status::EventMalformed));
        assert_eq!(seal(&" ".repeat(2 << 20)), Err(Status::EventTooLarge));

        let open = |text: &[u8]| event(|json, id| call!(hybrid_events_open(version, view(text), json, id)));
        assert_eq!(open(&json), Ok((json.clone(), id.clone())));
        assert_eq!(open(b"\xff"), Err(Status::JsonSyntax));
        let (twice, _) =
            event(|out, id| call!(hybrid_events_sign(version, view(&json), view("b"), key, out, id))).unwrap();
        assert!(twice.len() > json.len());
        assert_eq!(
            event(|out, id| call!(hybrid_events_sign(version, view("{"), view("b"), key, out, id))),
            Err(Status::JsonSyntax)
        );

        assert_eq!(text(|out| call!(hybrid_events_id(version, view(&json), out))), Ok(id));
        assert!(bytes(|out| call!(hybrid_events_redact(version, view(&json), out))).is_ok());
        assert_eq!(
            bytes(|out| call!(hybrid_events_redact(view("0"), view(&json), out))),
            Err(Status::EventRoomVersionUnknown)
        );
        assert_eq!(
            value(|out: *mut u8| call!(hybrid_events_content_hash_matches(version, view(&json), out))),
            Ok(1)
        );
        let verify = |public: &str| {
            value(|out: *mut u8| {
                call!(hybrid_events_verify(
                    version,
                    view(&json),
                    view("a"),
                    view("ed25519:1"),
                    view(public),
                    out
                ))
            })
        };
        assert_eq!((verify(&public), verify("")), (Ok(1), Ok(0)));

        let keys = format!(r#"{{"a":{{"ed25519:1":{{"key":"{public}","valid_until_ts":5}}}}}}"#);
        let events = [json.as_slice(), b"{", &twice].concat();
        let lengths = [json.len() as i32, 1, twice.len() as i32];
        let check = |count: usize, keys: &str| {
            bytes(|out| {
                call!(hybrid_events_check_received(
                    version,
                    view(&events),
                    lengths.as_ptr(),
                    count,
                    view(keys),
                    out
                ))
            })
        };
        assert_eq!(check(3, &keys).unwrap()[0], 0);
        assert_eq!(check(2, &keys), Err(Status::InvalidArgument));
        assert_eq!(check(3, "[]"), Err(Status::SigningKeyInvalid));
        let named = text(|out| {
            call!(hybrid_events_named_keys(
                version,
                view(&events),
                lengths.as_ptr(),
                3,
                out
            ))
        });
        assert!(named.unwrap().contains("ed25519:1"));
    }
    call!(hybrid_signing_key_free(key));
}

#[test]
fn events_are_authorized_or_not() {
    let member = r#"{"type":"m.room.member","state_key":"@u:a","sender":"@u:a","room_id":"!r:a",
        "content":{"membership":"join"},"prev_events":["$x"]}"#;
    let check = |event: &str, auth_event: &str| {
        let mut allowed = 9;
        let lengths = [auth_event.len() as i32];
        text(|reason| {
            call!(hybrid_auth_check(
                view("10"),
                view(event),
                view(auth_event),
                lengths.as_ptr(),
                1,
                &mut allowed,
                reason
            ))
        })
        .map(|reason| (allowed, reason.is_empty()))
    };
    assert_eq!(check(member, TEMPLATE), Ok((0, false)));
    assert_eq!(check("{", TEMPLATE), Err(Status::JsonSyntax));
    assert_eq!(check(member, "{}"), Err(Status::AuthEventMalformed));
    let types = bytes(|out| call!(hybrid_auth_types(view("10"), view(member), out))).unwrap();
    assert!(types.windows(17).any(|name| name == b"m.room.join_rules"));
    assert_eq!(
        bytes(|out| call!(hybrid_auth_types(view("10"), view("{}"), out))),
        Err(Status::EventMalformed)
    );
}
