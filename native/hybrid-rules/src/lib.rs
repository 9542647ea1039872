//! Room versions as data, each written as the one before, except for what it changed.
//!
//! Nothing else in Hybrid compares version numbers: code asks for the property it depends on.
//! See <https://spec.matrix.org/v1.16/rooms/>.

#![forbid(unsafe_code)]

mod versions;

pub use versions::ALL;

/// How an event gets its ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventIdForm {
    /// The event carries an ID that its server chose, and refers to others by pairs of ID and hash.
    Chosen,
    /// `$` and the reference hash in base64.
    Hash,
    /// `$` and the reference hash in URL-safe base64.
    UrlSafeHash,
}

/// What a room ID is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomIdForm {
    /// An opaque part and the domain of the server that made the room.
    Domain,
    /// The ID of the create event with `!` for its sigil; that event has no `room_id`, and no event refers to it.
    CreateEventHash,
}

/// Which state resolution algorithm applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateResolution {
    /// Conflicts are settled type by type, by depth.
    V1,
    /// Power events first, then the rest by mainline.
    V2,
    /// Version 2, starting from an empty state and including the conflicted subgraph.
    V2_1,
}

/// Which notations of a power level are taken, other than integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PowerLevelNotation {
    /// Strings that hold an integer, and floats, which lose their fraction.
    StringsAndFloats,
    /// Strings that hold an integer.
    Strings,
    /// None.
    Integers,
}

/// What survives a redaction, other than what survives in every version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedactionRules {
    /// The fields `origin`, `membership` and `prev_state` of the event.
    pub keeps_obsolete_fields: bool,
    /// `aliases` of `m.room.aliases`.
    pub keeps_aliases: bool,
    /// `allow` of `m.room.join_rules`.
    pub keeps_allow: bool,
    /// `join_authorised_via_users_server` of `m.room.member`.
    pub keeps_join_authorized: bool,
    /// `signed` in `third_party_invite` of `m.room.member`.
    pub keeps_third_party_signed: bool,
    /// All of `m.room.create`, rather than `creator` only.
    pub keeps_create: bool,
    /// `invite` of `m.room.power_levels`.
    pub keeps_invite_level: bool,
    /// `redacts` of `m.room.redaction`.
    pub keeps_redacts: bool,
}

/// What the authorization rules depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthRules {
    /// `m.room.aliases` has a rule of its own: its state key is the sender's domain.
    pub special_aliases: bool,
    /// `m.room.redaction` has a rule of its own.
    pub special_redaction: bool,
    /// The levels in `notifications` are protected like those in `events`.
    pub protects_notifications: bool,
    /// Users can knock: the join rule and the membership `knock`.
    pub knock: bool,
    /// The join rule `restricted`.
    pub restricted: bool,
    /// The join rule `knock_restricted`.
    pub knock_restricted: bool,
    /// The creator is named by `creator` in the content of the create event, rather than being its sender.
    pub creator_in_content: bool,
    /// Creators, `additional_creators` among them, stand above every power level.
    pub privileged_creators: bool,
    /// How a power level may be written.
    pub power_levels: PowerLevelNotation,
}

/// A room version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomRules {
    /// The version's identifier.
    pub id: &'static str,
    /// How events get their IDs.
    pub event_id: EventIdForm,
    /// What the room ID is.
    pub room_id: RoomIdForm,
    /// The state resolution algorithm.
    pub state_resolution: StateResolution,
    /// A signing key must have been valid when the event was sent.
    pub enforces_key_validity: bool,
    /// Events that are not canonical JSON are refused.
    pub enforces_canonical_json: bool,
    /// `redacts` is a part of the content of `m.room.redaction`, rather than a field of the event.
    pub redacts_in_content: bool,
    /// What survives a redaction.
    pub redaction: RedactionRules,
    /// What the authorization rules depend on.
    pub auth: AuthRules,
}

impl RoomRules {
    /// The rules of a version that Hybrid knows.
    pub fn find(id: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|rules| rules.id == id)
    }
}
