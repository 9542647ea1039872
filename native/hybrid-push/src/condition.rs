//! The conditions of rules, compiled.

use serde_json::Value as Json;

use crate::event::{Scalar, Text, Value};
use crate::glob::Pattern;
use crate::path::Path;

/// A condition, compiled so that looking at an event parses nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Condition {
    /// `event_match` on the whole value.
    Matches { path: Path, pattern: Pattern },
    /// `event_match` on `content.body`, and the pattern of a content rule.
    BodyMatches { pattern: Pattern },
    /// `event_property_is`.
    Is { path: Path, value: Literal },
    /// `event_property_contains`.
    Contains { path: Path, value: Literal },
    /// `event_match` with the member's own user ID; in the shared default rules.
    IsMember { path: Path },
    /// `event_property_contains` with the member's own user ID; in the shared default rules.
    ContainsMember { path: Path },
    /// `contains_display_name`.
    ContainsDisplayName,
    /// `room_member_count`.
    MemberCount { comparison: Comparison, count: i64 },
    /// `sender_notification_permission`.
    SenderPermission { key: String },
    /// What the ID of a room rule or a sender rule stands for.
    Equals { path: Path, text: String },
    /// A condition that is unknown or lacks a parameter.
    Never,
}

/// A value to compare with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Integer(i64),
    Text(String),
}

/// How a number of members is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Comparison {
    Equal,
    Less,
    Greater,
    AtLeast,
    AtMost,
}

impl Condition {
    /// Reads a condition. `own_id` is the text that stands for the member's user ID, if there is one.
    pub fn compile(json: &Json, own_id: Option<&str>) -> Self {
        Self::read(json, own_id).unwrap_or(Self::Never)
    }

    fn read(json: &Json, own_id: Option<&str>) -> Option<Self> {
        let text = |name: &str| json.get(name).and_then(Json::as_str);
        let path = || text("key").map(Path::parse);
        let is_own_id = |text: Option<&str>| own_id.is_some() && text == own_id;
        Some(match text("kind")? {
            "event_match" if is_own_id(text("pattern")) => Self::IsMember { path: path()? },
            "event_match" => Self::event_match(path()?, text("pattern")?),
            "event_property_is" => Self::Is {
                path: path()?,
                value: Literal::read(json.get("value")?)?,
            },
            "event_property_contains" if is_own_id(text("value")) => Self::ContainsMember { path: path()? },
            "event_property_contains" => Self::Contains {
                path: path()?,
                value: Literal::read(json.get("value")?)?,
            },
            "contains_display_name" => Self::ContainsDisplayName,
            "room_member_count" => Self::member_count(text("is")?)?,
            "sender_notification_permission" => Self::SenderPermission {
                key: text("key")?.to_owned(),
            },
            _ => return None,
        })
    }

    fn event_match(path: Path, pattern: &str) -> Self {
        let pattern = Pattern::new(pattern);
        match path.names.as_ref() {
            [content, body] if **content == *"content" && **body == *"body" => Self::BodyMatches { pattern },
            _ => Self::Matches { path, pattern },
        }
    }

    fn member_count(is: &str) -> Option<Self> {
        let (comparison, digits) = [
            ("==", Comparison::Equal),
            ("<=", Comparison::AtMost),
            (">=", Comparison::AtLeast),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ]
        .into_iter()
        .find_map(|(prefix, comparison)| is.strip_prefix(prefix).map(|digits| (comparison, digits)))
        .unwrap_or((Comparison::Equal, is));
        let is_decimal = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_decimal
            .then(|| digits.parse().ok())
            .flatten()
            .map(|count| Self::MemberCount { comparison, count })
    }
}

impl Literal {
    fn read(json: &Json) -> Option<Self> {
        match json {
            Json::Null => Some(Self::Null),
            Json::Bool(value) => Some(Self::Bool(*value)),
            Json::Number(number) => number.as_i64().map(Self::Integer),
            Json::String(text) => Some(Self::Text(text.clone())),
            Json::Array(_) | Json::Object(_) => None,
        }
    }

    pub fn equals(&self, scalar: &Scalar<'_>) -> bool {
        match (self, scalar) {
            (Self::Null, Scalar::Null) => true,
            (Self::Bool(a), Scalar::Bool(b)) => a == b,
            (Self::Integer(a), Scalar::Integer(b)) => a == b,
            (Self::Text(a), Scalar::Text(b)) => a == b.raw(),
            _ => false,
        }
    }

    pub fn is(&self, value: &Value<'_>) -> bool {
        matches!(value, Value::Scalar(scalar) if self.equals(scalar))
    }

    pub fn is_in(&self, value: &Value<'_>) -> bool {
        matches!(value, Value::Array(elements) if elements.iter().any(|element| self.equals(element)))
    }
}

impl Comparison {
    pub fn holds(self, left: i64, right: i64) -> bool {
        match self {
            Self::Equal => left == right,
            Self::Less => left < right,
            Self::Greater => left > right,
            Self::AtLeast => left >= right,
            Self::AtMost => left <= right,
        }
    }
}

/// Whether the text is a user's ID. User IDs are ASCII, so their case folds without Unicode's tables.
pub(crate) fn is_user(text: &Text<'_>, user_id: &str) -> bool {
    text.raw().eq_ignore_ascii_case(user_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn member_counts_are_read_strictly() {
        let read = |is: &str| match Condition::member_count(is) {
            Some(Condition::MemberCount { comparison, count }) => Some((comparison, count)),
            _ => None,
        };
        assert_eq!(read("2"), Some((Comparison::Equal, 2)));
        assert_eq!(read("==2"), Some((Comparison::Equal, 2)));
        assert_eq!(read("<=10"), Some((Comparison::AtMost, 10)));
        assert_eq!(read(">=10"), Some((Comparison::AtLeast, 10)));
        assert_eq!(read("<10"), Some((Comparison::Less, 10)));
        assert_eq!(read(">0"), Some((Comparison::Greater, 0)));
        for wrong in ["", "==", "-1", "+1", "< 3", "=2", "2 ", "1.0", "99999999999999999999"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_unknown_or_incomplete_never_matches() {
        let conditions = [
            r#"{"kind":"device","profile_tag":"x"}"#,
            r#"{"kind":"event_match","key":"type"}"#,
            r#"{"kind":"event_match","pattern":"x"}"#,
            r#"{"kind":"event_match","key":"type","pattern":1}"#,
            r#"{"kind":"event_property_is","key":"a"}"#,
            r#"{"kind":"event_property_is","key":"a","value":{}}"#,
            r#"{"kind":"event_property_contains","key":"a","value":1.5}"#,
            r#"{"kind":"room_member_count"}"#,
            r#"{"kind":"sender_notification_permission"}"#,
            r#"{"key":"type"}"#,
            "7",
        ];
        for json in conditions {
            let compiled = Condition::compile(&serde_json::from_str(json).unwrap(), None);
            assert!(matches!(compiled, Condition::Never), "{json}");
        }
    }
}
