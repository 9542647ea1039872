use crate::text;
use crate::value::{Object, Value};

/// Room for most events, so that writing one takes one allocation.
const EXPECTED_BYTES: usize = 1024;

impl Value<'_> {
    /// Appends the canonical form.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Bool(true) => out.extend_from_slice(b"true"),
            Self::Bool(false) => out.extend_from_slice(b"false"),
            Self::Integer(integer) => out.extend_from_slice(itoa::Buffer::new().format(*integer).as_bytes()),
            Self::Number(digits) => out.extend_from_slice(digits.as_bytes()),
            Self::String(content) => text::write(out, content),
            Self::Array(items) => {
                out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    item.write(out);
                }
                out.push(b']');
            }
            Self::Object(object) => object.write(out),
        }
    }
}

impl Object<'_> {
    /// Appends the canonical form.
    pub fn write(&self, out: &mut Vec<u8>) {
        self.write_without(&[], out);
    }

    /// Appends the canonical form of the object without some of its members: what hashes and signatures cover.
    pub fn write_without(&self, left_out: &[&str], out: &mut Vec<u8>) {
        out.push(b'{');
        let mut first = true;
        for (key, value) in self.iter().filter(|(key, _)| !left_out.contains(key)) {
            if !first {
                out.push(b',');
            }
            first = false;
            text::write(out, key);
            out.push(b':');
            value.write(out);
        }
        out.push(b'}');
    }

    /// The canonical form.
    pub fn to_canonical(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(EXPECTED_BYTES);
        self.write(&mut out);
        out
    }
}
