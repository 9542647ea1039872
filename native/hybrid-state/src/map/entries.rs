use super::cache::{MissingNodes, NodeCache, NodeIndex};
use super::key::{Path, StateKey, BITS, FANOUT};
use super::node::{Entry, Node, NodeHash};
use super::Incomplete;

impl NodeCache {
    /// The entries of a map, or those of one type, in the order of their paths: by type, then mixed.
    ///
    /// # Errors
    /// [`Incomplete`]; the missing nodes are all those that can be named so far.
    pub fn entries(&mut self, root: NodeHash, kind: Option<u32>) -> Result<Vec<Entry>, Incomplete> {
        let (prefix, depth) = match kind {
            Some(kind) => (StateKey { kind, key: 0 }.path().prefix(32), 32),
            None => (Path(0), 0),
        };
        let mut walk = Walk {
            prefix,
            depth,
            entries: Vec::new(),
            missing: MissingNodes::default(),
        };
        let root = self.root(root)?;
        walk.visit(self, root)?;
        walk.missing.check()?;
        self.make_room();
        Ok(walk.entries)
    }

    /// Adds all entries below a node, or the nodes that are missing.
    ///
    /// # Errors
    /// [`Incomplete::Inconsistent`].
    pub(super) fn collect(
        &mut self,
        index: NodeIndex,
        entries: &mut Vec<Entry>,
        missing: &mut MissingNodes,
    ) -> Result<(), Incomplete> {
        let mut walk = Walk {
            prefix: Path(0),
            depth: 0,
            entries: std::mem::take(entries),
            missing: std::mem::take(missing),
        };
        let visited = walk.visit(self, index);
        (*entries, *missing) = (walk.entries, walk.missing);
        visited
    }
}

/// A walk over what begins with a prefix.
struct Walk {
    prefix: Path,
    depth: u8,
    entries: Vec<Entry>,
    missing: MissingNodes,
}

impl Walk {
    /// Goes down at most once for each depth at which a branch can stand.
    fn visit(&mut self, cache: &mut NodeCache, index: NodeIndex) -> Result<(), Incomplete> {
        let (depth, prefix) = match cache.at(index) {
            Node::Leaf(entries) => {
                let wanted = entries
                    .iter()
                    .filter(|entry| entry.key.path().starts_with(self.prefix, self.depth));
                self.entries.extend(wanted);
                return Ok(());
            }
            Node::Branch(branch) => (branch.depth, branch.prefix),
        };
        for slot in 0..FANOUT {
            let common = (depth + BITS).min(self.depth);
            if prefix.with_slot(depth, slot).prefix(common) != self.prefix.prefix(common) {
                continue;
            }
            if let Some(Some(child)) = self.missing.note(cache.child(index, slot))? {
                self.visit(cache, child)?;
            }
        }
        Ok(())
    }
}
