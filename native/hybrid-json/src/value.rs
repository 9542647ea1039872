use std::borrow::Cow;

/// A JSON value that borrows what it can from the text it was parsed from.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer of canonical JSON.
    Integer(i64),
    /// Any other number in the form in which it is written; [`Strictness::Strict`](crate::Strictness::Strict) makes none.
    Number(Cow<'a, str>),
    /// A string, escapes resolved.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Value<'a>>),
    /// An object.
    Object(Object<'a>),
}

impl<'a> Value<'a> {
    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The value of an integer.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(integer) => Some(*integer),
            _ => None,
        }
    }

    /// The value of a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The items of an array.
    pub fn as_array(&self) -> Option<&[Value<'a>]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The object.
    pub fn as_object(&self) -> Option<&Object<'a>> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }
}

/// A JSON object, its members sorted by key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object<'a> {
    members: Vec<(Cow<'a, str>, Value<'a>)>,
}

impl<'a> Object<'a> {
    /// Takes members that are sorted and without a repeated key.
    pub(crate) fn from_sorted(members: Vec<(Cow<'a, str>, Value<'a>)>) -> Self {
        Self { members }
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.members
            .binary_search_by(|(candidate, _)| candidate.as_ref().cmp(key))
    }

    /// The value of a member.
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        self.find(key).ok().map(|index| &self.members[index].1)
    }

    /// The value of a member, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value<'a>> {
        self.find(key).ok().map(|index| &mut self.members[index].1)
    }

    /// Whether there is such a member.
    pub fn contains(&self, key: &str) -> bool {
        self.find(key).is_ok()
    }

    /// The text of a member that is a string.
    pub fn get_str(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }

    /// The member that is an object.
    pub fn get_object(&self, key: &str) -> Option<&Object<'a>> {
        self.get(key)?.as_object()
    }

    /// Sets a member.
    pub fn insert(&mut self, key: impl Into<Cow<'a, str>>, value: Value<'a>) {
        let key = key.into();
        match self.find(&key) {
            Ok(index) => self.members[index].1 = value,
            Err(index) => self.members.insert(index, (key, value)),
        }
    }

    /// The object that a member is; anything else in its place is replaced by an empty one.
    pub fn object_entry(&mut self, key: impl Into<Cow<'a, str>>) -> &mut Object<'a> {
        let key = key.into();
        let index = match self.find(&key) {
            Ok(index) => index,
            Err(index) => {
                self.members.insert(index, (key, Value::Null));
                index
            }
        };
        let value = &mut self.members[index].1;
        if !matches!(value, Value::Object(_)) {
            *value = Value::Object(Object::default());
        }
        match value {
            Value::Object(object) => object,
            _ => unreachable!("the line above made it an object"),
        }
    }

    /// Takes a member out.
    pub fn remove(&mut self, key: &str) -> Option<Value<'a>> {
        self.find(key).ok().map(|index| self.members.remove(index).1)
    }

    /// Keeps only the members that the predicate names.
    pub fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) {
        self.members.retain(|(key, _)| keep(key));
    }

    /// The members in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value<'a>)> {
        self.members.iter().map(|(key, value)| (key.as_ref(), value))
    }

    /// The number of members.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}
