//! events
#![forbid(unsafe_code)]
