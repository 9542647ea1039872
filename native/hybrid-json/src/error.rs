/// What is wrong with a JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ErrorKind {
    /// The text ends too early, goes on too long, or has a character that does not belong there.
    #[error("not JSON")]
    Syntax,
    /// A string is no UTF-8.
    #[error("a string is not UTF-8")]
    Utf8,
    /// A string escape is unknown or names half of a surrogate pair.
    #[error("a string has an invalid escape")]
    Escape,
    /// A number is not an integer, or lies outside of what canonical JSON allows.
    #[error("a number is not an integer between -(2^53 - 1) and 2^53 - 1")]
    Number,
    /// An object has the same key twice.
    #[error("an object has the same key twice")]
    DuplicateKey,
    /// Nesting exceeds [`Limits::depth`](crate::Limits::depth).
    #[error("nested too deeply")]
    TooDeep,
    /// The text exceeds [`Limits::bytes`](crate::Limits::bytes).
    #[error("too long")]
    TooLarge,
    /// The text is JSON, but no object.
    #[error("not an object")]
    NotAnObject,
}

/// What is wrong with a JSON text, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}, at byte {offset}")]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// The byte at which it was noticed.
    pub offset: usize,
}
