use super::EventNumber;

/// The power levels that each event names in its `auth_events`. Among power levels events themselves this is a forest: the
/// mainline of one of them is its path to the root.
///
/// Beside its parent, each event of the forest has a shortcut to an ancestor further up, so that two paths are followed to
/// where they meet in steps that are logarithmic in their length. After Myers, "An applicative random-access stack", 1983.
#[derive(Debug, Default)]
pub struct PowerTree(Vec<Position>);

#[derive(Clone, Copy, Debug)]
struct Position {
    parent: Option<EventNumber>,
    /// How many ancestors the event has; the shortcut depends on nothing else.
    level: u32,
    shortcut: EventNumber,
}

impl PowerTree {
    /// Adds the next event with the power levels it names, which were added before.
    pub fn push(&mut self, parent: Option<EventNumber>) {
        let event = EventNumber(self.0.len() as u32);
        let position = match parent {
            None => Position {
                parent,
                level: 0,
                shortcut: event,
            },
            Some(above) => {
                let shortcut = self.at(above).shortcut;
                let (first, second) = (self.at(shortcut), self.at(self.at(shortcut).shortcut));
                let is_balanced = self.at(above).level - first.level == first.level - second.level;
                Position {
                    parent,
                    level: self.at(above).level + 1,
                    shortcut: if is_balanced { first.shortcut } else { above },
                }
            }
        };
        self.0.push(position);
    }

    /// The power levels that an event names.
    pub fn parent(&self, event: EventNumber) -> Option<EventNumber> {
        self.at(event).parent
    }

    /// How many ancestors the last event has that is on the paths of both, if there is one.
    pub fn meeting_level(&self, a: EventNumber, b: EventNumber) -> Option<u32> {
        let level = self.at(a).level.min(self.at(b).level);
        let (mut a, mut b) = (self.up_to(a, level), self.up_to(b, level));
        while a != b {
            let (above_a, above_b) = (self.at(a), self.at(b));
            // Two roots never meet.
            let parents = (above_a.parent?, above_b.parent?);
            (a, b) = if above_a.shortcut != above_b.shortcut {
                (above_a.shortcut, above_b.shortcut)
            } else {
                parents
            };
        }
        Some(self.at(a).level)
    }

    fn up_to(&self, mut event: EventNumber, level: u32) -> EventNumber {
        loop {
            let here = self.at(event);
            match here.parent {
                Some(parent) if here.level > level => {
                    let is_within = self.at(here.shortcut).level >= level;
                    event = if is_within { here.shortcut } else { parent };
                }
                _ => return event,
            }
        }
    }

    fn at(&self, event: EventNumber) -> &Position {
        &self.0[event.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_meet_where_walking_up_meets() {
        // A forest with long paths and forks: the parent of n is somewhere before it.
        let mut tree = PowerTree::default();
        let mut parents = Vec::new();
        for number in 0..600u32 {
            let parent = match number {
                0 | 300 => None,
                _ if number % 7 == 0 => Some(number / 2 + if number > 300 { 150 } else { 0 }),
                _ => Some(number - 1),
            };
            tree.push(parent.map(EventNumber));
            parents.push(parent);
        }
        let path = |mut event: u32| {
            let mut path = vec![event];
            while let Some(parent) = parents[event as usize] {
                event = parent;
                path.push(event);
            }
            path
        };
        for a in (0..600).step_by(13) {
            for b in (0..600).step_by(11) {
                let (to_a, to_b) = (path(a), path(b));
                let meeting = to_a.iter().position(|event| to_b.contains(event));
                let expected = meeting.map(|position| (to_a.len() - 1 - position) as u32);
                assert_eq!(tree.meeting_level(EventNumber(a), EventNumber(b)), expected, "{a} {b}");
            }
        }
    }
}
