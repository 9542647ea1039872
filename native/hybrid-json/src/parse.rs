use std::borrow::Cow;

use crate::error::{Error, ErrorKind};
use crate::float;
use crate::text;
use crate::value::{Object, Value};
use crate::MAX_INTEGER;

/// Which deviations from canonical JSON are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// Only integers between -(2^53 - 1) and 2^53 - 1 without fraction or exponent (`-0` counts as `0`), and no key twice.
    /// What room versions 6 and later enforce.
    Strict,
    /// Any number, but no key twice. Numbers that canonical JSON does not know are written as the servers that made the rooms
    /// of versions 1 to 5 write them.
    AnyNumber,
    /// Any number, and the last of equal keys wins: rooms of versions 1 to 5 hold such events.
    Lenient,
}

/// What hostile input may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The longest text, in bytes.
    pub bytes: usize,
    /// The deepest nesting of objects and arrays.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 32 << 20,
            depth: 128,
        }
    }
}

/// Reads one JSON value that fills the whole text.
///
/// # Errors
/// The text is no JSON, breaks a limit, or has what `strictness` refuses.
pub fn parse(json: &[u8], strictness: Strictness, limits: Limits) -> Result<Value<'_>, Error> {
    let mut parser = Parser {
        json,
        at: 0,
        strictness,
        depth_left: limits.depth,
    };
    if json.len() > limits.bytes {
        return Err(parser.error(ErrorKind::TooLarge));
    }
    let value = parser.value()?;
    parser.skip_whitespace();
    if parser.at < json.len() {
        return Err(parser.error(ErrorKind::Syntax));
    }
    Ok(value)
}

/// Reads one JSON object that fills the whole text.
///
/// # Errors
/// As for [`parse`], and for a value that is no object.
pub fn parse_object(json: &[u8], strictness: Strictness, limits: Limits) -> Result<Object<'_>, Error> {
    match parse(json, strictness, limits)? {
        Value::Object(object) => Ok(object),
        _ => Err(Error {
            kind: ErrorKind::NotAnObject,
            offset: 0,
        }),
    }
}

struct Parser<'a> {
    json: &'a [u8],
    at: usize,
    strictness: Strictness,
    depth_left: usize,
}

impl<'a> Parser<'a> {
    fn error(&self, kind: ErrorKind) -> Error {
        Error { kind, offset: self.at }
    }

    fn peek(&self) -> Option<u8> {
        self.json.get(self.at).copied()
    }

    fn skip_whitespace(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Error> {
        if self.peek() != Some(byte) {
            return Err(self.error(ErrorKind::Syntax));
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self) -> Result<Value<'a>, Error> {
        self.skip_whitespace();
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => Ok(Value::String(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal(b"true", Value::Bool(true)),
            Some(b'f') => self.literal(b"false", Value::Bool(false)),
            Some(b'n') => self.literal(b"null", Value::Null),
            _ => Err(self.error(ErrorKind::Syntax)),
        }
    }

    fn literal(&mut self, word: &[u8], value: Value<'a>) -> Result<Value<'a>, Error> {
        if !self.json[self.at..].starts_with(word) {
            return Err(self.error(ErrorKind::Syntax));
        }
        self.at += word.len();
        Ok(value)
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value<'a>, Error>) -> Result<Value<'a>, Error> {
        if self.depth_left == 0 {
            return Err(self.error(ErrorKind::TooDeep));
        }
        self.depth_left -= 1;
        self.at += 1;
        let value = read(self)?;
        self.depth_left += 1;
        Ok(value)
    }

    fn array(&mut self) -> Result<Value<'a>, Error> {
        let mut items = Vec::new();
        self.skip_whitespace();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value()?);
            self.skip_whitespace();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(self.error(ErrorKind::Syntax)),
            }
        }
        self.at += 1;
        Ok(Value::Array(items))
    }

    fn object(&mut self) -> Result<Value<'a>, Error> {
        let mut members: Vec<(Cow<'a, str>, Value<'a>)> = Vec::new();
        let mut sorted = true;
        self.skip_whitespace();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(Object::default()));
        }
        loop {
            self.skip_whitespace();
            let key = self.string()?;
            self.skip_whitespace();
            self.expect(b':')?;
            let value = self.value()?;
            sorted = sorted && members.last().is_none_or(|(last, _)| *last < key);
            members.push((key, value));
            self.skip_whitespace();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.error(ErrorKind::Syntax)),
            }
        }
        self.at += 1;
        if !sorted {
            // Stable, so that of equal keys the last in the text stays last.
            members.sort_by(|(left, _), (right, _)| left.cmp(right));
            self.settle_duplicates(&mut members)?;
        }
        Ok(Value::Object(Object::from_sorted(members)))
    }

    fn settle_duplicates(&self, members: &mut Vec<(Cow<'a, str>, Value<'a>)>) -> Result<(), Error> {
        if self.strictness == Strictness::Lenient {
            // `dedup_by` drops the later of two; the swap makes that the earlier value.
            members.dedup_by(|later, earlier| {
                let same = later.0 == earlier.0;
                if same {
                    std::mem::swap(later, earlier);
                }
                same
            });
        } else if members.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(self.error(ErrorKind::DuplicateKey));
        }
        Ok(())
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Error> {
        self.expect(b'"')?;
        let (content, length) = text::read(&self.json[self.at..]).map_err(|(kind, offset)| Error {
            kind,
            offset: self.at + offset,
        })?;
        self.at += length;
        Ok(content)
    }

    fn digits(&mut self) -> Result<(), Error> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.error(ErrorKind::Syntax));
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Value<'a>, Error> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        let mut integer = true;
        if self.peek() == Some(b'.') {
            integer = false;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            integer = false;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        let digits = std::str::from_utf8(&self.json[start..self.at]).map_err(|_| self.error(ErrorKind::Syntax))?;
        if integer {
            match digits.parse::<i64>() {
                Ok(value) if (-MAX_INTEGER..=MAX_INTEGER).contains(&value) => return Ok(Value::Integer(value)),
                _ if self.strictness != Strictness::Strict => return Ok(Value::Number(Cow::Borrowed(digits))),
                _ => {
                    return Err(Error {
                        kind: ErrorKind::Number,
                        offset: start,
                    })
                }
            }
        }
        match self.strictness {
            Strictness::Strict => Err(Error {
                kind: ErrorKind::Number,
                offset: start,
            }),
            Strictness::AnyNumber | Strictness::Lenient => match digits.parse::<f64>() {
                Ok(value) if value.is_finite() => Ok(Value::Number(Cow::Owned(float::repr(value)))),
                _ => Err(Error {
                    kind: ErrorKind::Number,
                    offset: start,
                }),
            },
        }
    }
}
