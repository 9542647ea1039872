use hybrid_rules::{RoomIdForm, RoomRules};

use crate::event::Event;

/// The types and state keys of the state events that an event names in `auth_events`, as far as the room has them.
///
/// See <https://spec.matrix.org/v1.16/server-server-api/#auth-events-selection>.
pub fn auth_types<'e>(rules: &RoomRules, event: Event<'e>) -> Vec<(&'static str, &'e str)> {
    if event.kind() == "m.room.create" {
        return Vec::new();
    }
    let mut types = Vec::with_capacity(6);
    if rules.room_id == RoomIdForm::Domain {
        types.push(("m.room.create", ""));
    }
    types.push(("m.room.power_levels", ""));
    types.push(("m.room.member", event.sender()));
    if event.kind() == "m.room.member" {
        add_member_types(rules, event, &mut types);
    }
    types
}

fn add_member_types<'e>(rules: &RoomRules, event: Event<'e>, types: &mut Vec<(&'static str, &'e str)>) {
    let mut add = |kind, state_key| {
        if !types.contains(&(kind, state_key)) {
            types.push((kind, state_key));
        }
    };
    if let Some(target) = event.state_key() {
        add("m.room.member", target);
    }
    let content = event.content();
    let membership = event.membership();
    if matches!(membership, Some("join" | "invite" | "knock")) {
        add("m.room.join_rules", "");
    }
    if membership == Some("invite") {
        let signed = content
            .get_object("third_party_invite")
            .and_then(|invite| invite.get_object("signed"));
        if let Some(token) = signed.and_then(|signed| signed.get_str("token")) {
            add("m.room.third_party_invite", token);
        }
    }
    if membership == Some("join") && rules.auth.restricted {
        if let Some(authorizer) = content.get_str("join_authorised_via_users_server") {
            add("m.room.member", authorizer);
        }
    }
}
