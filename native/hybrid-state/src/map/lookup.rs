use super::cache::NodeCache;
use super::key::StateKey;
use super::node::{Node, NodeHash};
use super::Incomplete;

impl NodeCache {
    /// The event with this key in a map.
    ///
    /// # Errors
    /// [`Incomplete`].
    pub fn get(&mut self, root: NodeHash, key: StateKey) -> Result<Option<u64>, Incomplete> {
        let found = self.find(root, key)?;
        self.make_room();
        Ok(found)
    }

    /// The events with these keys in a map, in their order.
    ///
    /// # Errors
    /// [`Incomplete`]; the missing nodes are those of all keys.
    pub fn get_many(&mut self, root: NodeHash, keys: &[StateKey]) -> Result<Vec<Option<u64>>, Incomplete> {
        let mut events = Vec::with_capacity(keys.len());
        let mut missing = Vec::new();
        for &key in keys {
            match self.find(root, key) {
                Ok(event) => events.push(event),
                Err(Incomplete::Missing(nodes)) => missing.extend(nodes),
                Err(other) => return Err(other),
            }
        }
        if missing.is_empty() {
            self.make_room();
            return Ok(events);
        }
        missing.sort_unstable();
        missing.dedup();
        Err(Incomplete::Missing(missing))
    }

    /// How many entries a map has.
    ///
    /// # Errors
    /// [`Incomplete::Missing`].
    pub fn count(&mut self, root: NodeHash) -> Result<u64, Incomplete> {
        self.root(root).map(Node::count)
    }

    fn find(&mut self, root: NodeHash, key: StateKey) -> Result<Option<u64>, Incomplete> {
        let path = key.path();
        let mut node = self.root(root)?;
        loop {
            match node {
                Node::Leaf(entries) => {
                    let found = entries.iter().find(|entry| entry.key == key);
                    return Ok(found.map(|entry| entry.event));
                }
                Node::Branch(branch) => {
                    let (depth, slot) = (branch.depth, path.slot(branch.depth));
                    let Some(child) = branch.children[slot].filter(|_| path.starts_with(branch.prefix, depth)) else {
                        return Ok(None);
                    };
                    let below = branch.prefix.with_slot(depth, slot);
                    // Depths grow on the way down, so it ends.
                    node = self
                        .child(&child, below, depth + super::key::BITS)?
                        .ok_or_else(|| Incomplete::Missing(vec![child.hash]))?;
                }
            }
        }
    }
}
