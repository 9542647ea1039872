//! Olm, Megolm and SAS. The first line says what the rest is: raw bytes, which the target encodes and encrypts as the
//! protocol does. Built by `run.sh`, `vodozemac` believes every MAC and signature, so that the fuzzer gets behind them.

use std::sync::LazyLock;

use hybrid_olm::{verify_signature, Account, GroupSession, InboundGroupSession, OlmError, Sas, Session};
use serde_json::Value;
use vodozemac::base64_encode;
use vodozemac::hazmat::Cipher;

use crate::input;

const KEY: [u8; 32] = [7; 32];

/// Pickles whose keys serve for nothing else.
static VECTORS: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../tests/vectors/libolm.json")).unwrap());

pub fn run(input: &[u8]) {
    let mut rest = input;
    let what = input::text(&mut rest);
    let encoded = base64_encode(rest);
    match what {
        "olm pre-key message" => olm_message(0, &encoded),
        "olm message" => olm_message(1, &encoded),
        "megolm message" => megolm_message(&encoded),
        "session key" => drop(InboundGroupSession::new(&encoded).map(check_inbound_group_session)),
        "exported key" => drop(InboundGroupSession::import(&encoded).map(check_inbound_group_session)),
        "account" => pickled(rest, Account::from_pickle, Account::pickle, use_account),
        "session" => pickled(rest, Session::from_pickle, Session::pickle, use_session),
        "group session" => pickled(rest, GroupSession::from_pickle, GroupSession::pickle, use_group_session),
        "inbound group session" => pickled(
            rest,
            InboundGroupSession::from_pickle,
            InboundGroupSession::pickle,
            use_inbound_group_session,
        ),
        "libolm account" => pickled(rest, Account::from_libolm_pickle, Account::pickle, use_account),
        "libolm session" => pickled(rest, Session::from_libolm_pickle, Session::pickle, use_session),
        "libolm group session" => pickled(
            rest,
            GroupSession::from_libolm_pickle,
            GroupSession::pickle,
            use_group_session,
        ),
        "libolm inbound group session" => pickled(
            rest,
            InboundGroupSession::from_libolm_pickle,
            InboundGroupSession::pickle,
            use_inbound_group_session,
        ),
        "sas" => sas(rest),
        _ => any_text(rest),
    }
}

fn vector(object: &str, name: &str) -> &'static str {
    VECTORS[object][name].as_str().unwrap()
}

/// The thing of libolm's that the vectors pickle.
fn known<T>(object: &str, from_libolm_pickle: fn(&str, &[u8]) -> Result<T, OlmError>) -> T {
    from_libolm_pickle(
        vector(object, "pickle"),
        VECTORS["pickle_key"].as_str().unwrap().as_bytes(),
    )
    .unwrap()
}

fn olm_message(message_type: u32, encoded: &str) {
    let mut session = known("session", Session::from_libolm_pickle);
    let _ = session.matches(encoded);
    if session.decrypt(message_type, encoded).is_ok() {
        use_session(session);
    }
    let mut account = known("account", Account::from_libolm_pickle);
    let before = account.stored_one_time_keys();
    match account.create_inbound_session(vector("account", "sender"), encoded) {
        Ok(inbound) => use_session(inbound.session),
        // A message that says nothing uses no key up.
        Err(_) => assert_eq!(account.stored_one_time_keys(), before),
    }
}

fn megolm_message(encoded: &str) {
    let mut session = known("inbound_group_session", InboundGroupSession::from_libolm_pickle);
    let first = session.first_known_index();
    if let Ok(decrypted) = session.decrypt(encoded) {
        assert!(decrypted.message_index >= first);
        assert_eq!(session.decrypt(encoded).unwrap(), decrypted);
    }
    assert_eq!(session.first_known_index(), first);
}

/// Restores from what an owner of the key may have pickled, uses it, and pickles it again.
fn pickled<T>(
    content: &[u8],
    restore: fn(&str, &[u8]) -> Result<T, OlmError>,
    pickle: fn(&T, &[u8]) -> Result<String, OlmError>,
    using: fn(T),
) {
    let text = base64_encode(Cipher::new_pickle(&KEY).encrypt_pickle(content));
    if let Ok(restored) = restore(&text, &KEY) {
        pickle(&restored, &KEY).unwrap();
        using(restored);
    }
}

