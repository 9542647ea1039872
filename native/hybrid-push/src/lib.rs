//! Push rules of the client-server API, chapter "Push notifications", as of Matrix 1.19.
//!
//! A user's rules are compiled once into a [`RuleSet`]. An event is read once into an [`Event`], and an [`Evaluator`]
//! answers for any number of members what their rules make of it. Members that share a rule set share its work: what does
//! not depend on the member is decided for the first of them. An [`Audience`] keeps the members of a room between events, and
//! names only those whom an event concerns in another way than everyone.

#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod action;
mod audience;
#[cfg(test)]
mod audience_tests;
mod condition;
mod defaults;
mod evaluate;
#[cfg(test)]
mod evaluate_tests;
mod event;
mod glob;
mod path;
mod rules;
mod shape;
mod shift_and;
mod slab;
#[cfg(test)]
mod test_room;
mod words;

pub use action::Verdict;
pub use audience::{Audience, Outcome};
pub use defaults::default_rules;
pub use evaluate::{Evaluator, Member, Room};
pub use event::Event;
pub use rules::{Rule, RuleSet};

/// Why rules or an event cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// The event is not JSON, or not an object.
    #[error("the event is not a JSON object: {0}")]
    Event(#[source] serde_json::Error),
    /// The rules are not JSON, or not of the shape that the specification gives a rule set.
    #[error("the push rules cannot be read: {0}")]
    Rules(#[source] serde_json::Error),
    /// A content rule has no pattern.
    #[error("the content rule {0:?} has no pattern")]
    MissingPattern(String),
}
