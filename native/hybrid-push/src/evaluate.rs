//! One event against many members.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use serde_json::Value as Json;

use crate::action::Verdict;
use crate::condition::{is_user, Condition};
use crate::event::{Event, Scalar, Text, Value};
use crate::glob::{contains_words, fold_case};
use crate::path::Path;
use crate::rules::{Rule, RuleSet};

/// The level that a notification key needs where the room's power levels do not say (`m.room.power_levels`).
const DEFAULT_NOTIFICATION_LEVEL: i64 = 50;

/// What push rules know of the room.
#[derive(Debug, Clone, Copy)]
pub struct Room<'a> {
    /// How many members are joined.
    pub joined_members: i64,
    /// The power level of the event's sender.
    pub sender_power_level: i64,
    /// The content of `m.room.power_levels`, or nothing if the room has none. Content that cannot be read counts as none.
    pub power_levels: &'a [u8],
}

/// A member of the room and the rules that speak for them.
#[derive(Debug, Clone, Copy)]
pub struct Member<'m, 'r> {
    /// The member's ID.
    pub user_id: &'m str,
    /// The member's name in the room, for rules that still look for it.
    pub display_name: Option<&'m str>,
    /// The member's rules.
    pub rules: &'r RuleSet,
}

/// Evaluates one event for the members of its room.
pub struct Evaluator<'a, 'r> {
    event: &'a Event<'a>,
    room: Room<'a>,
    sender: Option<&'a str>,
    body: Option<&'a Text<'a>>,
    notification_levels: OnceCell<Json>,
    /// The texts of the arrays that were asked for: any number of rules can look at one that lists thousands.
    texts: RefCell<Vec<(*const Value<'a>, Texts<'a>)>>,
    /// The set that the previous member used, and its place in `reduced`: members with shared rules come in rows.
    previous: Option<(*const RuleSet, usize)>,
    places: HashMap<*const RuleSet, usize>,
    reduced: Vec<Reduced<'a, &'r Rule>>,
}

/// The texts among the elements of an array. One set for each array of the event.
pub(crate) type Texts<'a> = Rc<HashSet<&'a str>>;

/// What is left of rules once everything that does not depend on the member is decided.
pub(crate) struct Reduced<'a, T> {
    /// Rules that match if the member passes all tests, highest priority first.
    pub open: Vec<(Vec<MemberTest<'a>>, T)>,
    /// The first rule that matches for any member.
    pub otherwise: Option<T>,
}

/// A condition that depends on the member, joined with what it looks at in the event.
pub(crate) enum MemberTest<'a> {
    Is(&'a Text<'a>),
    IsIn(Texts<'a>),
    IsNamedIn(&'a Text<'a>),
}

/// What a condition says before the member is known.
enum Decision<'a> {
    No,
    Yes,
    Depends(MemberTest<'a>),
}

impl From<bool> for Decision<'_> {
    fn from(holds: bool) -> Self {
        if holds {
            Self::Yes
        } else {
            Self::No
        }
    }
}

impl<'a, 'r> Evaluator<'a, 'r> {
    /// Prepares an event. Cheap: nothing is looked at before a rule asks.
    pub fn new(event: &'a Event<'a>, room: Room<'a>) -> Self {
        Self {
            event,
            room,
            sender: event.text(&Path::parse("sender")).map(Text::raw),
            body: event.text(&Path::parse("content.body")),
            notification_levels: OnceCell::new(),
            texts: RefCell::default(),
            previous: None,
            places: HashMap::new(),
            reduced: Vec::new(),
        }
    }

