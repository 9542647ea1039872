use super::cache::NodeCache;
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

        let old = self.root(root)?.clone();
        let mut rebuild = Rebuild {
            cache: self,
            nodes: Vec::new(),
            missing: Vec::new(),
        };
        let built = rebuild.node(old, None, &changes)?;
        let Rebuild { nodes, missing, .. } = rebuild;
        if !missing.is_empty() {
            return Err(Incomplete::Missing(missing));
        }
        let mut nodes = nodes;
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
    missing: Vec<NodeHash>,
}

impl Rebuild<'_> {
    /// Changes the subtree of a node; `reference` is how it is known to its parent. Goes down at most once for each depth at
    /// which a branch can stand.
    fn node(&mut self, node: Node, reference: Option<Child>, changes: &[Change]) -> Result<Built, Incomplete> {
        match node {
            Node::Leaf(entries) => {
                let changed = merge(&entries, changes);
                if changed == entries {
                    return Ok(Built::Kept);
                }
                self.build(changed)
            }
            Node::Branch(branch) => self.branch(&branch, reference, changes),
        }
    }

    fn branch(&mut self, branch: &Branch, reference: Option<Child>, changes: &[Change]) -> Result<Built, Incomplete> {
        // What is not below the branch cannot be removed from it.
        let relevant: Vec<Change> = changes
            .iter()
            .filter(|change| {
                change.event.is_some() || change.key.path().starts_with(branch.prefix, branch.depth)
            })
            .copied()
            .collect();
        // Entries outside of its prefix make a new branch above it.
        let depth = relevant
            .iter()
            .map(|change| change.key.path().common_depth(branch.prefix))
            .fold(branch.depth, u8::min);
        let prefix = branch.prefix.prefix(depth);
        let mut slots: [Slot; FANOUT] = [const { Slot::Empty }; FANOUT];
        let mut is_kept = true;
        let mut rest = relevant.as_slice();
        for (slot, built) in slots.iter_mut().enumerate() {
            let here = rest.partition_point(|change| change.key.path().slot(depth) == slot);
            let (changes, others) = rest.split_at(here);
            rest = others;
            let below = prefix.with_slot(depth, slot);
            let outcome = if depth < branch.depth && branch.prefix.slot(depth) == slot {
                let kept = self.branch(branch, reference, changes)?;
                (kept, reference.or_else(|| Some(self.reference(branch))))
            } else {
                match branch.children[slot].filter(|_| depth == branch.depth) {
                    Some(child) if changes.is_empty() => (Built::Kept, Some(child)),
                    Some(child) => match self.cache.child(&child, below, depth + BITS)?.cloned() {
                        Some(node) => (self.node(node, Some(child), changes)?, Some(child)),
                        None => {
                            self.missing.push(child.hash);
                            (Built::Kept, Some(child))
                        }
                    },
                    None => (self.build(merge(&[], changes))?, None),
                }
            };
            *built = match outcome {
                (Built::Kept, None) => Slot::Empty,
                (Built::Kept, Some(child)) => Slot::Stored(child),
                (Built::Entries(entries), before) => {
                    is_kept &= entries.is_empty() && before.is_none();
                    Slot::from_entries(entries)
                }
                (Built::Child(child), _) => {
                    is_kept = false;
                    Slot::Stored(child)
                }
            };
        }
        if is_kept {
            return Ok(Built::Kept);
        }
        self.assemble(depth, prefix, slots)
    }

    /// How a branch is known; only the root has no parent that says so.
    fn reference(&self, branch: &Branch) -> Child {
        let node = Node::Branch(branch.clone());
        Child {
            hash: hash_of(&node.encode()),
            count: node.count(),
        }
    }

    /// The subtree of these entries, which are in order.
    fn build(&mut self, entries: Vec<Entry>) -> Result<Built, Incomplete> {
        let (Some(first), Some(last), true) = (entries.first(), entries.last(), entries.len() > LEAF_CAPACITY) else {
            return Ok(Built::Entries(entries));
        };
        let depth = first.key.path().common_depth(last.key.path());
        let prefix = first.key.path().prefix(depth);
        let mut slots: [Slot; FANOUT] = [const { Slot::Empty }; FANOUT];
        for part in entries.chunk_by(|a, b| a.key.path().slot(depth) == b.key.path().slot(depth)) {
            slots[part[0].key.path().slot(depth)] = match self.build(part.to_vec())? {
                Built::Kept => Slot::Empty,
                Built::Entries(entries) => Slot::from_entries(entries),
                Built::Child(child) => Slot::Stored(child),
            };
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
                        self.cache
                            .collect(&child, below, depth + BITS, &mut entries, &mut self.missing)?;
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
        let branch = Node::Branch(Branch {
            depth,
            prefix,
            children,
        });
        Ok(Built::Child(keep(self.cache, branch, &mut self.nodes)))
    }
}

/// What is below one slot of a branch.
enum Slot {
    Empty,
    Entries(Vec<Entry>),
    Stored(Child),
}

impl Slot {
    fn from_entries(entries: Vec<Entry>) -> Self {
        if entries.is_empty() {
            Self::Empty
        } else {
            Self::Entries(entries)
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
