//! An event, flattened once: every property that a condition can look at, found by its path.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::glob::fold_case;
use crate::path::{Path, PathHash};
use crate::PushError;

/// The largest integer of canonical JSON. Conditions never match a number beyond it.
const MAX_INTEGER: i64 = (1 << 53) - 1;

/// An event, read into the properties that push conditions can look at.
///
/// Properties whose value is an object are known by what they contain; fractions are not known at all, since no
/// condition matches them.
pub struct Event<'a> {
    nodes: Vec<Node<'a>>,
    /// Sorted by hash.
    properties: Vec<Property<'a>>,
}

/// A name on the way to a property. The way is followed upwards, so that no path is ever written out: a long name
/// above many properties would otherwise be copied for each of them.
struct Node<'a> {
    parent: Option<usize>,
    name: Cow<'a, str>,
}

struct Property<'a> {
    hash: PathHash,
    node: usize,
    value: Value<'a>,
}

/// The value of a property.
#[derive(Debug)]
pub(crate) enum Value<'a> {
    Scalar(Scalar<'a>),
    /// The elements that are no objects, arrays or fractions.
    Array(Vec<Scalar<'a>>),
}

/// A value that `event_property_is` and `event_property_contains` can compare.
#[derive(Debug)]
pub(crate) enum Scalar<'a> {
    Null,
    Bool(bool),
    Integer(i64),
    Text(Text<'a>),
}

/// Text, and the same text with its case folded, made when it is first needed.
#[derive(Debug)]
pub(crate) struct Text<'a> {
    raw: Cow<'a, str>,
    folded: OnceCell<String>,
}

impl Text<'_> {
    pub fn raw(&self) -> &str {
        &self.raw
    }

    pub fn folded(&self) -> &str {
        self.folded.get_or_init(|| fold_case(&self.raw))
    }
}

impl<'a> Event<'a> {
    /// Reads an event in the federation's or the clients' format.
    ///
    /// # Errors
    /// [`PushError::Event`] if the bytes are not a JSON object, or one whose objects are nested more than 127 levels deep. What
    /// arrays hold is only skipped, at any depth.
    pub fn parse(json: &'a [u8]) -> Result<Self, PushError> {
        let mut event = Self {
            nodes: Vec::with_capacity(32),
            properties: Vec::with_capacity(32),
        };
        let mut reader = serde_json::Deserializer::from_slice(json);
        let root = ValueSeed {
            event: &mut event,
            node: None,
            hash: PathHash::ROOT,
        };
        root.deserialize(&mut reader)
            .and_then(|()| reader.end())
            .map_err(PushError::Event)?;
        event.properties.sort_by_key(|property| property.hash);
        Ok(event)
    }

    pub(crate) fn property(&self, path: &Path) -> Option<&Value<'a>> {
        let start = self.properties.partition_point(|property| property.hash < path.hash);
        self.properties[start..]
            .iter()
            .take_while(|property| property.hash == path.hash)
            .find(|property| self.is_at(property.node, &path.names))
            .map(|property| &property.value)
    }

    pub(crate) fn text(&self, path: &Path) -> Option<&Text<'a>> {
        match self.property(path) {
            Some(Value::Scalar(Scalar::Text(text))) => Some(text),
            _ => None,
        }
    }

    fn is_at(&self, node: usize, names: &[Box<str>]) -> bool {
        let mut current = Some(node);
        for name in names.iter().rev() {
            match current.and_then(|index| self.nodes.get(index)) {
                Some(node) if node.name == **name => current = node.parent,
                _ => return false,
            }
        }
        current.is_none()
    }
}

struct ValueSeed<'e, 'a> {
    event: &'e mut Event<'a>,
    node: Option<usize>,
    hash: PathHash,
}

impl ValueSeed<'_, '_> {
    fn reject_root<E: Error>(&self) -> Result<(), E> {
        if self.node.is_none() {
            return Err(E::custom("expected an object"));
        }
        Ok(())
    }
}

