use hybrid_json::{Object, Value};
use hybrid_signing::{verify_json, PublicKey};

use crate::authorize::Room;
use crate::event::{Event, State};
use crate::rejection::{reject, require, Rejection};

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
    require(
        public_keys(issued.content()).any(|key| is_signed_by(signed, &key)),
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

fn is_signed_by(signed: &Object<'_>, key: &PublicKey) -> bool {
    let entities = signed.get_object("signatures").into_iter().flat_map(Object::iter);
    entities
        .filter_map(|(entity, signatures)| Some((entity, signatures.as_object()?)))
        .flat_map(|(entity, signatures)| signatures.iter().map(move |(key_id, _)| (entity, key_id)))
        .any(|(entity, key_id)| key_id.starts_with("ed25519:") && verify_json(signed, entity, key_id, key))
}
