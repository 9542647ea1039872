//! May this event happen? The authorization rules of room versions 1 to 12, in the order of the specification.
//!
//! Comments that begin with a number name the step of <https://spec.matrix.org/v1.16/rooms/v12/#authorisation-rules>; what
//! another version does differently hangs on a property of [`hybrid_rules::AuthRules`]. Whether servers signed what they
//! claim to have signed is not decided here: that needs their keys.

#![forbid(unsafe_code)]

mod auth_events;
mod authorize;
mod create;
mod event;
mod member;
mod power_level_change;
mod power_levels;
mod redaction;
mod rejection;
mod selection;

pub use auth_events::check_auth_events;
pub use authorize::authorize;
pub use event::{Event, State};
pub use power_levels::{Level, PowerLevels};
pub use rejection::Rejection;
pub use selection::auth_types;

use hybrid_events::{parse_event, Error};
use hybrid_rules::RoomRules;

/// Why no verdict could be reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// The event cannot be read.
    #[error("{0}")]
    Event(Error),
    /// The authorization event at this index cannot be read.
    #[error("authorization event {0}: {1}")]
    AuthEvent(usize, Error),
}

/// Checks an event against the events that authorize it: those that its `auth_events` name, or those of the room's state
/// that [`auth_types`] selects. In rooms whose ID is a hash, the create event comes with them.
///
/// # Errors
/// One of the events cannot be read.
pub fn check<'a>(
    rules: &RoomRules,
    event: &[u8],
    auth_events: impl Iterator<Item = &'a [u8]>,
) -> Result<Result<(), Rejection>, CheckError> {
    let event = parse_event(rules, event).map_err(CheckError::Event)?;
    let event = Event::new(&event).map_err(CheckError::Event)?;
    let parsed = auth_events
        .enumerate()
        .map(|(index, json)| parse_event(rules, json).map_err(|error| CheckError::AuthEvent(index, error)))
        .collect::<Result<Vec<_>, _>>()?;
    let state = parsed
        .iter()
        .enumerate()
        .map(|(index, object)| Event::new(object).map_err(|error| CheckError::AuthEvent(index, error)))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(check_auth_events(rules, event, &state).and_then(|()| authorize(rules, event, state.as_slice())))
}
