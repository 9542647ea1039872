use super::cache::NodeCache;
use super::key::{Path, StateKey, BITS, FANOUT};
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
        let roots = (self.node(before).cloned(), self.node(after).cloned());
        let (Some(first), Some(second)) = roots else {
            let missing = [(before, roots.0.is_none()), (after, roots.1.is_none())];
            return Err(Incomplete::Missing(
                missing.into_iter().filter(|(_, is)| *is).map(|(hash, _)| hash).collect(),
            ));
        };
        let mut comparison = Comparison {
            cache: self,
            differences: Vec::new(),
            missing: Vec::new(),
        };
        comparison.nodes(first, second)?;
        let Comparison {
            differences, missing, ..
        } = comparison;
        if missing.is_empty() {
            self.make_room();
            Ok(differences)
        } else {
            Err(Incomplete::Missing(missing))
        }
    }
}

/// One side of a comparison.
enum Part {
    /// A node at hand.
    Open(Node),
    /// A node that is below this prefix.
    Stored(Child, Path, u8),
}

struct Comparison<'c> {
    cache: &'c mut NodeCache,
    differences: Vec<Difference>,
    missing: Vec<NodeHash>,
}

impl Comparison<'_> {
    /// Each level of calls is at least one branch further down on one side, so there are few of them.
    fn parts(&mut self, before: Part, after: Part) -> Result<(), Incomplete> {
        match (&before, &after) {
            (Part::Stored(a, ..), Part::Stored(b, ..)) if a.hash == b.hash => Ok(()),
            _ => match (self.open(before)?, self.open(after)?) {
                (Some(before), Some(after)) => self.nodes(before, after),
                _ => Ok(()),
            },
        }
    }

    fn open(&mut self, part: Part) -> Result<Option<Node>, Incomplete> {
        match part {
            Part::Open(node) => Ok(Some(node)),
            Part::Stored(child, prefix, depth) => {
                let node = self.cache.child(&child, prefix, depth)?.cloned();
                if node.is_none() {
                    self.missing.push(child.hash);
                }
                Ok(node)
            }
        }
    }

    fn nodes(&mut self, before: Node, after: Node) -> Result<(), Incomplete> {
        let depth = match (&before, &after) {
            (Node::Leaf(before), Node::Leaf(after)) => {
                self.leaves(before, after);
                return Ok(());
            }
            (Node::Branch(branch), Node::Leaf(entries)) | (Node::Leaf(entries), Node::Branch(branch)) => entries
                .iter()
                .map(|entry| entry.key.path().common_depth(branch.prefix))
                .fold(branch.depth, u8::min),
            (Node::Branch(a), Node::Branch(b)) => a.prefix.common_depth(b.prefix).min(a.depth).min(b.depth),
        };
        for (before, after) in split(before, depth).into_iter().zip(split(after, depth)) {
            self.parts(before, after)?;
        }
        Ok(())
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

/// What of a node goes where at this depth.
fn split(node: Node, depth: u8) -> [Part; FANOUT] {
    let mut parts = std::array::from_fn(|_| Part::Open(Node::Leaf(Vec::new())));
    match node {
        Node::Leaf(entries) => {
            for entry in entries {
                if let Part::Open(Node::Leaf(entries)) = &mut parts[entry.key.path().slot(depth)] {
                    entries.push(entry);
                }
            }
        }
        Node::Branch(branch) if branch.depth == depth => {
            for (slot, child) in branch.children.into_iter().enumerate() {
                if let Some(child) = child {
                    parts[slot] = Part::Stored(child, branch.prefix.with_slot(depth, slot), depth + BITS);
                }
            }
        }
        Node::Branch(branch) => {
            let slot = branch.prefix.slot(depth);
            parts[slot] = Part::Open(Node::Branch(branch));
        }
    }
    parts
}
