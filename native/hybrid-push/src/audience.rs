//! The members of a room, arranged so that an event costs work only for those whom it concerns.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::action::Verdict;
use crate::evaluate::{Evaluator, Member, MemberTest, Room, Texts};
use crate::event::Event;
use crate::rules::RuleSet;
use crate::shape::{name_word, Shape, Trigger};
use crate::slab::Slab;
use crate::words::{Word, WordIndex};

/// The joined members of one room with their rules, kept from event to event.
///
/// Members whose rules come to the same in this room form a group, for which the rules are evaluated once. Only members at
/// whom an event points are looked at alone: the mentioned, the one whose membership changes, those whose keyword or name is
/// in the body, those with a rule for its sender.
pub struct Audience {
    room_id: Box<str>,
    members: Slab<Entry>,
    /// By user ID, ASCII letters in lower case: IDs of old differ in case alone now and then.
    users: HashMap<Box<str>, Vec<u32>>,
    groups: Slab<Group>,
    shapes: HashMap<Arc<Shape>, u32>,
    /// What rule sets come to in this room, by their address, as long as a member has them.
    known: HashMap<usize, Known>,
    words: WordIndex,
    senders: HashMap<Box<str>, Vec<u32>>,
}

struct Entry {
    user_id: Box<str>,
    display_name: Option<Box<str>>,
    rules: Arc<RuleSet>,
    group: u32,
    /// The place among the group's members.
    place: usize,
    /// How the member's name is looked for, if it is.
    name: Option<Word>,
}

struct Group {
    shape: Arc<Shape>,
    members: Vec<u32>,
}

struct Known {
    members: usize,
    group: u32,
    triggers: Arc<[Trigger]>,
}

/// What the members' rules make of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The verdict for all members that are not listed.
    pub everyone: Verdict,
    /// Members with another verdict, by the number that [`Audience::set`] gave them, in ascending order.
    pub exceptions: Vec<(u32, Verdict)>,
}

impl Audience {
    /// Nobody, in a room. Events that are evaluated must be of that room: rules for rooms are settled here.
    pub fn new(room_id: &str) -> Self {
        Self {
            room_id: room_id.into(),
            members: Slab::default(),
            users: HashMap::new(),
            groups: Slab::default(),
            shapes: HashMap::new(),
            known: HashMap::new(),
            words: WordIndex::default(),
            senders: HashMap::new(),
        }
    }

    /// Adds a member, or gives one another name or other rules. Returns the member's number, which is theirs until they are
    /// removed.
    pub fn set(&mut self, user_id: &str, display_name: Option<&str>, rules: &Arc<RuleSet>) -> u32 {
        let existing = self.find(user_id);
        if let Some(number) = existing {
            self.detach(number);
        }
        let (group, triggers) = self.arrange(rules);
        let entry = Entry {
            user_id: user_id.into(),
            display_name: display_name.map(Into::into),
            rules: Arc::clone(rules),
            group,
            place: 0,
            name: display_name
                .filter(|_| triggers.contains(&Trigger::DisplayName))
                .and_then(name_word),
        };
        let number = match existing {
            Some(number) => {
                self.members.replace(number, entry);
                number
            }
            None => {
                let number = self.members.insert(entry);
                let key = user_id.to_ascii_lowercase().into();
                self.users.entry(key).or_default().push(number);
                number
            }
        };
        self.attach(number, &triggers);
        number
    }

    /// Removes a member; their number, if they were one.
    pub fn remove(&mut self, user_id: &str) -> Option<u32> {
        let number = self.find(user_id)?;
        self.detach(number);
        self.members.remove(number);
        let key = user_id.to_ascii_lowercase();
        if let Some(numbers) = self.users.get_mut(&*key) {
            numbers.retain(|&other| other != number);
            if numbers.is_empty() {
                self.users.remove(&*key);
            }
        }
        Some(number)
    }

    /// What the members' rules make of an event of the room.
    pub fn evaluate(&self, event: &Event<'_>, room: Room<'_>) -> Outcome {
        let mut evaluator = Evaluator::new(event, room);
        let mut pointed_at = self.triggered(&evaluator);
        let mut verdicts = Vec::new();
        let mut lists = Vec::new();
        for group in self.groups.iter() {
            let verdict = self.group_verdict(group, &evaluator, &mut pointed_at, &mut lists);
            verdicts.push((verdict, group));
        }
        pointed_at.extend(
            lists
                .iter()
                .flat_map(|users| users.iter())
                .flat_map(|user| self.named(user)),
        );
        pointed_at.sort_unstable();
        pointed_at.dedup();

        let everyone = verdicts
            .iter()
            .max_by_key(|(_, group)| group.members.len())
            .map_or_else(Verdict::default, |(verdict, _)| *verdict);
        let mut exceptions = Vec::new();
        for (verdict, group) in verdicts {
            if verdict != everyone {
                let members = group
                    .members
                    .iter()
                    .filter(|number| pointed_at.binary_search(number).is_err());
                exceptions.extend(members.map(|&number| (number, verdict)));
            }
        }
        for number in pointed_at {
            if let Some(entry) = self.members.get(number) {
                let verdict = evaluator.verdict(&Member {
                    user_id: &entry.user_id,
                    display_name: entry.display_name.as_deref(),
                    rules: &entry.rules,
                });
                if verdict != everyone {
                    exceptions.push((number, verdict));
                }
            }
        }
        exceptions.sort_unstable_by_key(|&(number, _)| number);
        Outcome { everyone, exceptions }
    }

