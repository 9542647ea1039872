//! The server-default rules (chapter "Predefined Rules"), as a fresh account has them.

/// The rules, with [`OWN_ID`] where one names its user.
pub(crate) const TEMPLATE: &str = include_str!("defaults.json");

/// Stands for the user's ID in the template.
pub(crate) const OWN_ID: &str = "{user_id}";

/// The rule set of a fresh account as JSON: the value of `global` in the `m.push_rules` account data.
pub fn default_rules(user_id: &str) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    TEMPLATE.replace(&quoted(OWN_ID), &quoted(user_id))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::RuleSet;

    /// The order is the specification's, and it decides: an edit that mentions someone is a mention first.
    #[test]
    fn the_rules_are_those_of_the_specification_in_its_order() {
        let rules: Value = serde_json::from_str(&default_rules("@a:x")).unwrap();
        let ids = |kind: &str| -> Vec<&str> {
            rules[kind]
                .as_array()
                .unwrap()
                .iter()
                .map(|rule| rule["rule_id"].as_str().unwrap())
                .collect()
        };
        assert_eq!(
            ids("override"),
            [
                ".m.rule.master",
                ".m.rule.suppress_notices",
                ".m.rule.invite_for_me",
                ".m.rule.member_event",
                ".m.rule.is_user_mention",
                ".m.rule.is_room_mention",
                ".m.rule.tombstone",
                ".m.rule.reaction",
                ".m.rule.room.server_acl",
                ".m.rule.suppress_edits",
            ]
        );
        assert_eq!(
            ids("underride"),
            [
                ".m.rule.call",
                ".m.rule.encrypted_room_one_to_one",
                ".m.rule.room_one_to_one",
                ".m.rule.message",
                ".m.rule.encrypted",
            ]
        );
        assert!(ids("content").is_empty() && ids("room").is_empty() && ids("sender").is_empty());
    }

    #[test]
    fn a_user_id_with_quotes_stays_inside_its_string() {
        let rules: Value = serde_json::from_str(&default_rules(r#"@a"b\c:x"#)).unwrap();
        assert_eq!(rules["override"][2]["conditions"][2]["pattern"], r#"@a"b\c:x"#);
        assert_eq!(rules["override"][4]["conditions"][0]["value"], r#"@a"b\c:x"#);
        assert!(!rules.to_string().contains(OWN_ID));
    }

    /// All but the disabled master rule: a typo in the template would drop a rule.
    #[test]
    fn every_enabled_rule_of_the_template_compiles() {
        assert_eq!(RuleSet::shared_default().unwrap().rules().len(), 14);
        assert_eq!(
            RuleSet::compile(default_rules("@a:x").as_bytes())
                .unwrap()
                .rules()
                .len(),
            14
        );
    }
}
