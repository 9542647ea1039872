use std::collections::{BTreeMap, BTreeSet};

use hybrid_json::Object;
use hybrid_rules::{EventIdForm, RoomRules};

use crate::format::parse_event;
use crate::identifiers::server_of;

const ALGORITHM: &str = "ed25519:";

/// The servers whose signatures an event needs: the sender's, unless the event is an invitation that a third party signed; the
/// one that chose the event's ID; and that of the user who authorized a restricted join.
///
/// See <https://spec.matrix.org/v1.16/server-server-api/#validating-hashes-and-signatures-on-received-events>.
pub fn signers<'e>(rules: &RoomRules, event: &'e Object<'_>) -> Vec<&'e str> {
    let mut servers = Vec::with_capacity(2);
    let mut add = |server: Option<&'e str>| {
        if let Some(server) = server.filter(|server| !servers.contains(server)) {
            servers.push(server);
        }
    };
    let content = event.get_object("content");
    let membership = content.and_then(|content| content.get_str("membership"));
    let is_member = event.get_str("type") == Some("m.room.member");
    let is_third_party_invite = is_member
        && membership == Some("invite")
        && content.is_some_and(|content| content.contains("third_party_invite"));
    if !is_third_party_invite {
        add(event.get_str("sender").and_then(server_of));
    }
    if rules.event_id == EventIdForm::Chosen {
        add(event.get_str("event_id").and_then(server_of));
    }
    if rules.auth.restricted && is_member && membership == Some("join") {
        add(content
            .and_then(|content| content.get_str("join_authorised_via_users_server"))
            .and_then(server_of));
    }
    servers
}

/// The keys by which a server signed the object, as far as their algorithm is known.
pub(crate) fn key_ids<'e>(event: &'e Object<'_>, server: &str) -> impl Iterator<Item = &'e str> {
    event
        .get_object("signatures")
        .and_then(|signatures| signatures.get_object(server))
        .into_iter()
        .flat_map(|signatures| signatures.iter().map(|(key_id, _)| key_id))
        .filter(|key_id| key_id.starts_with(ALGORITHM))
}

/// The keys that checking these events takes: for each server that must have signed, the IDs that it signed with. Events that
/// cannot be read name none.
pub fn named_keys(rules: &RoomRules, events: &[&[u8]]) -> BTreeMap<String, BTreeSet<String>> {
    let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for json in events {
        let Ok(event) = parse_event(rules, json) else { continue };
        for server in signers(rules, &event) {
            for key_id in key_ids(&event, server) {
                let known = named.get(server).is_some_and(|keys| keys.contains(key_id));
                if !known {
                    named.entry(server.to_owned()).or_default().insert(key_id.to_owned());
                }
            }
        }
    }
    named
}
