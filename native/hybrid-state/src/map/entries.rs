use super::cache::NodeCache;
use super::key::{Path, StateKey, BITS};
use super::node::{Child, Entry, Node, NodeHash};
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
            missing: Vec::new(),
        };
        let root = self.root(root)?.clone();
        walk.visit(self, &root)?;
        if walk.missing.is_empty() {
            self.make_room();
            Ok(walk.entries)
        } else {
            Err(Incomplete::Missing(walk.missing))
        }
    }

    /// Adds the entries below a child, or the nodes that are missing.
    pub(super) fn collect(
        &mut self,
        child: &Child,
        prefix: Path,
        depth: u8,
        entries: &mut Vec<Entry>,
        missing: &mut Vec<NodeHash>,
    ) -> Result<(), Incomplete> {
        let mut walk = Walk {
            prefix: Path(0),
            depth: 0,
            entries: std::mem::take(entries),
            missing: std::mem::take(missing),
        };
        let visited = walk.visit_child(self, child, prefix, depth);
        (*entries, *missing) = (walk.entries, walk.missing);
        visited
    }
}

/// A walk over what begins with a prefix.
struct Walk {
    prefix: Path,
    depth: u8,
    entries: Vec<Entry>,
    missing: Vec<NodeHash>,
}

impl Walk {
    /// Goes down at most once for each depth at which a branch can stand.
    fn visit(&mut self, cache: &mut NodeCache, node: &Node) -> Result<(), Incomplete> {
        match node {
            Node::Leaf(entries) => {
                let wanted = entries
                    .iter()
                    .filter(|entry| entry.key.path().starts_with(self.prefix, self.depth));
                self.entries.extend(wanted);
            }
            Node::Branch(branch) => {
                for (slot, child) in branch.children.iter().enumerate() {
                    let Some(child) = child else { continue };
                    let (below, depth) = (branch.prefix.with_slot(branch.depth, slot), branch.depth + BITS);
                    let common = depth.min(self.depth);
                    if below.prefix(common) == self.prefix.prefix(common) {
                        self.visit_child(cache, child, below, depth)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn visit_child(&mut self, cache: &mut NodeCache, child: &Child, prefix: Path, depth: u8) -> Result<(), Incomplete> {
        // The copy lets the walk go on in the cache; a node is a few hundred bytes.
        match cache.child(child, prefix, depth)?.cloned() {
            Some(node) => self.visit(cache, &node),
            None => {
                self.missing.push(child.hash);
                Ok(())
            }
        }
    }
}
