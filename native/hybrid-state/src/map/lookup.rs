use super::cache::{MissingNodes, NodeCache};
use super::key::StateKey;
use super::node::{Node, NodeHash};
use super::Incomplete;

impl NodeCache {
    /// The event with this key in a map.
    ///
    /// # Errors
    /// [`Incomplete`].
    pub fn get(&mut self, root: NodeHash, key: StateKey) -> Result<Option<u64>, Incomplete> {
        let found = self.find_entry(root, key)?;
        self.make_room();
        Ok(found)
    }

    /// The events with these keys in a map, in their order.
    ///
    /// # Errors
    /// [`Incomplete`]; the missing nodes are those of all keys.
    pub fn get_many(&mut self, root: NodeHash, keys: &[StateKey]) -> Result<Vec<Option<u64>>, Incomplete> {
        let mut events = Vec::with_capacity(keys.len());
        let mut missing = MissingNodes::default();
        for &key in keys {
            let found = self.find_entry(root, key);
            events.push(missing.note(found)?.flatten());
        }
        missing.check()?;
        self.make_room();
        Ok(events)
    }

    /// How many entries a map has.
    ///
    /// # Errors
    /// [`Incomplete::Missing`].
    pub fn count(&mut self, root: NodeHash) -> Result<u64, Incomplete> {
        let root = self.root(root)?;
        Ok(self.at(root).count())
    }

    fn find_entry(&mut self, root: NodeHash, key: StateKey) -> Result<Option<u64>, Incomplete> {
        let path = key.path();
        let mut index = self.root(root)?;
        loop {
            let slot = match self.at(index) {
                Node::Leaf(entries) => {
                    let found = entries.iter().find(|entry| entry.key == key);
                    return Ok(found.map(|entry| entry.event));
                }
                Node::Branch(branch) => path.slot(branch.depth),
            };
            // Depths grow on the way down, so it ends. A path that left the prefix of a branch ends at a leaf without it.
            match self.child(index, slot)? {
                Some(child) => index = child,
                None => return Ok(None),
            }
        }
    }
}
