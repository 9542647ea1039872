use super::cache::{MissingNodes, NodeCache, NodeIndex};
use super::encoding::hash_of;
use super::key::{Path, StateKey, BITS, FANOUT};
use super::node::{Branch, Child, Entry, Node, NodeHash, LEAF_CAPACITY};
use super::Incomplete;

/// What becomes of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The key.
    pub key: StateKey,
    /// Its event from now on; none removes it.
    pub event: Option<u64>,
}

/// A map after changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Its root.
    pub root: NodeHash,
    /// The nodes to keep: those on the changed paths, whether or not some were kept before. They are in the cache already.
    pub nodes: Vec<(NodeHash, Vec<u8>)>,
}

impl NodeCache {
    /// Changes a map, all at once. The old one stays as it is. Of changes to the same key the last one counts.
    ///
    /// # Errors
    /// [`Incomplete`]; the missing nodes are all those that can be named so far.
    pub fn update(&mut self, root: NodeHash, changes: &[Change]) -> Result<Update, Incomplete> {
        let mut changes: Vec<Change> = changes.to_vec();
        changes.sort_by_key(|change| change.key.path());
        changes.reverse();
        changes.dedup_by_key(|change| change.key);
        changes.reverse();

        let old = self.root(root)?;
        let mut rebuild = Rebuild {
            cache: self,
            nodes: Vec::new(),
            missing: MissingNodes::default(),
        };
        let built = rebuild.node(old, &changes)?;
        let Rebuild { mut nodes, missing, .. } = rebuild;
        missing.check()?;
        let root = match built {
            Built::Kept => root,
            Built::Child(child) => child.hash,
            Built::Entries(entries) => keep(self, Node::Leaf(entries), &mut nodes).hash,
        };
        self.make_room();
        Ok(Update { root, nodes })
    }
}

/// A subtree after changes.
enum Built {
    /// It is what it was.
    Kept,
    /// Few enough entries for a leaf, which is not made yet: the parent may take them in.
    Entries(Vec<Entry>),
    /// A stored node.
    Child(Child),
}

struct Rebuild<'c> {
    cache: &'c mut NodeCache,
    nodes: Vec<(NodeHash, Vec<u8>)>,
    missing: MissingNodes,
}