impl<'a> ValueSeed<'_, 'a> {
    fn store<E: Error>(self, value: Value<'a>) -> Result<(), E> {
        self.reject_root()?;
        if let Some(node) = self.node {
            self.event.properties.push(Property {
                hash: self.hash,
                node,
                value,
            });
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_, 'de> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(NameSeed)? {
            let hash = self.hash.child(&name);
            let node = self.event.nodes.len();
            self.event.nodes.push(Node {
                parent: self.node,
                name,
            });
            map.next_value_seed(ValueSeed {
                event: self.event,
                node: Some(node),
                hash,
            })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element_seed(ScalarSeed)? {
            elements.extend(element);
        }
        self.store(Value::Array(elements))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.store(Value::Scalar(Scalar::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.store(Value::Scalar(Scalar::Bool(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        match integer(value) {
            Some(scalar) => self.store(Value::Scalar(scalar)),
            None => self.reject_root(),
        }
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.visit_i64(i64::try_from(value).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.reject_root()
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<(), E> {
        self.store(Value::Scalar(text(Cow::Borrowed(value))))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.store(Value::Scalar(text(Cow::Owned(value.to_owned()))))
    }
}

fn text(raw: Cow<'_, str>) -> Scalar<'_> {
    Scalar::Text(Text {
        raw,
        folded: OnceCell::new(),
    })
}

fn integer<'a>(value: i64) -> Option<Scalar<'a>> {
    (-MAX_INTEGER..=MAX_INTEGER)
        .contains(&value)
        .then_some(Scalar::Integer(value))
}

/// An element of an array; `None` for one that no condition can compare.
struct ScalarSeed;

impl<'de> DeserializeSeed<'de> for ScalarSeed {
    type Value = Option<Scalar<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ScalarSeed {
    type Value = Option<Scalar<'de>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Some(Scalar::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(Scalar::Bool(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(integer(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(value).ok().and_then(integer))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Some(text(Cow::Borrowed(value))))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Some(text(Cow::Owned(value.to_owned()))))
    }
}

/// A property name, borrowed from the event where it has no escapes.
struct NameSeed;

impl<'de> DeserializeSeed<'de> for NameSeed {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for NameSeed {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a property name")
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_at(json: &str, path: &str) -> Option<String> {
        Event::parse(json.as_bytes())
            .unwrap()
            .text(&Path::parse(path))
            .map(|text| text.raw().to_owned())
    }

    #[test]
    fn properties_are_found_by_their_escaped_path() {
        let json = r#"{"type":"m.x","content":{"m.relates_to":{"rel_type":"m.replace"},"a\\b":"c\"d","":"empty"}}"#;
        assert_eq!(text_at(json, "type").as_deref(), Some("m.x"));
        assert_eq!(
            text_at(json, r"content.m\.relates_to.rel_type").as_deref(),
            Some("m.replace")
        );
        assert_eq!(text_at(json, r"content.a\\b").as_deref(), Some("c\"d"));
        assert_eq!(text_at(json, "content.").as_deref(), Some("empty"));
        assert_eq!(text_at(json, "content.m.relates_to.rel_type"), None);
        assert_eq!(text_at(json, "content"), None);
        assert_eq!(text_at(json, "rel_type"), None);
    }

    #[test]
    fn values_keep_their_type_and_what_cannot_match_is_left_out() {
        let json = br#"{"n":null,"t":true,"i":-5,"big":9007199254740992,"f":1.5,"a":["x",1,{"y":2},[3],null,2.5]}"#;
        let event = Event::parse(json).unwrap();
        let at = |name: &str| event.property(&Path::parse(name));
        assert!(matches!(at("n"), Some(Value::Scalar(Scalar::Null))));
        assert!(matches!(at("t"), Some(Value::Scalar(Scalar::Bool(true)))));
        assert!(matches!(at("i"), Some(Value::Scalar(Scalar::Integer(-5)))));
        assert!(at("big").is_none() && at("f").is_none());
        assert!(matches!(at("a"), Some(Value::Array(elements)) if elements.len() == 3));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        let deep = format!("{}1{}", r#"{"a":"#.repeat(200), "}".repeat(200));
        for json in [
            "",
            "[]",
            "1",
            "1.5",
            "\"x\"",
            "null",
            "{",
            "{}{}",
            "{\"a\":\u{1}}",
            &deep,
        ] {
            assert!(
                matches!(Event::parse(json.as_bytes()), Err(PushError::Event(_))),
                "{json}"
            );
        }
        assert!(Event::parse(b"{\"a\":\"\xff\"}").is_err());
        assert!(Event::parse(b"{}").is_ok());
    }
}
