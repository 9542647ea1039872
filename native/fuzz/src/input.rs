//! Cutting an input into the arguments of a target.

use hybrid_rules::{RoomRules, ALL};

/// Splits off the first line, which need not be there.
pub fn line<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let end = rest.iter().position(|&byte| byte == b'\n');
    let (line, after) = match end {
        Some(end) => (&rest[..end], &rest[end + 1..]),
        None => (*rest, &[][..]),
    };
    *rest = after;
    line
}

/// Splits off the first line as text, as far as it is that.
pub fn text<'a>(rest: &mut &'a [u8]) -> &'a str {
    let line = line(rest);
    match std::str::from_utf8(line) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&line[..error.valid_up_to()]).unwrap_or_default(),
    }
}

/// Splits off the number of a room version. Every line means one.
pub fn rules(rest: &mut &[u8]) -> &'static RoomRules {
    let line = text(rest);
    RoomRules::find(line).unwrap_or_else(|| ALL[line.bytes().map(usize::from).sum::<usize>() % ALL.len()])
}

/// Splits off a byte; zero where there is none left.
pub fn byte(rest: &mut &[u8]) -> u8 {
    match rest.split_first() {
        Some((&byte, after)) => {
            *rest = after;
            byte
        }
        None => 0,
    }
}

/// Splits off a byte, as one of `count` choices.
pub fn choice(rest: &mut &[u8], count: usize) -> usize {
    usize::from(byte(rest)) % count
}

/// Splits off up to `length` bytes.
pub fn bytes<'a>(rest: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (bytes, after) = rest.split_at(length.min(rest.len()));
    *rest = after;
    bytes
}