    fn find(&self, user_id: &str) -> Option<u32> {
        self.users
            .get(&*user_id.to_ascii_lowercase())?
            .iter()
            .copied()
            .find(|&number| self.members.get(number).is_some_and(|entry| *entry.user_id == *user_id))
    }

    /// The members whom something outside of their group's rules points at.
    fn triggered(&self, evaluator: &Evaluator<'_, '_>) -> Vec<u32> {
        let mut members = Vec::new();
        if let Some(sender) = evaluator.sender() {
            members.extend(self.find(sender));
            members.extend(self.senders.get(&*sender.to_ascii_lowercase()).into_iter().flatten());
        }
        if let Some(body) = evaluator.folded_body() {
            self.words.find(body, |member| members.push(member));
        }
        members
    }

    /// The verdict for all of a group whom the event does not point at; adds those whom it does, and lists of such users.
    fn group_verdict<'a>(
        &self,
        group: &Group,
        evaluator: &Evaluator<'a, '_>,
        pointed_at: &mut Vec<u32>,
        lists: &mut Vec<Texts<'a>>,
    ) -> Verdict {
        let rules = group.shape.rules.iter();
        let reduced = evaluator.reduce_rules(rules.map(|rule| (rule.conditions.as_slice(), rule.verdict)));
        for test in reduced.open.iter().flat_map(|(tests, _)| tests) {
            match test {
                MemberTest::Is(text) => pointed_at.extend(self.named(text.raw())),
                MemberTest::IsIn(users) if lists.iter().any(|known| Rc::ptr_eq(known, users)) => {}
                MemberTest::IsIn(users) => lists.push(Rc::clone(users)),
                // A shape has no such rule: names are triggers.
                MemberTest::IsNamedIn(_) => {}
            }
        }
        reduced.otherwise.unwrap_or_default()
    }

    fn named(&self, user_id: &str) -> impl Iterator<Item = u32> + '_ {
        self.users
            .get(&*user_id.to_ascii_lowercase())
            .into_iter()
            .flatten()
            .copied()
    }

    /// The group and the triggers of a rule set; makes the group if it is the first of its shape.
    fn arrange(&mut self, rules: &Arc<RuleSet>) -> (u32, Arc<[Trigger]>) {
        let address = Arc::as_ptr(rules).addr();
        if let Some(known) = self.known.get(&address) {
            return (known.group, Arc::clone(&known.triggers));
        }
        let (shape, triggers) = Shape::of(rules, &self.room_id);
        let triggers: Arc<[Trigger]> = triggers.into();
        let group = match self.shapes.get(&shape) {
            Some(&group) => group,
            None => {
                let shape = Arc::new(shape);
                let group = self.groups.insert(Group {
                    shape: Arc::clone(&shape),
                    members: Vec::new(),
                });
                self.shapes.insert(shape, group);
                group
            }
        };
        self.known.insert(
            address,
            Known {
                members: 0,
                group,
                triggers: Arc::clone(&triggers),
            },
        );
        (group, triggers)
    }

    /// Puts a member who is listed into everything else.
    fn attach(&mut self, number: u32, triggers: &[Trigger]) {
        let Some(entry) = self.members.get_mut(number) else {
            return;
        };
        for trigger in triggers {
            match trigger {
                Trigger::Word(word) => self.words.add(word, number),
                Trigger::Sender(sender) => self.senders.entry(sender.clone()).or_default().push(number),
                Trigger::DisplayName => {}
            }
        }
        if let Some(name) = &entry.name {
            self.words.add(name, number);
        }
        if let Some(group) = self.groups.get_mut(entry.group) {
            entry.place = group.members.len();
            group.members.push(number);
        }
        if let Some(known) = self.known.get_mut(&Arc::as_ptr(&entry.rules).addr()) {
            known.members += 1;
        }
    }

    /// Takes a member out of everything but the list of members.
    fn detach(&mut self, number: u32) {
        let Some(entry) = self.members.get(number) else { return };
        let (address, group, place, name) = (
            Arc::as_ptr(&entry.rules).addr(),
            entry.group,
            entry.place,
            entry.name.clone(),
        );
        let Some(known) = self.known.get_mut(&address) else {
            return;
        };
        known.members -= 1;
        let triggers = Arc::clone(&known.triggers);
        if known.members == 0 {
            self.known.remove(&address);
        }
        for trigger in triggers.iter() {
            match trigger {
                Trigger::Word(word) => self.words.remove(word, number),
                Trigger::Sender(sender) => {
                    if let Some(members) = self.senders.get_mut(sender) {
                        members.retain(|&other| other != number);
                    }
                }
                Trigger::DisplayName => {}
            }
        }
        if let Some(name) = name {
            self.words.remove(&name, number);
        }
        self.leave_group(group, place);
    }

    fn leave_group(&mut self, number: u32, place: usize) {
        let Some(group) = self.groups.get_mut(number) else {
            return;
        };
        group.members.swap_remove(place);
        match group.members.get(place) {
            Some(&moved) => {
                if let Some(entry) = self.members.get_mut(moved) {
                    entry.place = place;
                }
            }
            None if group.members.is_empty() => {
                let shape = Arc::clone(&group.shape);
                self.shapes.remove(&shape);
                self.groups.remove(number);
            }
            None => {}
        }
    }
}
