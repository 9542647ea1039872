use super::cache::{MissingNodes, NodeCache, NodeIndex};
use super::key::{StateKey, FANOUT};
use super::node::{Child, Entry, Node, NodeHash};
use super::Incomplete;

/// A key whose event is not the same in two maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The key.
    pub key: StateKey,
    /// The event in the first map.
    pub before: Option<u64>,
    /// The event in the second map.
    pub after: Option<u64>,
}

impl NodeCache {
    /// What differs between two maps, in the order of the paths. Only nodes that differ are looked at.
    ///
    /// # Errors
    /// [`Incomplete`]; the missing nodes are all those that can be named so far.
    pub fn diff(&mut self, before: NodeHash, after: NodeHash) -> Result<Vec<Difference>, Incomplete> {
        if before == after {
            return Ok(Vec::new());
        }
        let mut missing = MissingNodes::default();
        let before = missing.note(self.root(before))?;
        let after = missing.note(self.root(after))?;
        let mut comparison = Comparison {
            cache: self,
            differences: Vec::new(),
            missing,
        };
        if let (Some(before), Some(after)) = (before, after) {
            comparison.parts(Part::Node(before), Part::Node(after))?;
        }
        let Comparison {
            differences, missing, ..
        } = comparison;
        missing.check()?;
        self.make_room();
        Ok(differences)
    }
}

/// One side of a comparison.
enum Part {
    /// A few entries, perhaps none.
    Entries(Vec<Entry>),
    /// A node.
    Node(NodeIndex),
}

struct Comparison<'c> {
    cache: &'c mut NodeCache,
    differences: Vec<Difference>,
    missing: MissingNodes,
}

impl Comparison<'_> {
    /// Each level of calls is at least one branch further down on one side, so there are few of them.
    fn parts(&mut self, before: Part, after: Part) -> Result<(), Incomplete> {
        if matches!((&before, &after), (Part::Node(a), Part::Node(b)) if a == b) {
            return Ok(());
        }
        let (before, after) = (self.open(before), self.open(after));
        let depth = match (&before, &after) {
            (Open::Entries(before), Open::Entries(after)) => {
                self.leaves(before, after);
                return Ok(());
            }
            (Open::Branch(branch), Open::Entries(entries)) | (Open::Entries(entries), Open::Branch(branch)) => {
                let Node::Branch(branch) = self.cache.at(*branch) else {
                    return Ok(());
                };
                entries
                    .iter()
                    .map(|entry| entry.key.path().common_depth(branch.prefix))
                    .fold(branch.depth, u8::min)
            }
            (Open::Branch(a), Open::Branch(b)) => match (self.cache.at(*a), self.cache.at(*b)) {
                (Node::Branch(a), Node::Branch(b)) => a.prefix.common_depth(b.prefix).min(a.depth).min(b.depth),
                _ => return Ok(()),
            },
        };
        for slot in 0..FANOUT {
            let references = (
                self.reference(&before, depth, slot),
                self.reference(&after, depth, slot),
            );
            if references.0.is_some() && references.0 == references.1 {
                continue;
            }
            let before = self.part_of(&before, depth, slot)?;
            let after = self.part_of(&after, depth, slot)?;
            if let (Some(before), Some(after)) = (before, after) {
                self.parts(before, after)?;
            }
        }
        Ok(())
    }

    fn open(&self, part: Part) -> Open {
        match part {
            Part::Entries(entries) => Open::Entries(entries),
            Part::Node(index) => match self.cache.at(index) {
                Node::Leaf(entries) => Open::Entries(entries.clone()),
                Node::Branch(_) => Open::Branch(index),
            },
        }
    }

    /// How a branch that stands at this depth refers to its child, which need not be in the cache.
    fn reference(&self, side: &Open, depth: u8, slot: usize) -> Option<Child> {
        match side {
            Open::Branch(index) => match self.cache.at(*index) {
                Node::Branch(branch) if branch.depth == depth => branch.children[slot],
                _ => None,
            },
            Open::Entries(_) => None,
        }
    }

    /// What of a side goes into this slot at this depth; none if it is missing.
    fn part_of(&mut self, side: &Open, depth: u8, slot: usize) -> Result<Option<Part>, Incomplete> {
        let nothing = Part::Entries(Vec::new());
        match side {
            Open::Entries(entries) => {
                let here = entries.iter().filter(|entry| entry.key.path().slot(depth) == slot);
                Ok(Some(Part::Entries(here.copied().collect())))
            }
            Open::Branch(index) => match self.cache.at(*index) {
                Node::Branch(branch) if branch.depth > depth => {
                    let is_here = branch.prefix.slot(depth) == slot;
                    Ok(Some(if is_here { Part::Node(*index) } else { nothing }))
                }
                _ => {
                    let child = self.missing.note(self.cache.child(*index, slot))?;
                    Ok(child.map(|child| child.map_or(nothing, Part::Node)))
                }
            },
        }
    }

    fn leaves(&mut self, before: &[Entry], after: &[Entry]) {
        let (mut a, mut b) = (before.iter().peekable(), after.iter().peekable());
        loop {
            let order = match (a.peek(), b.peek()) {
                (None, None) => return,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(a), Some(b)) => a.key.path().cmp(&b.key.path()),
            };
            let before = if order.is_le() { a.next() } else { None };
            let after = if order.is_ge() { b.next() } else { None };
            let Some(key) = before.or(after).map(|entry| entry.key) else {
                return;
            };
            let (before, after) = (before.map(|entry| entry.event), after.map(|entry| entry.event));
            if before != after {
                self.differences.push(Difference { key, before, after });
            }
        }
    }
}

/// One side, looked into.
enum Open {
    Entries(Vec<Entry>),
    Branch(NodeIndex),
}