impl Rebuild<'_> {
    /// Changes the subtree of a node. Goes down at most once for each depth at which a branch can stand.
    fn node(&mut self, index: NodeIndex, changes: &[Change]) -> Result<Built, Incomplete> {
        match self.cache.at(index) {
            Node::Leaf(entries) => {
                let changed = merge(entries, changes);
                if changed == *entries {
                    return Ok(Built::Kept);
                }
                self.build(changed)
            }
            Node::Branch(branch) => {
                let (depth, prefix) = (branch.depth, branch.prefix);
                // What is not below the branch cannot be removed from it.
                let mut relevant = changes.to_vec();
                relevant.retain(|change| change.event.is_some() || change.key.path().starts_with(prefix, depth));
                // Entries outside of its prefix make a new branch above it.
                let outside = relevant
                    .iter()
                    .map(|change| change.key.path().common_depth(prefix))
                    .fold(depth, u8::min);
                if outside < depth {
                    self.put_above(index, outside, prefix, &relevant)
                } else {
                    self.children(index, depth, prefix, &relevant)
                }
            }
        }
    }

    /// Changes the children of a branch.
    fn children(&mut self, index: NodeIndex, depth: u8, prefix: Path, changes: &[Change]) -> Result<Built, Incomplete> {
        let mut slots = [const { Slot::Empty }; FANOUT];
        let mut is_kept = true;
        for (slot, changes) in by_slot(changes, depth).into_iter().enumerate() {
            let before = self.cache.reference(index, slot);
            let built = match before {
                Some(_) if changes.is_empty() => Built::Kept,
                Some(_) => match self.missing.note(self.cache.child(index, slot))? {
                    Some(Some(child)) => self.node(child, changes)?,
                    _ => Built::Kept,
                },
                None if changes.is_empty() => Built::Kept,
                None => self.build(merge(&[], changes))?,
            };
            is_kept &= matches!(built, Built::Kept);
            slots[slot] = Slot::new(built, before);
        }
        if is_kept {
            return Ok(Built::Kept);
        }
        self.assemble(depth, prefix, slots)
    }

    /// Makes a branch above one that does not hold all of the changed keys.
    fn put_above(
        &mut self,
        index: NodeIndex,
        depth: u8,
        prefix: Path,
        changes: &[Change],
    ) -> Result<Built, Incomplete> {
        let below = prefix.slot(depth);
        let mut slots = [const { Slot::Empty }; FANOUT];
        for (slot, changes) in by_slot(changes, depth).into_iter().enumerate() {
            slots[slot] = if slot == below {
                Slot::new(self.node(index, changes)?, Some(self.cache.as_child(index)))
            } else {
                Slot::new(self.build(merge(&[], changes))?, None)
            };
        }
        self.assemble(depth, prefix.prefix(depth), slots)
    }

    /// The subtree of these entries, which are in order.
    fn build(&mut self, entries: Vec<Entry>) -> Result<Built, Incomplete> {
        let (Some(first), Some(last), true) = (entries.first(), entries.last(), entries.len() > LEAF_CAPACITY) else {
            return Ok(Built::Entries(entries));
        };
        let depth = first.key.path().common_depth(last.key.path());
        let prefix = first.key.path().prefix(depth);
        let mut slots = [const { Slot::Empty }; FANOUT];
        for part in entries.chunk_by(|a, b| a.key.path().slot(depth) == b.key.path().slot(depth)) {
            slots[part[0].key.path().slot(depth)] = Slot::new(self.build(part.to_vec())?, None);
        }
        self.assemble(depth, prefix, slots)
    }

    /// The one form of a subtree of these parts.
    fn assemble(&mut self, depth: u8, prefix: Path, slots: [Slot; FANOUT]) -> Result<Built, Incomplete> {
        let count: u64 = slots.iter().map(Slot::count).sum();
        if count <= LEAF_CAPACITY as u64 {
            let mut entries = Vec::with_capacity(LEAF_CAPACITY);
            for (slot, part) in slots.into_iter().enumerate() {
                match part {
                    Slot::Empty => {}
                    Slot::Entries(few) => entries.extend(few),
                    Slot::Stored(child) => {
                        let below = prefix.with_slot(depth, slot);
                        let found = self.cache.checked_child(&child, below, depth + BITS);
                        if let Some(index) = self.missing.note(found)? {
                            self.cache.collect(index, &mut entries, &mut self.missing)?;
                        }
                    }
                }
            }
            return Ok(Built::Entries(entries));
        }
        let mut present = slots.iter().filter(|slot| slot.count() > 0);
        if let (Some(Slot::Stored(only)), None) = (present.next(), present.next()) {
            return Ok(Built::Child(*only));
        }
        let children = slots.map(|slot| match slot {
            Slot::Empty => None,
            Slot::Entries(entries) => Some(keep(self.cache, Node::Leaf(entries), &mut self.nodes)),
            Slot::Stored(child) => Some(child),
        });
        let branch = Node::Branch(Box::new(Branch {
            depth,
            prefix,
            children,
        }));
        Ok(Built::Child(keep(self.cache, branch, &mut self.nodes)))
    }
}

/// Changes that share a path up to this depth, by where they go there.
fn by_slot(changes: &[Change], depth: u8) -> [&[Change]; FANOUT] {
    let mut rest = changes;
    std::array::from_fn(|slot| {
        let count = rest.partition_point(|change| change.key.path().slot(depth) == slot);
        let (here, others) = rest.split_at(count);
        rest = others;
        here
    })
}

/// What is below one slot of a branch.
enum Slot {
    Empty,
    Entries(Vec<Entry>),
    Stored(Child),
}

impl Slot {
    fn new(built: Built, before: Option<Child>) -> Self {
        match built {
            Built::Kept => before.map_or(Self::Empty, Self::Stored),
            Built::Entries(entries) if entries.is_empty() => Self::Empty,
            Built::Entries(entries) => Self::Entries(entries),
            Built::Child(child) => Self::Stored(child),
        }
    }

    fn count(&self) -> u64 {
        match self {
            Self::Empty => 0,
            Self::Entries(entries) => entries.len() as u64,
            Self::Stored(child) => child.count,
        }
    }
}

/// Entries after changes; both are in the order of their paths.
fn merge(entries: &[Entry], changes: &[Change]) -> Vec<Entry> {
    let mut merged = Vec::with_capacity(entries.len() + changes.len());
    let mut entries = entries.iter().copied().peekable();
    for change in changes {
        let path = change.key.path();
        while let Some(before) = entries.next_if(|entry| entry.key.path() < path) {
            merged.push(before);
        }
        entries.next_if(|entry| entry.key == change.key);
        merged.extend(change.event.map(|event| Entry { key: change.key, event }));
    }
    merged.extend(entries);
    merged
}

fn keep(cache: &mut NodeCache, node: Node, nodes: &mut Vec<(NodeHash, Vec<u8>)>) -> Child {
    let bytes = node.encode();
    let child = Child {
        hash: hash_of(&bytes),
        count: node.count(),
    };
    nodes.push((child.hash, bytes));
    cache.insert(child.hash, node);
    child
}
