use hybrid_signing::sha256;

use super::key::{Path, StateKey, BITS, FANOUT};
use super::node::{Branch, Child, Entry, Node, NodeHash, LEAF_CAPACITY};

/// Why bytes are not a node.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
    /// They are the encoding of no node.
    #[error("not a node: {0}")]
    Malformed(&'static str),
    /// They are another node than the one that was asked for.
    #[error("not the node {0}")]
    OtherNode(NodeHash),
}

const LEAF: u8 = 0;
const BRANCH: u8 = 1;

/// The name of a node.
pub fn hash_of(bytes: &[u8]) -> NodeHash {
    let full = sha256(bytes);
    let mut hash = NodeHash([0; NodeHash::LENGTH]);
    hash.0.copy_from_slice(&full[..NodeHash::LENGTH]);
    hash
}

impl Node {
    /// The one encoding of the node. Numbers are in groups of seven bits, the lowest first (LEB128).
    ///
    /// A leaf is a zero, then type, state key and event of each entry in the order of their paths. A branch is a one, its
    /// depth, the whole bytes that hold its prefix, a bit for each child that is there, and of each child its count and hash.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Leaf(entries) => {
                let mut bytes = Vec::with_capacity(1 + 10 * entries.len());
                bytes.push(LEAF);
                for entry in entries {
                    write_number(u64::from(entry.key.kind), &mut bytes);
                    write_number(entry.key.key, &mut bytes);
                    write_number(entry.event, &mut bytes);
                }
                bytes
            }
            Self::Branch(branch) => {
                let mut bytes = Vec::with_capacity(16 + FANOUT * (NodeHash::LENGTH + 3));
                bytes.extend([BRANCH, branch.depth]);
                bytes.extend(&branch.prefix.0.to_be_bytes()[..prefix_bytes(branch.depth)]);
                let present = (0..FANOUT).filter(|&slot| branch.children[slot].is_some());
                let bitmap = present.fold(0u32, |bits, slot| bits | 1 << slot);
                bytes.extend(&bitmap.to_le_bytes()[..FANOUT.div_ceil(8)]);
                for child in branch.children.iter().flatten() {
                    write_number(child.count, &mut bytes);
                    bytes.extend(child.hash.0);
                }
                bytes
            }
        }
    }

    /// Reads a node, and takes nothing but what [`Node::encode`] writes.
    ///
    /// # Errors
    /// [`NodeError::Malformed`].
    pub fn decode(bytes: &[u8]) -> Result<Self, NodeError> {
        match bytes.split_first() {
            Some((&LEAF, rest)) => decode_leaf(rest),
            Some((&BRANCH, rest)) => decode_branch(rest).map(|branch| Self::Branch(Box::new(branch))),
            _ => Err(NodeError::Malformed("it is neither a leaf nor a branch")),
        }
    }
}

fn decode_leaf(mut bytes: &[u8]) -> Result<Node, NodeError> {
    let mut entries = Vec::new();
    let mut last = None;
    while !bytes.is_empty() {
        let kind = read_number(&mut bytes)?;
        let key = StateKey {
            kind: u32::try_from(kind).map_err(|_| NodeError::Malformed("a type is out of range"))?,
            key: read_number(&mut bytes)?,
        };
        let path = key.path();
        if last >= Some(path) {
            return Err(NodeError::Malformed("its entries are out of order"));
        }
        last = Some(path);
        let event = read_number(&mut bytes)?;
        entries.push(Entry { key, event });
    }
    if entries.len() > LEAF_CAPACITY {
        return Err(NodeError::Malformed("a leaf has too many entries"));
    }
    Ok(Node::Leaf(entries))
}

fn decode_branch(mut bytes: &[u8]) -> Result<Branch, NodeError> {
    let cut_off = NodeError::Malformed("it is cut off");
    let (&depth, rest) = bytes.split_first().ok_or(cut_off.clone())?;
    if depth >= Path::LENGTH || depth % BITS != 0 {
        return Err(NodeError::Malformed("no branch stands at its depth"));
    }
    let (packed, rest) = rest.split_at_checked(prefix_bytes(depth)).ok_or(cut_off.clone())?;
    let mut prefix = [0; 16];
    prefix[..packed.len()].copy_from_slice(packed);
    let prefix = Path(u128::from_be_bytes(prefix));
    if prefix.prefix(depth) != prefix {
        return Err(NodeError::Malformed("its prefix is longer than its depth"));
    }

    let (packed, rest) = rest.split_at_checked(FANOUT.div_ceil(8)).ok_or(cut_off.clone())?;
    let mut bitmap = [0; 4];
    bitmap[..packed.len()].copy_from_slice(packed);
    let bitmap = u32::from_le_bytes(bitmap);
    if bitmap >> FANOUT != 0 || bitmap.count_ones() < 2 {
        return Err(NodeError::Malformed("it has too many or too few children"));
    }

    bytes = rest;
    let mut children = [None; FANOUT];
    let mut total = 0u64;
    for (slot, child) in children.iter_mut().enumerate() {
        if bitmap >> slot & 1 == 0 {
            continue;
        }
        let count = read_number(&mut bytes)?;
        let (packed, rest) = bytes.split_at_checked(NodeHash::LENGTH).ok_or(cut_off.clone())?;
        let mut hash = NodeHash([0; NodeHash::LENGTH]);
        hash.0.copy_from_slice(packed);
        bytes = rest;
        total = total
            .checked_add(count)
            .filter(|_| count > 0)
            .ok_or(NodeError::Malformed("a count is out of range"))?;
        *child = Some(Child { hash, count });
    }
    if total <= LEAF_CAPACITY as u64 {
        return Err(NodeError::Malformed("a branch has too few entries"));
    }
    if !bytes.is_empty() {
        return Err(NodeError::Malformed("something follows it"));
    }
    Ok(Branch {
        depth,
        prefix,
        children,
    })
}