    /// Who sent the event, if it says so.
    pub(crate) fn sender(&self) -> Option<&'a str> {
        self.sender
    }

    /// The text that keywords are looked for in, its case folded.
    pub(crate) fn folded_body(&self) -> Option<&'a str> {
        self.body.map(Text::folded)
    }

    /// What the member's rules make of the event. Nothing, if the member sent it.
    pub fn verdict(&mut self, member: &Member<'_, 'r>) -> Verdict {
        self.matching_rule(member).map_or_else(Verdict::default, Rule::verdict)
    }

    /// The rule that decides for the member: the first that matches, none if the member sent the event.
    pub fn matching_rule(&mut self, member: &Member<'_, 'r>) -> Option<&'r Rule> {
        if self.sender == Some(member.user_id) {
            return None;
        }
        let reduced = self.reduced(member.rules);
        let open = reduced
            .open
            .iter()
            .find(|(tests, _)| tests.iter().all(|test| test.holds(member)));
        open.map(|&(_, rule)| rule).or(reduced.otherwise)
    }

    fn reduced(&mut self, rules: &'r RuleSet) -> &Reduced<'a, &'r Rule> {
        // Two sets at one address are one set: both are borrowed for 'r.
        let address = std::ptr::from_ref(rules);
        let place = match self.previous {
            Some((previous, place)) if previous == address => place,
            _ => self.places.get(&address).copied().unwrap_or_else(|| {
                self.reduced.push(self.reduce(rules));
                self.places.insert(address, self.reduced.len() - 1);
                self.reduced.len() - 1
            }),
        };
        self.previous = Some((address, place));
        &self.reduced[place]
    }

    fn reduce(&self, rules: &'r RuleSet) -> Reduced<'a, &'r Rule> {
        self.reduce_rules(rules.rules().iter().map(|rule| (rule.conditions.as_slice(), rule)))
    }

    /// Decides whatever does not depend on the member.
    pub(crate) fn reduce_rules<'c, T>(&self, rules: impl Iterator<Item = (&'c [Condition], T)>) -> Reduced<'a, T> {
        let mut open = Vec::new();
        'rules: for (conditions, rule) in rules {
            let mut tests = Vec::new();
            for condition in conditions {
                match self.decide(condition) {
                    Decision::No => continue 'rules,
                    Decision::Yes => {}
                    Decision::Depends(test) => tests.push(test),
                }
            }
            if tests.is_empty() {
                return Reduced {
                    open,
                    otherwise: Some(rule),
                };
            }
            open.push((tests, rule));
        }
        Reduced { open, otherwise: None }
    }

    fn decide(&self, condition: &Condition) -> Decision<'a> {
        let event = self.event;
        match condition {
            Condition::Matches { path, pattern } => event
                .text(path)
                .is_some_and(|text| pattern.matches(text.folded()))
                .into(),
            Condition::BodyMatches { pattern } => self
                .body
                .is_some_and(|text| pattern.matches_words(text.folded()))
                .into(),
            Condition::Is { path, value } => event.property(path).is_some_and(|found| value.is(found)).into(),
            Condition::Contains { path, value } => event.property(path).is_some_and(|found| value.is_in(found)).into(),
            Condition::IsMember { path } => event
                .text(path)
                .map_or(Decision::No, |text| Decision::Depends(MemberTest::Is(text))),
            Condition::ContainsMember { path } => match event.property(path) {
                Some(array @ Value::Array(elements)) => {
                    Decision::Depends(MemberTest::IsIn(self.texts(array, elements)))
                }
                _ => Decision::No,
            },
            Condition::ContainsDisplayName => self
                .body
                .map_or(Decision::No, |text| Decision::Depends(MemberTest::IsNamedIn(text))),
            Condition::MemberCount { comparison, count } => comparison.holds(self.room.joined_members, *count).into(),
            Condition::SenderPermission { key } => {
                (self.room.sender_power_level >= self.notification_level(key)).into()
            }
            Condition::Equals { path, text } => event.text(path).is_some_and(|found| found.raw() == text).into(),
            Condition::Never => Decision::No,
        }
    }

    fn texts(&self, array: &'a Value<'a>, elements: &'a [Scalar<'a>]) -> Texts<'a> {
        let mut known = self.texts.borrow_mut();
        if let Some((_, texts)) = known.iter().find(|(other, _)| std::ptr::eq(*other, array)) {
            return Rc::clone(texts);
        }
        let texts: Texts<'a> = Rc::new(elements.iter().filter_map(as_text).collect());
        known.push((array, Rc::clone(&texts)));
        texts
    }

    fn notification_level(&self, key: &str) -> i64 {
        let content = self
            .notification_levels
            .get_or_init(|| serde_json::from_slice(self.room.power_levels).unwrap_or_default());
        match content.get("notifications").and_then(|levels| levels.get(key)) {
            // Rooms before version 10 allow levels written as text.
            Some(Json::String(level)) => level.trim().parse().ok(),
            Some(level) => level.as_i64(),
            None => None,
        }
        .unwrap_or(DEFAULT_NOTIFICATION_LEVEL)
    }
}

impl MemberTest<'_> {
    fn holds(&self, member: &Member<'_, '_>) -> bool {
        match self {
            Self::Is(text) => is_user(text, member.user_id),
            Self::IsIn(users) => users.contains(member.user_id),
            Self::IsNamedIn(text) => member
                .display_name
                .is_some_and(|name| contains_words(text.folded(), &fold_case(name))),
        }
    }
}

fn as_text<'a>(scalar: &'a Scalar<'a>) -> Option<&'a str> {
    match scalar {
        Scalar::Text(text) => Some(text.raw()),
        _ => None,
    }
}
