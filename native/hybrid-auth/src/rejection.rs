use std::borrow::Cow;
use std::fmt::{Display, Formatter};

/// Why an event is not allowed, in words for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection(Cow<'static, str>);

impl Rejection {
    /// The words.
    pub fn reason(&self) -> &str {
        &self.0
    }
}

impl Display for Rejection {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Rejects with these words.
pub(crate) fn reject<T>(reason: impl Into<Cow<'static, str>>) -> Result<T, Rejection> {
    Err(Rejection(reason.into()))
}

/// Rejects with these words unless the condition holds.
pub(crate) fn require(condition: bool, reason: &'static str) -> Result<(), Rejection> {
    if condition {
        Ok(())
    } else {
        reject(reason)
    }
}
