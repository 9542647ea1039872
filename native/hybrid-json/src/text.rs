//! Strings between their quotation marks.

use std::borrow::Cow;

use crate::error::ErrorKind;

/// How many bytes are looked at at once.
const BLOCK: usize = 16;

type Failure = (ErrorKind, usize);

/// Reads a string whose opening quotation mark is already passed. Returns its text, and how many bytes it took including the
/// closing mark.
pub fn read(json: &[u8]) -> Result<(Cow<'_, str>, usize), Failure> {
    let end = plain_length(json);
    match json.get(end) {
        Some(b'"') => Ok((Cow::Borrowed(utf8(&json[..end], 0)?), end + 1)),
        _ => read_escaped(json),
    }
}

fn read_escaped(json: &[u8]) -> Result<(Cow<'_, str>, usize), Failure> {
    let mut content = String::new();
    let mut at = 0;
    loop {
        let length = plain_length(&json[at..]);
        content.push_str(utf8(&json[at..at + length], at)?);
        at += length;
        match json.get(at) {
            Some(b'"') => return Ok((Cow::Owned(content), at + 1)),
            Some(b'\\') => {
                let (character, length) = escape(&json[at..]).map_err(|kind| (kind, at))?;
                content.push(character);
                at += length;
            }
            _ => return Err((ErrorKind::Syntax, at)),
        }
    }
}

/// How many bytes stand for themselves.
fn plain_length(json: &[u8]) -> usize {
    // Whole blocks first, without a way out within one: the compiler makes vector instructions of it.
    let blocks = json
        .chunks_exact(BLOCK)
        .take_while(|block| !block.iter().fold(false, |special, &byte| special | is_special(byte)))
        .count();
    let start = blocks * BLOCK;
    json[start..]
        .iter()
        .position(|&byte| is_special(byte))
        .map_or(json.len(), |length| start + length)
}

fn is_special(byte: u8) -> bool {
    (byte == b'"') | (byte == b'\\') | (byte < 0x20)
}

fn utf8(bytes: &[u8], at: usize) -> Result<&str, Failure> {
    std::str::from_utf8(bytes).map_err(|error| (ErrorKind::Utf8, at + error.valid_up_to()))
}

/// The character of an escape, and the escape's length.
fn escape(json: &[u8]) -> Result<(char, usize), ErrorKind> {
    let simple = match json.get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode_escape(json),
        _ => return Err(ErrorKind::Escape),
    };
    Ok((simple, 2))
}

fn unicode_escape(json: &[u8]) -> Result<(char, usize), ErrorKind> {
    let first = code_unit(json)?;
    if let Some(character) = char::from_u32(first) {
        return Ok((character, 6));
    }
    // A character beyond the basic plane takes two escapes; half of a pair is no character.
    let second = code_unit(json.get(6..).unwrap_or_default())?;
    if !(0xD800..0xDC00).contains(&first) || !(0xDC00..0xE000).contains(&second) {
        return Err(ErrorKind::Escape);
    }
    let code_point = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
    char::from_u32(code_point)
        .map(|character| (character, 12))
        .ok_or(ErrorKind::Escape)
}

fn code_unit(json: &[u8]) -> Result<u32, ErrorKind> {
    match json.get(..6) {
        Some([b'\\', b'u', digits @ ..]) => digits.iter().try_fold(0, |unit, &digit| {
            let digit = char::from(digit).to_digit(16).ok_or(ErrorKind::Escape)?;
            Ok(unit << 4 | digit)
        }),
        _ => Err(ErrorKind::Escape),
    }
}

/// Writes a string with its quotation marks, in the shortest escapes.
pub fn write(out: &mut Vec<u8>, content: &str) {
    out.push(b'"');
    let mut rest = content.as_bytes();
    loop {
        let length = plain_length(rest);
        out.extend_from_slice(&rest[..length]);
        let Some(&byte) = rest.get(length) else { break };
        write_escape(out, byte);
        rest = &rest[length + 1..];
    }
    out.push(b'"');
}

fn write_escape(out: &mut Vec<u8>, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        0x0C => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        _ => {
            out.extend_from_slice(b"\\u00");
            out.push(HEX[usize::from(byte >> 4)]);
            out.push(HEX[usize::from(byte & 15)]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}
