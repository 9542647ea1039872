//! Round trips, and one failure of each kind.

use serde_json::Value;

use crate::{
    pre_key_message_session_keys, verify_signature, Account, GroupSession, InboundGroupSession, OlmError, OlmErrorKind,
    Sas, Session, SessionOrdering,
};

const KEY: [u8; 32] = [7; 32];
const OTHER_KEY: [u8; 32] = [8; 32];

pub(crate) fn kind<T>(result: Result<T, OlmError>) -> OlmErrorKind {
    match result {
        Ok(_) => panic!("expected a failure"),
        Err(error) => error.kind(),
    }
}

fn keys(json: &str) -> Vec<String> {
    let keys: Value = serde_json::from_str(json).unwrap();
    keys.as_object()
        .unwrap()
        .values()
        .map(|key| key.as_str().unwrap().to_owned())
        .collect()
}

fn one_time_key(account: &mut Account) -> String {
    account.generate_one_time_keys(1).unwrap();
    let key = keys(&account.one_time_keys()).remove(0);
    account.mark_keys_as_published();
    key
}

/// Alice's and Bob's ends of a session, after the first message.
fn pair() -> (Session, Session) {
    let (alice, mut bob) = (Account::new(), Account::new());
    let one_time_key = one_time_key(&mut bob);
    let mut to_bob = alice
        .create_outbound_session(&bob.curve25519_key(), &one_time_key)
        .unwrap();
    let first = to_bob.encrypt(b"first").unwrap();
    let inbound = bob
        .create_inbound_session(&alice.curve25519_key(), &first.ciphertext)
        .unwrap();
    assert_eq!(inbound.plaintext, b"first");
    (to_bob, inbound.session)
}

#[test]
fn a_conversation_goes_both_ways_and_out_of_order() {
    let (mut alice, mut bob) = pair();
    assert_eq!(alice.id(), bob.id());
    assert!(!alice.has_received_message() && bob.has_received_message());

    let early = alice.encrypt(b"early").unwrap();
    assert_eq!(early.message_type, 0);
    assert!(bob.matches(&early.ciphertext).unwrap());
    let keys = pre_key_message_session_keys(&early.ciphertext).unwrap();
    assert_eq!((keys == alice.session_keys(), keys == bob.session_keys()), (true, true));
    assert!(keys.contains(&alice.id()));
    let reply = bob.encrypt(b"reply").unwrap();
    assert_eq!(reply.message_type, 1);
    assert_eq!(alice.decrypt(1, &reply.ciphertext).unwrap(), b"reply");
    let late = alice.encrypt(b"late").unwrap();
    assert_eq!(late.message_type, 1);
    assert_eq!(bob.decrypt(1, &late.ciphertext).unwrap(), b"late");
    assert_eq!(bob.decrypt(0, &early.ciphertext).unwrap(), b"early");
    assert_eq!(kind(bob.decrypt(0, &early.ciphertext)), OlmErrorKind::MissingMessageKey);
}

#[test]
fn a_pre_key_message_is_for_one_account_from_one_sender_once() {
    let (alice, mut bob, mut carol) = (Account::new(), Account::new(), Account::new());
    let one_time_key = one_time_key(&mut bob);
    let mut session = alice
        .create_outbound_session(&bob.curve25519_key(), &one_time_key)
        .unwrap();
    let message = session.encrypt(b"x").unwrap().ciphertext;

    assert_eq!(
        kind(carol.create_inbound_session(&alice.curve25519_key(), &message)),
        OlmErrorKind::UnknownOneTimeKey
    );
    let wrong_sender = bob.create_inbound_session(&carol.curve25519_key(), &message);
    assert_eq!(kind(wrong_sender), OlmErrorKind::MismatchedIdentityKey);
    assert_eq!(bob.stored_one_time_keys(), 1);
    assert!(bob.create_inbound_session(&alice.curve25519_key(), &message).is_ok());
    assert_eq!(bob.stored_one_time_keys(), 0);
    assert_eq!(
        kind(bob.create_inbound_session(&alice.curve25519_key(), &message)),
        OlmErrorKind::UnknownOneTimeKey
    );
}

#[test]
fn a_fallback_key_serves_more_than_once() {
    let mut bob = Account::new();
    assert_eq!(bob.generate_fallback_key(), None);
    let fallback = keys(&bob.fallback_key()).remove(0);
    bob.mark_keys_as_published();
    assert_eq!(bob.fallback_key(), "{}");
    for _ in 0..2 {
        let alice = Account::new();
        let mut session = alice.create_outbound_session(&bob.curve25519_key(), &fallback).unwrap();
        let message = session.encrypt(b"hi").unwrap().ciphertext;
        assert_eq!(
            bob.create_inbound_session(&alice.curve25519_key(), &message)
                .unwrap()
                .plaintext,
            b"hi"
        );
    }
    assert_eq!(bob.generate_fallback_key(), None);
    assert_eq!(bob.generate_fallback_key(), Some(fallback));
    assert!(bob.forget_fallback_key() && !bob.forget_fallback_key());
}

