use hybrid_json::{Object, Value};
use hybrid_signing::{signed_bytes, PublicKey, Signature};

use crate::authorize::Room;
use crate::event::{Event, State};
use crate::rejection::{reject, require, Rejection};

/// How many pairs of a key and a signature are tried. An identity server has a key or two and signs once. No event has room for
/// 1 100 keys or for 650 signatures, so that one signature is tried with all keys, and one key with all signatures; but an event
/// full of signatures against one full of keys would take half a minute. (Synapse tries one signature with each key.)
const MAX_TRIALS: usize = 2048;

/// 5.4.1. An `invite` on behalf of an identity server.
pub fn check<'e, S: State<'e> + ?Sized>(
    room: &Room<'e, '_, S>,
    event: Event<'e>,
    target: &str,
    invite: &Value<'_>,
) -> Result<(), Rejection> {
    // 5.4.1.1. The banned.
    require(
        room.membership(target) != "ban",
        "m.room.member: the invited user is banned",
    )?;
    // 5.4.1.2. The signed part.
    let Some(signed) = invite.as_object().and_then(|invite| invite.get_object("signed")) else {
        return reject("m.room.member: third_party_invite has no signed part");
    };
    // 5.4.1.3. Its fields.
    let (Some(mxid), Some(token)) = (signed.get_str("mxid"), signed.get_str("token")) else {
        return reject("m.room.member: the signed part has no mxid or no token");
    };
    // 5.4.1.4. The user it is for.
    require(
        mxid == target,
        "m.room.member: the third-party invite is for somebody else",
    )?;
    // 5.4.1.5. The event it answers.
    let Some(issued) = room.state.find("m.room.third_party_invite", token) else {
        return reject("m.room.member: there is no m.room.third_party_invite with this token");
    };
    // 5.4.1.6. Its sender.
    require(
        issued.sender() == event.sender(),
        "m.room.member: the third-party invite was sent by somebody else",
    )?;
    // 5.4.1.7 and 5.4.1.8. Any signature by any of its keys.
    let covered = signed_bytes(signed);
    let signatures: Vec<Signature> = signatures(signed).take(MAX_TRIALS).collect();
    let mut keys = public_keys(issued.content()).take(MAX_TRIALS / signatures.len().max(1));
    let is_signed = keys.any(|key| signatures.iter().any(|signature| key.verifies(&covered, signature)));
    require(
        is_signed,
        "m.room.member: no key of the m.room.third_party_invite signed the third-party invite",
    )
}

fn public_keys<'c>(content: &'c Object<'c>) -> impl Iterator<Item = PublicKey> + 'c {
    let listed = content.get("public_keys").and_then(Value::as_array).unwrap_or_default();
    content
        .get_str("public_key")
        .into_iter()
        .chain(
            listed
                .iter()
                .filter_map(|entry| entry.as_object()?.get_str("public_key")),
        )
        .filter_map(|text| PublicKey::from_base64(text).ok())
}

fn signatures<'s>(signed: &'s Object<'s>) -> impl Iterator<Item = Signature> + 's {
    let entities = signed.get_object("signatures").into_iter().flat_map(Object::iter);
    entities
        .filter_map(|(_, signatures)| signatures.as_object())
        .flat_map(Object::iter)
        .filter(|(key_id, _)| key_id.starts_with("ed25519:"))
        .filter_map(|(_, signature)| Signature::from_base64(signature.as_str()?).ok())
}
