//! Room versions.

use hybrid_rules::{EventIdForm, PowerLevelNotation, RoomIdForm, RoomRules, ALL};

use crate::boundary::{boundary, Failure};
use crate::status::Status;
use crate::views::{ByteView, Out};

/// What the managed side needs to know of a room version. A flag is 0 or 1.
#[repr(C)]
pub struct RoomVersionFlags {
    /// The identifier; it stays readable for good.
    pub id: ByteView,
    /// The room ID is the hash of the create event.
    pub room_id_is_create_hash: u8,
    /// Creators stand above every power level.
    pub creators_have_infinite_power: u8,
    /// `redacts` is in the content of a redaction.
    pub redacts_in_content: u8,
    /// `creator` is in the content of the create event.
    pub creator_in_content: u8,
    /// Users can knock.
    pub supports_knock: u8,
    /// The join rule `restricted`.
    pub supports_restricted: u8,
    /// The join rule `knock_restricted`.
    pub supports_knock_restricted: u8,
    /// Power levels are integers only.
    pub integer_power_levels: u8,
    /// Servers choose the IDs of their events.
    pub event_id_is_chosen: u8,
}

/// Writes what there is to know of a room version. `index` counts from 0, oldest first; the first that is too large gives
/// [`Status::InvalidArgument`].
///
/// # Safety
/// `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_rules_describe(index: usize, out: *mut RoomVersionFlags) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let out = unsafe { Out::new(out)? };
        let rules = ALL
            .get(index)
            .ok_or_else(|| Failure::new(Status::InvalidArgument, "there is no such room version"))?;
        out.write(flags(rules));
        Ok(())
    })
}

fn flags(rules: &'static RoomRules) -> RoomVersionFlags {
    RoomVersionFlags {
        id: ByteView {
            ptr: rules.id.as_ptr(),
            len: rules.id.len(),
        },
        room_id_is_create_hash: (rules.room_id == RoomIdForm::CreateEventHash).into(),
        creators_have_infinite_power: rules.auth.privileged_creators.into(),
        redacts_in_content: rules.redacts_in_content.into(),
        creator_in_content: rules.auth.creator_in_content.into(),
        supports_knock: rules.auth.knock.into(),
        supports_restricted: rules.auth.restricted.into(),
        supports_knock_restricted: rules.auth.knock_restricted.into(),
        integer_power_levels: (rules.auth.power_levels == PowerLevelNotation::Integers).into(),
        event_id_is_chosen: (rules.event_id == EventIdForm::Chosen).into(),
    }
}

/// The rules that a version names.
pub(crate) fn rules_of(version: &str) -> Result<&'static RoomRules, Failure> {
    RoomRules::find(version).ok_or_else(|| {
        Failure::new(
            Status::EventRoomVersionUnknown,
            format_args!("room version '{version}'"),
        )
    })
}