#[test]
fn one_time_keys_have_limits() {
    let mut account = Account::new();
    assert_eq!(account.max_one_time_keys(), 50);
    account.generate_one_time_keys(3).unwrap();
    assert_eq!(
        (keys(&account.one_time_keys()).len(), account.stored_one_time_keys()),
        (3, 3)
    );
    account.mark_keys_as_published();
    assert_eq!(
        (account.one_time_keys().as_str(), account.stored_one_time_keys()),
        ("{}", 3)
    );
    assert_eq!(
        kind(account.generate_one_time_keys(5001)),
        OlmErrorKind::InvalidArgument
    );
}

#[test]
fn signatures_verify_strictly() {
    let account = Account::new();
    let signature = account.sign(b"message");
    assert!(verify_signature(&account.ed25519_key(), b"message", &signature).is_ok());
    assert_eq!(
        kind(verify_signature(&account.ed25519_key(), b"other", &signature)),
        OlmErrorKind::InvalidSignature
    );
    assert_eq!(
        kind(verify_signature(&account.ed25519_key(), b"message", "!")),
        OlmErrorKind::InvalidSignature
    );
    assert_eq!(
        kind(verify_signature("AAAA", b"message", &signature)),
        OlmErrorKind::InvalidKey
    );
}

#[test]
fn a_group_reads_in_any_order_from_where_it_joined() {
    let mut sender = GroupSession::new();
    let mut reader = InboundGroupSession::new(&sender.session_key()).unwrap();
    let messages: Vec<String> = (0..5).map(|number| sender.encrypt(&[number])).collect();
    let mut late = InboundGroupSession::new(&sender.session_key()).unwrap();
    assert_eq!(
        (reader.id(), sender.message_index(), late.first_known_index()),
        (sender.id(), 5, 5)
    );

    for index in [3_u8, 0, 4, 1, 2, 0] {
        let decrypted = reader.decrypt(&messages[usize::from(index)]).unwrap();
        assert_eq!(
            (decrypted.plaintext, decrypted.message_index),
            (vec![index], u32::from(index))
        );
    }
    assert_eq!(kind(late.decrypt(&messages[4])), OlmErrorKind::UnknownMessageIndex);
    let mut stranger = InboundGroupSession::new(&GroupSession::new().session_key()).unwrap();
    assert_eq!(kind(stranger.decrypt(&messages[0])), OlmErrorKind::InvalidSignature);
}

#[test]
fn exported_sessions_compare_and_merge() {
    let mut sender = GroupSession::new();
    let mut full = InboundGroupSession::new(&sender.session_key()).unwrap();
    let first = sender.encrypt(b"first");
    let mut partial = InboundGroupSession::import(&full.export_at(2).unwrap()).unwrap();

    assert_eq!(full.compare(&mut partial), SessionOrdering::Better);
    assert_eq!(partial.compare(&mut full), SessionOrdering::Worse);
    let mut merged = partial.merge(&mut full).unwrap();
    assert_eq!(merged.decrypt(&first).unwrap().plaintext, b"first");
    assert_eq!(full.export_at_first_known_index(), full.export_at(0).unwrap());
    assert!(full.advance_to(1) && !full.advance_to(1));
    assert_eq!(full.export_at_first_known_index(), full.export_at(1).unwrap());
    assert_eq!(kind(full.export_at(0)), OlmErrorKind::UnknownMessageIndex);
    let mut stranger = InboundGroupSession::new(&GroupSession::new().session_key()).unwrap();
    assert_eq!(full.compare(&mut stranger), SessionOrdering::Unconnected);
    assert_eq!(kind(full.merge(&mut stranger)), OlmErrorKind::UnconnectedSessions);
}

#[test]
fn pickles_open_with_their_key_alone() {
    let (mut alice, bob) = pair();
    let mut bob = Session::from_pickle(&bob.pickle(&KEY).unwrap(), &KEY).unwrap();
    let message = alice.encrypt(b"after").unwrap();
    assert_eq!(
        bob.decrypt(message.message_type, &message.ciphertext).unwrap(),
        b"after"
    );
    assert_eq!(
        kind(Session::from_pickle(&bob.pickle(&KEY).unwrap(), &OTHER_KEY)),
        OlmErrorKind::InvalidPickle
    );

    let account = Account::new();
    let restored = Account::from_pickle(&account.pickle(&KEY).unwrap(), &KEY).unwrap();
    assert_eq!(restored.ed25519_key(), account.ed25519_key());
    assert_eq!(
        kind(Account::from_pickle(&account.pickle(&KEY).unwrap(), &OTHER_KEY)),
        OlmErrorKind::InvalidPickle
    );
    assert_eq!(kind(account.pickle(&KEY[1..])), OlmErrorKind::InvalidArgument);

    let mut sender = GroupSession::new();
    let reader = InboundGroupSession::new(&sender.session_key()).unwrap();
    let mut reader = InboundGroupSession::from_pickle(&reader.pickle(&KEY).unwrap(), &KEY).unwrap();
    sender.encrypt(b"0");
    let mut sender = GroupSession::from_pickle(&sender.pickle(&KEY).unwrap(), &KEY).unwrap();
    assert_eq!(reader.decrypt(&sender.encrypt(b"1")).unwrap().message_index, 1);
    assert_eq!(
        kind(GroupSession::from_pickle("AAAA", &KEY)),
        OlmErrorKind::InvalidPickle
    );
    assert_eq!(
        kind(InboundGroupSession::from_pickle("!", &KEY)),
        OlmErrorKind::InvalidPickle
    );
}

