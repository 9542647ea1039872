use std::fmt::{Debug, Display, Formatter};

use super::key::{Path, StateKey, FANOUT};

/// The most entries of a leaf.
pub const LEAF_CAPACITY: usize = 32;

/// The name of a node: the first 20 bytes of the SHA-256 of its encoding.
///
/// Every parent holds the names of its children, so their length is most of what a change costs. 160 bits are enough: what a
/// node holds are numbers that this server hands out, so nobody can search for two nodes with one name from outside, and for
/// a single server the first accident is due after some 2^80 nodes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeHash(pub [u8; Self::LENGTH]);

impl NodeHash {
    /// How many bytes a name has.
    pub const LENGTH: usize = 20;

    /// The root of the map without entries. It is never missing.
    pub const EMPTY: Self = Self([
        0x6E, 0x34, 0x0B, 0x9C, 0xFF, 0xB3, 0x7A, 0x98, 0x9C, 0xA5, 0x44, 0xE6, 0xBB, 0x78, 0x0A, 0x2C, 0x78, 0x90,
        0x1D, 0x3F,
    ]);
}

impl std::hash::Hash for NodeHash {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        let mut first = [0; 8];
        first.copy_from_slice(&self.0[..8]);
        state.write_u64(u64::from_le_bytes(first));
    }
}

impl Display for NodeHash {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl Debug for NodeHash {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        Display::fmt(self, formatter)
    }
}

/// A state event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// What it is found by.
    pub key: StateKey,
    /// The number of the event.
    pub event: u64,
}

/// A part of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// At most [`LEAF_CAPACITY`] entries, in the order of their paths.
    Leaf(Vec<Entry>),
    /// More entries than a leaf takes.
    Branch(Box<Branch>),
}

/// Where the paths of entries part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// How many bits all entries share.
    pub depth: u8,
    /// These bits.
    pub prefix: Path,
    /// One child for each value of the next bits; at least two are there.
    pub children: [Option<Child>; FANOUT],
}

/// A reference to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Child {
    pub hash: NodeHash,
    /// How many entries are below: what fits into a leaf becomes one, and this tells without a look at the siblings.
    pub count: u64,
}

impl Node {
    /// How many entries are below.
    pub fn count(&self) -> u64 {
        match self {
            Self::Leaf(entries) => entries.len() as u64,
            // The sum was checked when the node was decoded.
            Self::Branch(branch) => branch.children.iter().flatten().map(|child| child.count).sum(),
        }
    }

    /// Whether everything below begins with this prefix, and there are as many entries as the parent says.
    pub fn fits(&self, prefix: Path, depth: u8, count: u64) -> bool {
        let begins = match self {
            Self::Leaf(entries) => [entries.first(), entries.last()]
                .into_iter()
                .flatten()
                .all(|entry| entry.key.path().starts_with(prefix, depth)),
            Self::Branch(branch) => branch.depth >= depth && branch.prefix.starts_with(prefix, depth),
        };
        begins && self.count() == count
    }
}
