use super::{bytes, call, empty, handle, taken, text, value, view};
use crate::olm_account::*;
use crate::olm_dehydrated_device::*;
use crate::olm_failures::hybrid_olm_verify_signature;
use crate::olm_sas::*;
use crate::olm_session::*;
use crate::status::Status;
use crate::views::OwnedBuffer;

const KEY: [u8; 32] = [7; 32];

#[test]
fn accounts_keep_keys_and_pickle() {
    let account = handle(|out| call!(hybrid_olm_account_new(out))).unwrap();
    let key = text(|out| call!(hybrid_olm_account_ed25519_key(account, out))).unwrap();
    let signature = text(|out| call!(hybrid_olm_account_sign(account, view("text"), out))).unwrap();
    let verify = |signature: &str| call!(hybrid_olm_verify_signature(view(&key), view("text"), view(signature)));
    assert_eq!(verify(&signature), Status::Ok);
    assert_eq!(verify("AAAA"), Status::OlmInvalidSignature);

    assert!(value(|out: *mut usize| call!(hybrid_olm_account_max_one_time_keys(account, out))).unwrap() > 0);
    let generate = |count| bytes(|out| call!(hybrid_olm_account_generate_one_time_keys(account, count, out)));
    assert!(generate(3).is_ok());
    assert_eq!(generate(1_000_000), Err(Status::InvalidArgument));
    assert_eq!(
        value(|out: *mut usize| call!(hybrid_olm_account_stored_one_time_keys(account, out))),
        Ok(3)
    );
    for _ in 0..2 {
        assert!(bytes(|out| call!(hybrid_olm_account_generate_fallback_key(account, out))).is_ok());
        assert!(bytes(|out| call!(hybrid_olm_account_fallback_key(account, out))).is_ok());
    }
    assert!(value(|out: *mut u8| call!(hybrid_olm_account_forget_fallback_key(account, out))).is_ok());
    assert_eq!(call!(hybrid_olm_account_mark_keys_as_published(account)), Status::Ok);
    assert_eq!(
        text(|out| call!(hybrid_olm_account_one_time_keys(account, out))).as_deref(),
        Ok("{}")
    );

    let pickle = text(|out| call!(hybrid_olm_account_pickle(account, view(&KEY), out))).unwrap();
    let again = handle(|out| call!(hybrid_olm_account_from_pickle(view(&pickle), view(&KEY), out))).unwrap();
    assert_eq!(text(|out| call!(hybrid_olm_account_ed25519_key(again, out))), Ok(key));
    call!(hybrid_olm_account_free(again));
    assert_eq!(
        handle(|out| call!(hybrid_olm_account_from_pickle(view(&pickle), view(&[8; 32]), out))).err(),
        Some(Status::OlmInvalidPickle)
    );
    assert_eq!(
        bytes(|out| call!(hybrid_olm_account_pickle(account, view("short"), out))),
        Err(Status::InvalidArgument)
    );
    let pickle = text(|out| call!(hybrid_olm_account_to_libolm_pickle(account, view("any"), out))).unwrap();
    let again = handle(|out| call!(hybrid_olm_account_from_libolm_pickle(view(&pickle), view("any"), out))).unwrap();
    call!(hybrid_olm_account_free(again));
    assert_eq!(
        handle(|out| call!(hybrid_olm_account_from_libolm_pickle(view("AAAA"), view("any"), out))).err(),
        Some(Status::OlmInvalidPickle)
    );

    let mut nonce = empty();
    let device = text(|out| {
        call!(hybrid_olm_account_to_dehydrated_device(
            account,
            view(&KEY),
            out,
            &mut nonce
        ))
    })
    .unwrap();
    let nonce = taken(nonce);
    let wake = |nonce: &[u8], key: &[u8]| {
        handle(|out| {
            call!(hybrid_olm_account_from_dehydrated_device(
                view(&device),
                view(nonce),
                view(key),
                out
            ))
        })
    };
    call!(hybrid_olm_account_free(wake(&nonce, &KEY).unwrap()));
    assert_eq!(wake(&nonce, &[8; 32]).err(), Some(Status::OlmInvalidPickle));
    assert_eq!(wake(b"", &KEY).err(), Some(Status::OlmInvalidPickle));
    assert_eq!(wake(b"\xff", &KEY).err(), Some(Status::InvalidUtf8));
    assert_eq!(wake(&nonce, b"short").err(), Some(Status::InvalidArgument));
    let mut unwritten = empty();
    assert_eq!(
        bytes(|out| {
            call!(hybrid_olm_account_to_dehydrated_device(
                account,
                view("short"),
                out,
                &mut unwritten
            ))
        }),
        Err(Status::InvalidArgument)
    );
    assert!(unwritten.ptr.is_null());
    call!(hybrid_olm_account_free(account));
    call!(hybrid_olm_account_free(std::ptr::null_mut()));
}