fn prefix_bytes(depth: u8) -> usize {
    usize::from(depth.div_ceil(8))
}

fn write_number(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read_number(bytes: &mut &[u8]) -> Result<u64, NodeError> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or(NodeError::Malformed("it is cut off"))?;
        *bytes = rest;
        let group = u64::from(byte & 0x7F);
        let is_last = byte < 0x80;
        // One encoding for each number: no group is lost at the top, and the last one is not empty.
        if group << shift >> shift != group || (is_last && group == 0 && shift > 0) {
            break;
        }
        number |= group << shift;
        if is_last {
            return Ok(number);
        }
    }
    Err(NodeError::Malformed("a number is not in its shortest form"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_encoding() {
        for number in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX - 1, u64::MAX] {
            let mut bytes = Vec::new();
            write_number(number, &mut bytes);
            assert_eq!(read_number(&mut bytes.as_slice()), Ok(number));
        }
        for wrong in [
            &[][..],
            &[0x80],
            &[0x80, 0x00],
            &[0xFF, 0x80, 0x00],
            &[0xFF; 10],
            &[0x80; 11],
        ] {
            assert!(read_number(&mut &*wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_empty_map_has_the_hash_that_is_written_down() {
        assert_eq!(hash_of(&Node::Leaf(Vec::new()).encode()), NodeHash::EMPTY);
    }

    #[test]
    fn hostile_branches_are_refused() {
        let child = |count| {
            Some(Child {
                hash: NodeHash([7; 20]),
                count,
            })
        };
        let mut children = [None; FANOUT];
        (children[0], children[1]) = (child(20), child(20));
        let branch = Branch {
            depth: 8,
            prefix: Path(0xAB << 120),
            children,
        };
        let good = Node::Branch(Box::new(branch.clone())).encode();
        assert_eq!(Node::decode(&good), Ok(Node::Branch(Box::new(branch.clone()))));

        for length in 0..good.len() {
            assert!(Node::decode(&good[..length]).is_err());
        }
        assert!(Node::decode(&[good.as_slice(), &[0]].concat()).is_err());

        let refused = |change: fn(&mut Branch)| {
            let mut changed = branch.clone();
            change(&mut changed);
            Node::decode(&Node::Branch(Box::new(changed)).encode()).is_err()
        };
        assert!(refused(|branch| branch.depth = 7));
        assert!(refused(|branch| branch.depth = 96));
        assert!(refused(|branch| branch.depth = 6));
        assert!(refused(|branch| branch.children[1] = None));
        assert!(refused(|branch| branch
            .children
            .iter_mut()
            .flatten()
            .for_each(|child| child.count = 16)));
        assert!(refused(|branch| branch
            .children
            .iter_mut()
            .flatten()
            .for_each(|child| child.count = u64::MAX)));
        assert!(refused(|branch| branch
            .children
            .iter_mut()
            .flatten()
            .take(1)
            .for_each(|child| child.count = 0)));
    }

    #[test]
    fn hostile_leaves_are_refused() {
        let entry = |kind, key| Entry {
            key: StateKey { kind, key },
            event: 1,
        };
        let good = Node::Leaf(vec![entry(1, 5), entry(2, 5)]);
        assert_eq!(Node::decode(&good.encode()), Ok(good));
        let malformed = [
            Node::Leaf(vec![entry(2, 5), entry(1, 5)]).encode(),
            Node::Leaf(vec![entry(1, 5), entry(1, 5)]).encode(),
            Node::Leaf((0..=LEAF_CAPACITY as u32).map(|kind| entry(kind, 5)).collect()).encode(),
            vec![],
            vec![2],
            vec![0, 1],
            vec![0, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 1, 1],
        ];
        for bytes in malformed {
            assert!(Node::decode(&bytes).is_err(), "{bytes:?}");
        }
    }
}
