//! JSON as Matrix signs it: one parser with limits, and the canonical encoding of what it read.
//!
//! Parsing sorts the keys of every object, so that writing is a single walk. Strings without escapes are borrowed from
//! the input. See <https://spec.matrix.org/v1.16/appendices/#canonical-json>.

#![forbid(unsafe_code)]

mod error;
mod float;
mod parse;
mod text;
mod value;
mod write;

pub use error::{Error, ErrorKind};
pub use parse::{parse, parse_object, Limits, Strictness};
pub use value::{Object, Value};

/// The largest integer of canonical JSON, 2^53 - 1; the smallest is its negation.
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// The canonical form of a JSON text.
///
/// # Errors
/// The text is no JSON, breaks a limit, or has a number or a repeated key that `strictness` refuses.
pub fn canonicalize(json: &[u8], strictness: Strictness) -> Result<Vec<u8>, Error> {
    let value = parse(json, strictness, Limits::default())?;
    let mut canonical = Vec::with_capacity(json.len());
    value.write(&mut canonical);
    Ok(canonical)
}