fn use_account(mut account: Account) {
    let signature = account.sign(b"message");
    verify_signature(&account.ed25519_key(), b"message", &signature).unwrap();
    account.generate_one_time_keys(1).unwrap();
    account.generate_fallback_key();
    account.one_time_keys();
    account.mark_keys_as_published();
    assert_eq!(account.one_time_keys(), "{}");
    account.forget_fallback_key();
    let _ = account.create_inbound_session(
        vector("account", "sender"),
        VECTORS["account"]["pre_key_message"]["body"].as_str().unwrap(),
    );
    let _ = account.to_libolm_pickle(&KEY);
}

fn use_session(mut session: Session) {
    session.id();
    let _ = session.decrypt(1, VECTORS["session"]["messages"][0]["body"].as_str().unwrap());
    let _ = session.encrypt(b"message");
    let _ = session.encrypt(b"");
    Session::from_pickle(&session.pickle(&KEY).unwrap(), &KEY).unwrap();
}

fn use_group_session(mut session: GroupSession) {
    let mut inbound = InboundGroupSession::new(&session.session_key()).unwrap();
    let index = session.message_index();
    if index < u32::MAX {
        let message = session.encrypt(b"message");
        let decrypted = inbound.decrypt(&message).unwrap();
        assert_eq!(
            (decrypted.plaintext.as_slice(), decrypted.message_index),
            (&b"message"[..], index)
        );
        assert_eq!(session.message_index(), index + 1);
    }
    assert_eq!(inbound.id(), session.id());
}

/// A pickle holds more than one ratchet. Nothing says that those of a stranger's agree, so nothing is asked but to survive.
fn use_inbound_group_session(mut session: InboundGroupSession) {
    let first = session.first_known_index();
    let _ = session.decrypt(
        VECTORS["inbound_group_session"]["messages"][0]["ciphertext"]
            .as_str()
            .unwrap(),
    );
    if let Some(mut imported) = session
        .export_at(first)
        .ok()
        .and_then(|key| InboundGroupSession::import(&key).ok())
    {
        session.compare(&mut imported);
        let _ = session.merge(&mut imported);
    }
    session.advance_to(first.saturating_add(1000));
}

fn check_inbound_group_session(mut session: InboundGroupSession) {
    let first = session.first_known_index();
    assert!(first == 0 || session.export_at(first - 1).is_err());
    let exported = session.export_at(first).unwrap();
    let mut imported = InboundGroupSession::import(&exported).unwrap();
    assert_eq!(imported.export_at(first).unwrap(), exported);
    let later = first.saturating_add(1000);
    assert_eq!(imported.export_at(later).unwrap(), session.export_at(later).unwrap());
    let mut merged = session.merge(&mut imported).unwrap();
    session.compare(&mut merged);
    assert_eq!(merged.first_known_index(), first);
    assert_eq!(session.advance_to(later), later > first);
    assert_eq!(session.first_known_index(), later);
    use_inbound_group_session(session);
}

fn sas(rest: &[u8]) {
    let (key, mac) = rest.split_at(rest.len().min(32));
    if let Ok(established) = Sas::new().diffie_hellman(&base64_encode(key)) {
        assert_eq!(established.their_public_key(), base64_encode(key));
        let info = String::from_utf8_lossy(mac);
        assert!(established.bytes(&info, 32).is_ok_and(|bytes| bytes.len() == 32));
        assert!(established.emoji_indices(&info).iter().all(|&index| index < 64));
        assert!(established
            .decimals(&info)
            .iter()
            .all(|number| (1000..=9191).contains(number)));
        let own = established.calculate_mac(&info, "info");
        established.verify_mac(&info, "info", &own).unwrap();
        let _ = established.verify_mac(&info, "info", &base64_encode(mac));
    }
}

/// What is no base64 or not what it should be is told so by everything that takes text.
fn any_text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    olm_message(0, &text);
    olm_message(1, &text);
    megolm_message(&text);
    let account = known("account", Account::from_libolm_pickle);
    let _ = account.create_outbound_session(&text, &account.curve25519_key());
    let _ = account.create_outbound_session(&account.curve25519_key(), &text);
    let _ = verify_signature(&text, b"", &text);
    let _ = InboundGroupSession::new(&text);
    let _ = InboundGroupSession::import(&text);
    let _ = Account::from_pickle(&text, &KEY);
    let _ = Session::from_pickle(&text, &KEY);
    let _ = GroupSession::from_pickle(&text, &KEY);
    let _ = InboundGroupSession::from_pickle(&text, &KEY);
    let _ = Account::from_libolm_pickle(&text, bytes);
    let _ = Session::from_libolm_pickle(&text, bytes);
    let _ = GroupSession::from_libolm_pickle(&text, bytes);
    let _ = InboundGroupSession::from_libolm_pickle(&text, bytes);
    let _ = Sas::new().diffie_hellman(&text);
}
