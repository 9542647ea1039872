use hybrid_json::{Object, Value};
use hybrid_rules::RoomRules;

const KEPT_FIELDS: [&str; 12] = [
    "auth_events",
    "content",
    "depth",
    "event_id",
    "hashes",
    "origin_server_ts",
    "prev_events",
    "room_id",
    "sender",
    "signatures",
    "state_key",
    "type",
];
const OBSOLETE_FIELDS: [&str; 3] = ["membership", "origin", "prev_state"];
const KEPT_POWER_LEVELS: [&str; 8] = [
    "ban",
    "events",
    "events_default",
    "kick",
    "redact",
    "state_default",
    "users",
    "users_default",
];

/// What remains of an event after its redaction. Signatures and the IDs of events cover this form.
pub fn redact<'a>(rules: &RoomRules, mut event: Object<'a>) -> Object<'a> {
    event.retain(|field| {
        KEPT_FIELDS.contains(&field) || (rules.redaction.keeps_obsolete_fields && OBSOLETE_FIELDS.contains(&field))
    });
    let content = match event.remove("content") {
        Some(Value::Object(content)) => redact_content(rules, event.get_str("type").unwrap_or_default(), content),
        _ => Object::default(),
    };
    event.insert("content", Value::Object(content));
    event
}

fn redact_content<'a>(rules: &RoomRules, kind: &str, mut content: Object<'a>) -> Object<'a> {
    let redaction = &rules.redaction;
    match kind {
        "m.room.member" => {
            let third_party_signed = match content.remove("third_party_invite") {
                Some(Value::Object(mut invite)) if redaction.keeps_third_party_signed => invite.remove("signed"),
                _ => None,
            };
            content.retain(|key| {
                key == "membership" || (redaction.keeps_join_authorized && key == "join_authorised_via_users_server")
            });
            if let Some(signed) = third_party_signed {
                content.object_entry("third_party_invite").insert("signed", signed);
            }
        }
        "m.room.create" if redaction.keeps_create => {}
        "m.room.create" => content.retain(|key| key == "creator"),
        "m.room.join_rules" => content.retain(|key| key == "join_rule" || (redaction.keeps_allow && key == "allow")),
        "m.room.power_levels" => {
            content.retain(|key| KEPT_POWER_LEVELS.contains(&key) || (redaction.keeps_invite_level && key == "invite"))
        }
        "m.room.aliases" if redaction.keeps_aliases => content.retain(|key| key == "aliases"),
        "m.room.history_visibility" => content.retain(|key| key == "history_visibility"),
        "m.room.redaction" if redaction.keeps_redacts => content.retain(|key| key == "redacts"),
        _ => content.retain(|_| false),
    }
    content
}
