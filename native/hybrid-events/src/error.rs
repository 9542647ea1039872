/// Why an event cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is no JSON object, or not one that the room version takes.
    #[error("{0}")]
    Json(#[from] hybrid_json::Error),
    /// A field is missing or has the wrong type.
    #[error("{0}")]
    Malformed(&'static str),
    /// The event or one of its fields is too long.
    #[error("{what} has {length} bytes, more than {limit}")]
    TooLarge {
        /// What is too long.
        what: &'static str,
        /// Its length, in bytes.
        length: usize,
        /// The limit, in bytes.
        limit: usize,
    },
}
