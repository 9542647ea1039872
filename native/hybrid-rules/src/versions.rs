use crate::{AuthRules, EventIdForm, PowerLevelNotation, RedactionRules, RoomIdForm, RoomRules, StateResolution};

/// Every version, oldest first.
pub const ALL: [&RoomRules; 12] = [&V1, &V2, &V3, &V4, &V5, &V6, &V7, &V8, &V9, &V10, &V11, &V12];

const V1: RoomRules = RoomRules {
    id: "1",
    event_id: EventIdForm::Chosen,
    room_id: RoomIdForm::Domain,
    state_resolution: StateResolution::V1,
    enforces_key_validity: false,
    enforces_canonical_json: false,
    redacts_in_content: false,
    redaction: RedactionRules {
        keeps_obsolete_fields: true,
        keeps_aliases: true,
        keeps_allow: false,
        keeps_join_authorized: false,
        keeps_third_party_signed: false,
        keeps_create: false,
        keeps_invite_level: false,
        keeps_redacts: false,
    },
    auth: AuthRules {
        special_aliases: true,
        special_redaction: true,
        protects_notifications: false,
        knock: false,
        restricted: false,
        knock_restricted: false,
        creator_in_content: true,
        privileged_creators: false,
        power_levels: PowerLevelNotation::StringsAndFloats,
    },
};

const V2: RoomRules = RoomRules {
    id: "2",
    state_resolution: StateResolution::V2,
    ..V1
};

const V3: RoomRules = RoomRules {
    id: "3",
    event_id: EventIdForm::Hash,
    auth: AuthRules {
        special_redaction: false,
        ..V2.auth
    },
    ..V2
};

const V4: RoomRules = RoomRules {
    id: "4",
    event_id: EventIdForm::UrlSafeHash,
    ..V3
};

const V5: RoomRules = RoomRules {
    id: "5",
    enforces_key_validity: true,
    ..V4
};

const V6: RoomRules = RoomRules {
    id: "6",
    enforces_canonical_json: true,
    redaction: RedactionRules {
        keeps_aliases: false,
        ..V5.redaction
    },
    auth: AuthRules {
        special_aliases: false,
        protects_notifications: true,
        power_levels: PowerLevelNotation::Strings,
        ..V5.auth
    },
    ..V5
};

const V7: RoomRules = RoomRules {
    id: "7",
    auth: AuthRules { knock: true, ..V6.auth },
    ..V6
};

const V8: RoomRules = RoomRules {
    id: "8",
    redaction: RedactionRules {
        keeps_allow: true,
        ..V7.redaction
    },
    auth: AuthRules {
        restricted: true,
        ..V7.auth
    },
    ..V7
};

const V9: RoomRules = RoomRules {
    id: "9",
    redaction: RedactionRules {
        keeps_join_authorized: true,
        ..V8.redaction
    },
    ..V8
};

const V10: RoomRules = RoomRules {
    id: "10",
    auth: AuthRules {
        knock_restricted: true,
        power_levels: PowerLevelNotation::Integers,
        ..V9.auth
    },
    ..V9
};

const V11: RoomRules = RoomRules {
    id: "11",
    redacts_in_content: true,
    redaction: RedactionRules {
        keeps_obsolete_fields: false,
        keeps_third_party_signed: true,
        keeps_create: true,
        keeps_invite_level: true,
        keeps_redacts: true,
        ..V10.redaction
    },
    auth: AuthRules {
        creator_in_content: false,
        ..V10.auth
    },
    ..V10
};

const V12: RoomRules = RoomRules {
    id: "12",
    room_id: RoomIdForm::CreateEventHash,
    state_resolution: StateResolution::V2_1,
    auth: AuthRules {
        privileged_creators: true,
        ..V11.auth
    },
    ..V11
};

#[cfg(test)]
mod tests {
    use crate::{RoomRules, ALL};

    #[test]
    fn versions_are_found_by_their_own_id_only() {
        for (index, rules) in ALL.iter().enumerate() {
            assert_eq!(rules.id, (index + 1).to_string());
            assert_eq!(RoomRules::find(rules.id), Some(*rules));
        }
        for unknown in ["", "0", "13", "01", "org.matrix.msc1234"] {
            assert_eq!(RoomRules::find(unknown), None);
        }
    }

    #[test]
    fn what_a_version_brings_stays() {
        type Property = fn(&RoomRules) -> bool;
        let since: [(Property, usize); 8] = [
            (|rules| rules.enforces_key_validity, 5),
            (|rules| rules.enforces_canonical_json, 6),
            (|rules| rules.auth.knock, 7),
            (|rules| rules.auth.restricted, 8),
            (|rules| rules.redaction.keeps_join_authorized, 9),
            (|rules| rules.auth.knock_restricted, 10),
            (|rules| rules.redacts_in_content, 11),
            (|rules| rules.auth.privileged_creators, 12),
        ];
        for (property, first) in since {
            for (index, rules) in ALL.iter().enumerate() {
                assert_eq!(property(rules), index + 1 >= first, "since {first}, in {}", rules.id);
            }
        }
    }
}