#[test]
fn two_accounts_talk() {
    let (alice, bob) = (
        handle(|out| call!(hybrid_olm_account_new(out))).unwrap(),
        handle(|out| call!(hybrid_olm_account_new(out))).unwrap(),
    );
    let identity =
        |account: *mut OlmAccountHandle| text(|out| call!(hybrid_olm_account_curve25519_key(account, out))).unwrap();
    bytes(|out| call!(hybrid_olm_account_generate_one_time_keys(bob, 1, out))).unwrap();
    let keys = text(|out| call!(hybrid_olm_account_one_time_keys(bob, out))).unwrap();
    let one_time_key = keys.split('"').nth(3).unwrap();
    let create_outbound = |one_time_key: &str| {
        let identity = identity(bob);
        handle(|out| {
            call!(hybrid_olm_account_create_outbound_session(
                alice,
                view(&identity),
                view(one_time_key),
                out
            ))
        })
    };
    let session = create_outbound(one_time_key).unwrap();
    assert_eq!(create_outbound("no key").err(), Some(Status::OlmInvalidKey));

    let (message_type, message) = encrypt(session, "hello");
    assert_eq!(message_type, 0);
    let create_inbound = |message: &str| {
        let mut plaintext = empty();
        let identity = identity(alice);
        let session = handle(|out| {
            call!(hybrid_olm_account_create_inbound_session(
                bob,
                view(&identity),
                view(message),
                out,
                &mut plaintext
            ))
        });
        session.map(|session| (session, taken(plaintext)))
    };
    let (inbound, plaintext) = create_inbound(&message).unwrap();
    assert_eq!(plaintext, b"hello");
    assert_eq!(create_inbound(&message).err(), Some(Status::OlmUnknownOneTimeKey));
    assert_eq!(create_inbound("?").err(), Some(Status::OlmMalformedMessage));

    let keys = text(|out| call!(hybrid_olm_session_keys(session, out))).unwrap();
    assert_eq!(
        text(|out| call!(hybrid_olm_session_keys(inbound, out))),
        Ok(keys.clone())
    );
    let keys_of = |message: &str| text(|out| call!(hybrid_olm_pre_key_message_session_keys(view(message), out)));
    assert_eq!(keys_of(&message), Ok(keys));
    assert_eq!(keys_of("AA"), Err(Status::OlmMalformedMessage));

    let id = |session: *mut OlmSessionHandle| text(|out| call!(hybrid_olm_session_id(session, out))).unwrap();
    assert_eq!(id(session), id(inbound));
    assert_eq!(
        value(|out: *mut u8| call!(hybrid_olm_session_matches(inbound, view(&message), out))),
        Ok(1)
    );
    let (message_type, answer) = encrypt(inbound, "answer");
    let decrypt =
        |message: &str| bytes(|out| call!(hybrid_olm_session_decrypt(session, message_type, view(message), out)));
    assert_eq!(decrypt(&answer).as_deref(), Ok(&b"answer"[..]));
    assert_eq!(decrypt(&answer), Err(Status::OlmMissingMessageKey));
    assert_eq!(decrypt("AA"), Err(Status::OlmMalformedMessage));
    assert_eq!(
        value(|out: *mut u8| call!(hybrid_olm_session_has_received_message(session, out))),
        Ok(1)
    );

    let pickle = text(|out| call!(hybrid_olm_session_pickle(session, view(&KEY), out))).unwrap();
    let again = handle(|out| call!(hybrid_olm_session_from_pickle(view(&pickle), view(&KEY), out))).unwrap();
    assert_eq!(id(again), id(session));
    assert_eq!(
        handle(|out| call!(hybrid_olm_session_from_libolm_pickle(view(&pickle), view("other"), out))).err(),
        Some(Status::OlmInvalidPickle)
    );
    for session in [session, inbound, again] {
        call!(hybrid_olm_session_free(session));
    }
    call!(hybrid_olm_account_free(alice));
    call!(hybrid_olm_account_free(bob));
}