#[test]
fn accounts_move_to_libolm_and_back() {
    let account = Account::new();
    let pickle = account.to_libolm_pickle(b"any key").unwrap();
    assert_eq!(
        Account::from_libolm_pickle(&pickle, b"any key")
            .unwrap()
            .curve25519_key(),
        account.curve25519_key()
    );
    assert_eq!(
        kind(Account::from_libolm_pickle(&pickle, b"another")),
        OlmErrorKind::InvalidPickle
    );
    assert_eq!(
        kind(Session::from_libolm_pickle(&pickle, b"any key")),
        OlmErrorKind::InvalidPickle
    );
    assert_eq!(
        kind(GroupSession::from_libolm_pickle("", b"k")),
        OlmErrorKind::InvalidPickle
    );
    assert_eq!(
        kind(InboundGroupSession::from_libolm_pickle("?", b"k")),
        OlmErrorKind::InvalidPickle
    );
}

#[test]
fn both_sides_of_a_verification_show_the_same() {
    let (alice, bob) = (Sas::new(), Sas::new());
    let (alice_key, bob_key) = (alice.public_key(), bob.public_key());
    let (alice, bob) = (
        alice.diffie_hellman(&bob_key).unwrap(),
        bob.diffie_hellman(&alice_key).unwrap(),
    );
    assert_eq!(
        (alice.our_public_key(), alice.their_public_key()),
        (bob.their_public_key(), bob.our_public_key())
    );
    assert_eq!(alice.bytes("info", 6).unwrap(), bob.bytes("info", 6).unwrap());
    assert_ne!(alice.bytes("info", 6).unwrap(), bob.bytes("other info", 6).unwrap());
    assert_eq!(alice.emoji_indices("info"), bob.emoji_indices("info"));
    assert_eq!(alice.decimals("info"), bob.decimals("info"));
    assert_eq!(alice.bytes("info", 6).unwrap(), alice.bytes("info", 8160).unwrap()[..6]);
    assert_eq!(kind(alice.bytes("info", 8161)), OlmErrorKind::InvalidArgument);
    assert_eq!(kind(alice.bytes("info", usize::MAX)), OlmErrorKind::InvalidArgument);
    assert_eq!(
        alice.calculate_mac_invalid_base64("key", "info"),
        bob.calculate_mac_invalid_base64("key", "info")
    );
    let mac = alice.calculate_mac("key", "info");
    assert!(bob.verify_mac("key", "info", &mac).is_ok());
    assert_eq!(kind(bob.verify_mac("other", "info", &mac)), OlmErrorKind::InvalidMac);
    assert_eq!(kind(bob.verify_mac("key", "info", "!")), OlmErrorKind::InvalidMac);
}

#[test]
fn keys_without_a_contribution_are_refused() {
    let zero = "A".repeat(43);
    assert_eq!(kind(Sas::new().diffie_hellman(&zero)), OlmErrorKind::NonContributoryKey);
    assert_eq!(kind(Sas::new().diffie_hellman("short")), OlmErrorKind::InvalidKey);
    assert_eq!(
        kind(Account::new().create_outbound_session(&zero, &zero)),
        OlmErrorKind::NonContributoryKey
    );
    assert_eq!(
        kind(Account::new().create_outbound_session("", "")),
        OlmErrorKind::InvalidKey
    );
}

#[test]
fn garbage_is_told_from_forgery() {
    let (mut alice, mut bob) = pair();
    for garbage in ["", "!", "AAAA", "AwA"] {
        assert_eq!(
            kind(bob.decrypt(0, garbage)),
            OlmErrorKind::MalformedMessage,
            "{garbage}"
        );
        assert_eq!(
            kind(bob.decrypt(1, garbage)),
            OlmErrorKind::MalformedMessage,
            "{garbage}"
        );
        assert_eq!(kind(bob.matches(garbage)), OlmErrorKind::MalformedMessage, "{garbage}");
        assert_eq!(
            kind(InboundGroupSession::new(garbage)),
            OlmErrorKind::InvalidSessionKey,
            "{garbage}"
        );
        assert_eq!(
            kind(InboundGroupSession::import(garbage)),
            OlmErrorKind::InvalidSessionKey,
            "{garbage}"
        );
    }
    assert_eq!(kind(bob.decrypt(2, "AAAA")), OlmErrorKind::MalformedMessage);
    let (mut stranger, _) = pair();
    let foreign = stranger.encrypt(b"x").unwrap();
    assert_eq!(
        kind(bob.decrypt(0, &foreign.ciphertext)),
        OlmErrorKind::DecryptionFailed
    );
    let message = alice.encrypt(b"still works").unwrap();
    assert_eq!(
        bob.decrypt(message.message_type, &message.ciphertext).unwrap(),
        b"still works"
    );
}
