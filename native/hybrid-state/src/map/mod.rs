//! Room state as a persistent, content-addressed tree.
//!
//! A map from (type, state key) to an event, all of them numbers that the store hands out. Its shape follows from its entries
//! alone, so equal maps have equal roots, whatever their history. A change makes new nodes on one path and shares all others:
//! the state at every event costs a few hundred bytes.
//!
//! The tree is a radix tree over 96 bits: the number of the type, then the number of the state key with its bits mixed, so that
//! a type is a prefix and the state keys below it spread evenly. Subtrees of few entries are one leaf; a branch stands where
//! the paths of its entries part. After the hash array mapped trie in its canonical form, CHAMP: Steindorff and Vinju,
//! "Optimizing hash-array mapped tries for fast and lean immutable JVM collections", 2015.
//!
//! Nothing here reads or writes: nodes wait in a [`NodeCache`]; what is not there is named in [`Incomplete::Missing`], and the
//! caller brings it and asks again.

mod cache;
mod diff;
mod encoding;
mod entries;
mod key;
mod lookup;
mod node;
mod update;

pub use cache::NodeCache;
pub use diff::Difference;
pub use encoding::NodeError;
pub use key::StateKey;
pub use node::{Entry, NodeHash};
pub use update::{Change, Update};

/// Why an operation did not reach its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Incomplete {
    /// These nodes are not in the cache. With them there, the operation gets further; it may name others then.
    #[error("{} nodes are not in the cache", .0.len())]
    Missing(Vec<NodeHash>),
    /// A node is not what its parent says it is: they were not made together.
    #[error("node {0} does not fit below its parent")]
    Inconsistent(NodeHash),
}