fn encrypt(session: *mut OlmSessionHandle, plaintext: &str) -> (u32, String) {
    let mut message_type = 9;
    let message = text(|out: *mut OwnedBuffer| {
        call!(hybrid_olm_session_encrypt(
            session,
            view(plaintext),
            &mut message_type,
            out
        ))
    });
    (message_type, message.unwrap())
}

#[test]
fn two_devices_verify_each_other() {
    let (alice, bob) = (
        handle(|out| call!(hybrid_olm_sas_new(out))).unwrap(),
        handle(|out| call!(hybrid_olm_sas_new(out))).unwrap(),
    );
    let public = |sas: *mut OlmSasHandle| text(|out| call!(hybrid_olm_sas_public_key(sas, out)));
    let (alices_key, bobs_key) = (public(alice).unwrap(), public(bob).unwrap());
    let agree =
        |sas: *mut OlmSasHandle, key: &str| handle(|out| call!(hybrid_olm_sas_diffie_hellman(sas, view(key), out)));
    let (alices, bobs) = (agree(alice, &bobs_key).unwrap(), agree(bob, &alices_key).unwrap());
    assert_eq!(agree(alice, &bobs_key).err(), Some(Status::OlmKeyAlreadyUsed));
    assert_eq!(
        text(|out| call!(hybrid_olm_established_sas_our_public_key(alices, out))),
        Ok(alices_key)
    );
    assert_eq!(
        text(|out| call!(hybrid_olm_established_sas_their_public_key(alices, out))),
        Ok(bobs_key)
    );
    let shown = |sas: *mut OlmEstablishedSasHandle| {
        let (mut first, mut second, mut third) = (0, 0, 0);
        let decimals = call!(hybrid_olm_established_sas_decimals(
            sas,
            view("info"),
            &mut first,
            &mut second,
            &mut third
        ));
        assert_eq!(decimals, Status::Ok);
        (
            bytes(|out| call!(hybrid_olm_established_sas_bytes(sas, view("info"), 6, out))).unwrap(),
            bytes(|out| call!(hybrid_olm_established_sas_emoji_indices(sas, view("info"), out))).unwrap(),
            [first, second, third],
        )
    };
    assert_eq!(shown(alices), shown(bobs));
    let mac = text(|out| {
        call!(hybrid_olm_established_sas_calculate_mac(
            alices,
            view("key"),
            view("info"),
            out
        ))
    })
    .unwrap();
    let in_wrong_base64 = |sas: *mut OlmEstablishedSasHandle| {
        text(|out| {
            call!(hybrid_olm_established_sas_calculate_mac_invalid_base64(
                sas,
                view("key"),
                view("info"),
                out
            ))
        })
    };
    assert_eq!(in_wrong_base64(alices), in_wrong_base64(bobs));
    assert_eq!(in_wrong_base64(std::ptr::null_mut()), Err(Status::NullPointer));
    let verify = |mac: &str| {
        call!(hybrid_olm_established_sas_verify_mac(
            bobs,
            view("key"),
            view("info"),
            view(mac)
        ))
    };
    assert_eq!((verify(&mac), verify("AAAA")), (Status::Ok, Status::OlmInvalidMac));
    for sas in [alice, bob] {
        call!(hybrid_olm_sas_free(sas));
    }
    for sas in [alices, bobs] {
        call!(hybrid_olm_established_sas_free(sas));
    }
}
