use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::encoding::{hash_of, NodeError};
use super::key::Path;
use super::node::{Child, Node, NodeHash};
use super::Incomplete;

/// Nodes in memory, of any number of maps: what maps have in common is there once.
///
/// When it is full, it forgets what was not used since it was half full. That happens at the end of an operation only, so that
/// an operation that needs more than the cache holds still comes to its end.
#[derive(Debug)]
pub struct NodeCache {
    /// Used since the last turn.
    young: Nodes,
    /// Used between the turn before and the last.
    old: Nodes,
    capacity: usize,
}

type Nodes = HashMap<NodeHash, Node, BuildHasherDefault<FirstBytes>>;

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
            young: Nodes::default(),
            old: Nodes::default(),
            capacity,
        };
        cache.keep_empty();
        cache
    }

    /// How many nodes are there.
    pub fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }

    /// Whether no node is there: never, since that of the empty map always is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
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
        if self.young.len() > self.capacity / 2 {
            self.old = std::mem::take(&mut self.young);
            self.keep_empty();
        }
    }

    pub(super) fn insert(&mut self, hash: NodeHash, node: Node) {
        self.young.insert(hash, node);
    }

    /// The node with this hash.
    pub(super) fn node(&mut self, hash: NodeHash) -> Option<&Node> {
        if !self.young.contains_key(&hash) {
            let node = self.old.remove(&hash)?;
            self.young.insert(hash, node);
        }
        self.young.get(&hash)
    }

    /// The node below a parent that expects this of it.
    pub(super) fn child(&mut self, child: &Child, prefix: Path, depth: u8) -> Result<Option<&Node>, Incomplete> {
        match self.node(child.hash) {
            Some(node) if !node.fits(prefix, depth, child.count) => Err(Incomplete::Inconsistent(child.hash)),
            found => Ok(found),
        }
    }

    /// The root of a map.
    ///
    /// # Errors
    /// [`Incomplete::Missing`].
    pub(super) fn root(&mut self, hash: NodeHash) -> Result<&Node, Incomplete> {
        self.node(hash).ok_or_else(|| Incomplete::Missing(vec![hash]))
    }

    fn keep_empty(&mut self) {
        self.insert(NodeHash::EMPTY, Node::Leaf(Vec::new()));
    }
}
