use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::encoding::{hash_of, NodeError};
use super::key::{Path, BITS, FANOUT};
use super::node::{Child, Node, NodeHash};
use super::Incomplete;

/// Nodes in memory, of any number of maps: what maps have in common is there once.
///
/// When it is over its capacity, it forgets what was not used since the last time. That happens at the end of an operation
/// only, so that an operation that needs more than the cache holds still comes to its end.
#[derive(Debug)]
pub struct NodeCache {
    nodes: Vec<CachedNode>,
    by_hash: HashMap<NodeHash, NodeIndex, BuildHasherDefault<FirstBytes>>,
    capacity: usize,
}

/// Where a node is in the cache, until something is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeIndex(u32);

#[derive(Debug)]
struct CachedNode {
    hash: NodeHash,
    node: Node,
    /// Where the children are, as far as somebody went there. Until then nobody checked that they fit.
    children: [Option<NodeIndex>; FANOUT],
    is_used: bool,
}

/// The first bytes of a hash are as good as any hash of them.
#[derive(Debug, Default)]
struct FirstBytes(u64);

impl Hasher for FirstBytes {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, first: u64) {
        self.0 = first;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl NodeCache {
    /// An empty cache that keeps up to `capacity` nodes, of some 300 bytes each.
    pub fn new(capacity: usize) -> Self {
        let mut cache = Self {
            nodes: Vec::new(),
            by_hash: HashMap::default(),
            capacity: capacity.min(u32::MAX as usize / 2),
        };
        cache.insert(NodeHash::EMPTY, Node::Leaf(Vec::new()));
        cache
    }

    /// How many nodes are there.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether no node is there: never, since that of the empty map always is.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Takes a node in.
    ///
    /// # Errors
    /// The bytes are no node, or another one than `hash` names.
    pub fn load(&mut self, hash: NodeHash, bytes: &[u8]) -> Result<(), NodeError> {
        let node = Node::decode(bytes)?;
        if hash_of(bytes) != hash {
            return Err(NodeError::OtherNode(hash));
        }
        self.insert(hash, node);
        Ok(())
    }

    /// Forgets what was not used for long, if there is too much.
    pub(super) fn make_room(&mut self) {
        if self.nodes.len() <= self.capacity {
            return;
        }
        let nodes = std::mem::take(&mut self.nodes);
        self.by_hash.clear();
        for cached in nodes {
            if cached.is_used && self.nodes.len() < self.capacity / 2 || cached.hash == NodeHash::EMPTY {
                self.insert(cached.hash, cached.node);
            }
        }
        self.nodes.iter_mut().for_each(|cached| cached.is_used = false);
    }

    pub(super) fn insert(&mut self, hash: NodeHash, node: Node) {
        // Within one operation the cache may grow beyond its capacity, but never to four thousand million nodes in memory.
        let next = NodeIndex(self.nodes.len() as u32);
        self.by_hash.entry(hash).or_insert_with(|| {
            self.nodes.push(CachedNode {
                hash,
                node,
                children: [None; FANOUT],
                is_used: true,
            });
            next
        });
    }

    /// The node at a place.
    pub(super) fn at(&self, index: NodeIndex) -> &Node {
        &self.nodes[index.0 as usize].node
    }

    /// The root of a map.
    ///
    /// # Errors
    /// [`Incomplete::Missing`].
    pub(super) fn root(&mut self, hash: NodeHash) -> Result<NodeIndex, Incomplete> {
        let index = self.find(hash).ok_or_else(|| Incomplete::Missing(vec![hash]))?;
        self.nodes[index.0 as usize].is_used = true;
        Ok(index)
    }

    /// How a branch refers to the child in this slot.
    pub(super) fn reference(&self, parent: NodeIndex, slot: usize) -> Option<Child> {
        match self.at(parent) {
            Node::Leaf(_) => None,
            Node::Branch(branch) => branch.children[slot],
        }
    }

    /// How a parent refers to a node.
    pub(super) fn as_child(&self, index: NodeIndex) -> Child {
        let cached = &self.nodes[index.0 as usize];
        Child {
            hash: cached.hash,
            count: cached.node.count(),
        }
    }

    /// The child of a branch in this slot. None is there, and nothing is missing, if the node is a leaf or the slot is empty.
    ///
    /// # Errors
    /// [`Incomplete`].
    pub(super) fn child(&mut self, parent: NodeIndex, slot: usize) -> Result<Option<NodeIndex>, Incomplete> {
        let cached = &self.nodes[parent.0 as usize];
        let index = match cached.children[slot] {
            Some(index) => index,
            None => {
                let Node::Branch(branch) = &cached.node else {
                    return Ok(None);
                };
                let Some(child) = branch.children[slot] else {
                    return Ok(None);
                };
                let (prefix, depth) = (branch.prefix.with_slot(branch.depth, slot), branch.depth + BITS);
                let index = self.checked_child(&child, prefix, depth)?;
                self.nodes[parent.0 as usize].children[slot] = Some(index);
                index
            }
        };
        self.nodes[index.0 as usize].is_used = true;
        Ok(Some(index))
    }

    /// The node that a reference below this prefix means.
    ///
    /// # Errors
    /// [`Incomplete`].
    pub(super) fn checked_child(&self, child: &Child, prefix: Path, depth: u8) -> Result<NodeIndex, Incomplete> {
        let hash = child.hash;
        let index = self.find(hash).ok_or_else(|| Incomplete::Missing(vec![hash]))?;
        if self.at(index).fits(prefix, depth, child.count) {
            Ok(index)
        } else {
            Err(Incomplete::Inconsistent(hash))
        }
    }

    fn find(&self, hash: NodeHash) -> Option<NodeIndex> {
        self.by_hash.get(&hash).copied()
    }
}

/// The nodes that are missing so far.
#[derive(Debug, Default)]
pub struct MissingNodes(Vec<NodeHash>);

impl MissingNodes {
    /// What was found, unless nodes are missing, which is remembered.
    ///
    /// # Errors
    /// [`Incomplete::Inconsistent`].
    pub fn note<T>(&mut self, found: Result<T, Incomplete>) -> Result<Option<T>, Incomplete> {
        match found {
            Ok(found) => Ok(Some(found)),
            Err(Incomplete::Missing(nodes)) => {
                self.0.extend(nodes);
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    /// Whether nothing is missing.
    ///
    /// # Errors
    /// [`Incomplete::Missing`] names each missing node once.
    pub fn check(mut self) -> Result<(), Incomplete> {
        self.0.sort_unstable();
        self.0.dedup();
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Incomplete::Missing(self.0))
        }
    }
}
