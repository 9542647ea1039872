//! Rule sets, compiled.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::action::{Actions, Verdict};
use crate::condition::Condition;
use crate::defaults;
use crate::glob::Pattern;
use crate::path::Path;
use crate::PushError;

/// The rule that turns everything off. It comes before the user's own rules, wherever it is listed.
const MASTER: &str = ".m.rule.master";

/// The enabled rules of a user, compiled, in the order in which they are tried.
#[derive(Debug)]
pub struct RuleSet {
    rules: Vec<Rule>,
}

/// One compiled rule.
#[derive(Debug)]
pub struct Rule {
    id: String,
    pub(crate) conditions: Vec<Condition>,
    actions: Actions,
}

impl Rule {
    /// The rule's ID, unique within its kind.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What a match means.
    pub fn verdict(&self) -> Verdict {
        self.actions.verdict
    }

    /// The rule's actions as a JSON array, without historical ones.
    pub fn actions_json(&self) -> &str {
        &self.actions.json
    }
}

/// A JSON object as such. A structure alone would not do: it can be read from an array, too.
type Object = Map<String, Value>;

#[derive(Deserialize)]
struct RuleSetJson {
    #[serde(default, rename = "override")]
    overrides: Vec<Object>,
    #[serde(default)]
    content: Vec<Object>,
    #[serde(default)]
    room: Vec<Object>,
    #[serde(default)]
    sender: Vec<Object>,
    #[serde(default)]
    underride: Vec<Object>,
}

#[derive(Deserialize)]
struct RuleJson {
    rule_id: String,
    #[serde(default = "enabled_by_default")]
    enabled: bool,
    actions: Vec<Value>,
    conditions: Option<Vec<Value>>,
    pattern: Option<String>,
}

fn read<T: for<'de> Deserialize<'de>>(object: Object) -> Result<T, serde_json::Error> {
    T::deserialize(Value::Object(object))
}

fn enabled_by_default() -> bool {
    true
}

impl RuleSet {
    /// Compiles a rule set: the object with `override`, `content`, `room`, `sender` and `underride`, each optional.
    ///
    /// # Errors
    /// [`PushError::Rules`] for other JSON, [`PushError::MissingPattern`] for a content rule without pattern. Conditions
    /// that are unknown or incomplete are no error: they never match.
    pub fn compile(json: &[u8]) -> Result<Self, PushError> {
        Self::compile_template(json, None)
    }

    /// Compiles the rules of one user. Where a rule names the user, it means the member that is evaluated, so that users whose
    /// rules differ in nothing else can be told to agree.
    ///
    /// # Errors
    /// As for [`RuleSet::compile`].
    pub fn compile_for(json: &[u8], user_id: &str) -> Result<Self, PushError> {
        Self::compile_template(json, Some(user_id))
    }

    /// The rules of a fresh account, in a form that all users without rules of their own can share: where a rule names
    /// the user, it means the member that is evaluated.
    ///
    /// # Errors
    /// None in practice: the tests compile the template.
    pub fn shared_default() -> Result<Self, PushError> {
        Self::compile_template(defaults::TEMPLATE.as_bytes(), Some(defaults::OWN_ID))
    }

    fn compile_template(json: &[u8], own_id: Option<&str>) -> Result<Self, PushError> {
        let json: RuleSetJson = serde_json::from_slice::<Object>(json)
            .and_then(read)
            .map_err(PushError::Rules)?;
        let kind = |rules: Vec<Object>| -> Result<Vec<RuleJson>, PushError> {
            rules
                .into_iter()
                .map(|rule| read(rule).map_err(PushError::Rules))
                .collect()
        };
        let mut overrides = kind(json.overrides)?;
        overrides.sort_by_key(|rule| rule.rule_id != MASTER);

        let mut rules = Vec::new();
        let mut add = |rule: RuleJson, conditions: Vec<Condition>| {
            // A disabled rule never matches, and neither does one with a condition that cannot hold.
            if rule.enabled && !conditions.iter().any(|condition| matches!(condition, Condition::Never)) {
                rules.push(Rule {
                    id: rule.rule_id,
                    conditions,
                    actions: Actions::new(rule.actions),
                });
            }
        };
        let compiled = |rule: &RuleJson| -> Vec<Condition> {
            rule.conditions
                .iter()
                .flatten()
                .map(|condition| Condition::compile(condition, own_id))
                .collect()
        };
        for rule in overrides {
            let conditions = compiled(&rule);
            add(rule, conditions);
        }
        for rule in kind(json.content)? {
            let Some(pattern) = &rule.pattern else {
                return Err(PushError::MissingPattern(rule.rule_id));
            };
            let conditions = vec![Condition::BodyMatches {
                pattern: Pattern::new(pattern),
            }];
            add(rule, conditions);
        }
        for (rules, property) in [(json.room, "room_id"), (json.sender, "sender")] {
            for rule in kind(rules)? {
                let text = rule.rule_id.clone();
                add(
                    rule,
                    vec![Condition::Equals {
                        path: Path::parse(property),
                        text,
                    }],
                );
            }
        }
        for rule in kind(json.underride)? {
            let conditions = compiled(&rule);
            add(rule, conditions);
        }
        Ok(Self { rules })
    }

    /// The rules that can match, highest priority first.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether a rule looks at the member's display name; without one, callers need not know it.
    pub fn reads_display_name(&self) -> bool {
        let conditions = self.rules.iter().flat_map(|rule| &rule.conditions);
        conditions
            .into_iter()
            .any(|condition| matches!(condition, Condition::ContainsDisplayName))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(json: &str) -> Vec<String> {
        RuleSet::compile(json.as_bytes())
            .unwrap()
            .rules()
            .iter()
            .map(|rule| rule.id().to_owned())
            .collect()
    }

    #[test]
    fn kinds_come_in_the_order_of_the_specification_and_master_first() {
        let json = r#"{
            "underride": [{"rule_id":"u","actions":[]}],
            "sender": [{"rule_id":"@s:x","actions":[]}],
            "room": [{"rule_id":"!r:x","actions":[]}],
            "content": [{"rule_id":"c","pattern":"c","actions":[]}],
            "override": [{"rule_id":"o","actions":[]},{"rule_id":".m.rule.master","actions":[],"enabled":true}]
        }"#;
        assert_eq!(ids(json), [".m.rule.master", "o", "c", "!r:x", "@s:x", "u"]);
    }

    #[test]
    fn rules_that_cannot_match_are_dropped() {
        let json = r#"{"override":[
            {"rule_id":"off","actions":["notify"],"enabled":false},
            {"rule_id":"unknown","actions":["notify"],"conditions":[{"kind":"org.example.new"}]},
            {"rule_id":"kept","actions":["notify"],"conditions":null}
        ]}"#;
        assert_eq!(ids(json), ["kept"]);
        assert!(ids("{}").is_empty());
    }

    #[test]
    fn other_shapes_are_refused() {
        for json in [
            "",
            "[]",
            "{\"override\":{}}",
            r#"{"room":[{"rule_id":"x"}]}"#,
            r#"{"room":[["x",true,[]]]}"#,
        ] {
            assert!(
                matches!(RuleSet::compile(json.as_bytes()), Err(PushError::Rules(_))),
                "{json}"
            );
        }
        let json = br#"{"content":[{"rule_id":"c","actions":[]}]}"#;
        assert!(matches!(RuleSet::compile(json), Err(PushError::MissingPattern(id)) if id == "c"));
    }
}
