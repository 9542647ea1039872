//! Rule sets as they apply to members whom nothing in an event points at.

use crate::action::Verdict;
use crate::condition::Condition;
use crate::glob::{fold_case, NeededText, MAX_SEARCHED_BYTES};
use crate::rules::{Rule, RuleSet};
use crate::words::Word;

/// What is left of a rule set in one room without the rules that need a [`Trigger`]. Members with equal shapes share their
/// verdict of every event that triggers none of their rules.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Shape {
    pub rules: Vec<ShapeRule>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct ShapeRule {
    pub conditions: Vec<Condition>,
    pub verdict: Verdict,
}

/// What must be in an event before one of a member's rules can match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// A text in the body.
    Word(Word),
    /// The member's display name in the body.
    DisplayName,
    /// A sender; ASCII letters in lower case.
    Sender(Box<str>),
}

/// What a rule comes to in one room.
enum Part {
    /// It never matches there.
    Nothing,
    /// It matches only after this.
    Triggered(Trigger),
    /// These conditions are left of it.
    Kept(Vec<Condition>),
}

impl Shape {
    /// Takes a rule set apart for a room.
    pub fn of(rules: &RuleSet, room_id: &str) -> (Self, Vec<Trigger>) {
        let mut shape = Self { rules: Vec::new() };
        let mut triggers = Vec::new();
        for rule in rules.rules() {
            match part(rule, room_id) {
                Part::Nothing => {}
                Part::Triggered(trigger) => triggers.push(trigger),
                Part::Kept(conditions) => shape.rules.push(ShapeRule {
                    conditions,
                    verdict: rule.verdict(),
                }),
            }
        }
        (shape, triggers)
    }
}

fn part(rule: &Rule, room_id: &str) -> Part {
    let mut kept = Vec::with_capacity(rule.conditions.len());
    let mut trigger = None;
    for condition in &rule.conditions {
        match condition {
            Condition::Equals { path, text } if path.is("room_id") => {
                if text != room_id {
                    return Part::Nothing;
                }
            }
            Condition::Matches { path, pattern } if path.is("room_id") => {
                if !pattern.matches(&fold_case(room_id)) {
                    return Part::Nothing;
                }
            }
            Condition::Equals { path, text } if path.is("sender") => {
                trigger = Some(Trigger::Sender(text.to_ascii_lowercase().into()));
            }
            Condition::ContainsDisplayName => trigger = Some(Trigger::DisplayName),
            Condition::BodyMatches { pattern } => match pattern.needed_text() {
                NeededText::Nothing => return Part::Nothing,
                NeededText::Anything => kept.push(condition.clone()),
                NeededText::Text(text) => {
                    trigger = Some(Trigger::Word(Word {
                        text: text.into(),
                        whole: pattern.literal().is_some(),
                    }));
                }
            },
            _ => kept.push(condition.clone()),
        }
    }
    trigger.map_or(Part::Kept(kept), Part::Triggered)
}

/// The text by which a display name is found; none for one that no rule can find.
pub(crate) fn name_word(display_name: &str) -> Option<Word> {
    let text = fold_case(display_name);
    (!text.is_empty() && text.len() <= MAX_SEARCHED_BYTES).then(|| Word {
        text: text.into(),
        whole: true,
    })
}
