//! What a rule does when it matches.

use serde_json::Value;

/// What a member's rules make of an event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Verdict {
    /// The event generates a notification. The other two are false without it.
    pub notify: bool,
    /// The `highlight` tweak is set.
    pub highlight: bool,
    /// The `sound` tweak names a sound.
    pub sound: bool,
}

/// The actions of a rule: read once, and kept as JSON for the push gateway and the list of notifications.
#[derive(Debug)]
pub(crate) struct Actions {
    pub verdict: Verdict,
    pub json: String,
}

impl Actions {
    pub fn new(mut actions: Vec<Value>) -> Self {
        // Historical actions: a rule with them is the same as one without.
        actions.retain(|action| !matches!(action.as_str(), Some("dont_notify" | "coalesce")));

        let mut verdict = Verdict::default();
        for action in &actions {
            match (action.as_str(), action.get("set_tweak").and_then(Value::as_str)) {
                (Some("notify"), _) => verdict.notify = true,
                (_, Some("highlight")) => verdict.highlight = action.get("value").is_none_or(|value| value == true),
                (_, Some("sound")) => {
                    verdict.sound = action
                        .get("value")
                        .and_then(Value::as_str)
                        .is_some_and(|sound| !sound.is_empty());
                }
                _ => {}
            }
        }
        if !verdict.notify {
            verdict = Verdict::default();
        }
        Self {
            verdict,
            json: Value::Array(actions).to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actions(json: &str) -> Actions {
        Actions::new(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn tweaks_are_read() {
        let all = actions(r#"["notify",{"set_tweak":"sound","value":"default"},{"set_tweak":"highlight"}]"#);
        assert_eq!(
            all.verdict,
            Verdict {
                notify: true,
                highlight: true,
                sound: true
            }
        );
        let none = actions(r#"["notify",{"set_tweak":"sound"},{"set_tweak":"highlight","value":false},{"x":1},7]"#);
        assert_eq!(
            none.verdict,
            Verdict {
                notify: true,
                ..Verdict::default()
            }
        );
    }

    #[test]
    fn historical_actions_are_stripped() {
        assert_eq!(actions(r#"["dont_notify","coalesce"]"#).json, "[]");
        let kept = actions(r#"["coalesce","notify",{"set_tweak":"other","value":{"a":1}}]"#);
        assert_eq!(kept.json, r#"["notify",{"set_tweak":"other","value":{"a":1}}]"#);
    }

    #[test]
    fn nothing_is_highlighted_without_a_notification() {
        assert_eq!(actions(r#"[{"set_tweak":"highlight"}]"#).verdict, Verdict::default());
    }
}
