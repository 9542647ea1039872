//! Push rules. The lines are a user ID, a display name, the content of the power levels, the event, and rule sets.

use std::sync::{Arc, LazyLock};

use hybrid_push::{Audience, Evaluator, Event, Member, Room, RuleSet};
use serde_json::Value;

use crate::input;

const ROOM: &str = "!room:a";
const MAX_RULE_SETS: usize = 4;

static DEFAULT: LazyLock<Arc<RuleSet>> = LazyLock::new(|| Arc::new(RuleSet::shared_default().unwrap()));

struct Person {
    user_id: String,
    display_name: Option<String>,
    rules: Arc<RuleSet>,
}

pub fn run(input: &[u8]) {
    let mut rest = input;
    let user_id = input::text(&mut rest);
    let display_name = input::text(&mut rest);
    let room = Room {
        joined_members: i64::try_from(display_name.len()).unwrap(),
        sender_power_level: i64::try_from(user_id.len()).unwrap(),
        power_levels: input::line(&mut rest),
    };
    let event = input::line(&mut rest);
    let mut people: Vec<Person> = [
        (user_id.to_owned(), display_name),
        (user_id.to_ascii_uppercase(), "Name"),
        ("@other:a".to_owned(), display_name),
        ("@plain:a".to_owned(), ""),
    ]
    .into_iter()
    .map(|(user_id, name)| Person {
        user_id,
        display_name: Some(name.to_owned()).filter(|name| !name.is_empty()),
        rules: Arc::clone(&DEFAULT),
    })
    .collect();
    let rule_sets = rest.split(|&byte| byte == b'\n').take(MAX_RULE_SETS);
    let rule_sets: Vec<Arc<RuleSet>> = rule_sets
        .filter_map(|json| RuleSet::compile_for(json, user_id).ok())
        .map(Arc::new)
        .collect();
    for (index, rules) in rule_sets.iter().enumerate() {
        for (name, suffix) in [(None, ""), (Some(display_name.to_owned()), "-named")] {
            people.push(Person {
                user_id: format!("@ruled{index}{suffix}:a"),
                display_name: name.filter(|name| !name.is_empty()),
                rules: Arc::clone(rules),
            });
        }
    }

    if let Ok(parsed) = Event::parse(event) {
        let mut evaluator = Evaluator::new(&parsed, room);
        for person in &people {
            evaluator.verdict(&person.member());
        }
        Audience::new(ROOM).evaluate(&parsed, room);
    }
    if let Ok(Value::Object(mut fields)) = serde_json::from_slice::<Value>(event) {
        // An audience is asked about its own room only.
        fields.insert("room_id".to_owned(), ROOM.into());
        let event = Value::Object(fields).to_string();
        if let Ok(event) = Event::parse(event.as_bytes()) {
            compare(&event, room, &mut people);
        }
    }
}

impl Person {
    fn member(&self) -> Member<'_, '_> {
        Member {
            user_id: &self.user_id,
            display_name: self.display_name.as_deref(),
            rules: &self.rules,
        }
    }
}

/// An audience says the same as evaluating for each of its members, whatever happened to it before.
fn compare(event: &Event<'_>, room: Room<'_>, people: &mut Vec<Person>) {
    let mut audience = Audience::new(ROOM);
    compare_all(&mut audience, event, room, people);

    let names: Vec<_> = people.iter().map(|person| person.display_name.clone()).collect();
    for (person, name) in people.iter_mut().zip(names.into_iter().rev()) {
        person.display_name = name;
    }
    compare_all(&mut audience, event, room, people);

    for gone in people.drain(..2) {
        audience.remove(&gone.user_id);
    }
    if let Some((last, [first, ..])) = people.split_last_mut() {
        last.rules = Arc::clone(&first.rules);
    }
    compare_all(&mut audience, event, room, people);
}

fn compare_all(audience: &mut Audience, event: &Event<'_>, room: Room<'_>, people: &[Person]) {
    let numbers: Vec<u32> = people
        .iter()
        .map(|person| audience.set(&person.user_id, person.display_name.as_deref(), &person.rules))
        .collect();
    let outcome = audience.evaluate(event, room);
    assert!(outcome.exceptions.is_sorted_by(|left, right| left.0 < right.0));
    for (number, _) in &outcome.exceptions {
        assert!(numbers.contains(number));
    }
    let mut evaluator = Evaluator::new(event, room);
    for (person, number) in people.iter().zip(&numbers) {
        let exception = outcome.exceptions.iter().find(|(other, _)| other == number);
        let verdict = exception.map_or(outcome.everyone, |&(_, verdict)| verdict);
        assert_eq!(verdict, evaluator.verdict(&person.member()), "for {}", person.user_id);
    }
}
