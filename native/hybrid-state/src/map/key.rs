/// What an entry is found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateKey {
    /// The number of the event type.
    pub kind: u32,
    /// The number of the state key.
    pub key: u64,
}

impl StateKey {
    /// Where the entry is in the tree.
    pub(super) fn path(self) -> Path {
        Path(u128::from(self.kind) << 96 | u128::from(mix(self.key)) << 32)
    }
}

/// Spreads numbers that follow each other over all 64 bits. It is a bijection (the finalizer of SplitMix64: Steele, Lea and
/// Flood, "Fast splittable pseudorandom number generators", 2014), so that no two keys share a path.
fn mix(key: u64) -> u64 {
    let key = (key ^ key >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let key = (key ^ key >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    key ^ key >> 31
}

/// How many bits a branch looks at. A change rewrites one branch for each level, and each holds the hashes of all its children:
/// narrow branches make few bytes, wide ones few nodes. Measured with leaves of 32 at 100 000 entries, bytes and nodes for a
/// change: 865 and 9.1 with two bits, 960 and 7.0 with three, 1458 and 6.1 with four.
pub const BITS: u8 = 2;

/// The most children of a branch.
pub const FANOUT: usize = 1 << BITS;

/// 96 bits, the first of them the highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(pub u128);

impl Path {
    /// How many bits a path has.
    pub const LENGTH: u8 = 96;

    /// Its first bits, the others being zero.
    pub fn prefix(self, depth: u8) -> Self {
        if depth == 0 {
            Self(0)
        } else {
            Self(self.0 & u128::MAX << (128 - u32::from(depth)))
        }
    }

    /// Which child of a branch at this depth it goes to.
    pub fn slot(self, depth: u8) -> usize {
        ((self.0 << depth) >> (128 - u32::from(BITS))) as usize
    }

    /// The path with this slot at this depth, its bits there and after being zero so far.
    pub fn with_slot(self, depth: u8, slot: usize) -> Self {
        Self(self.0 | (slot as u128) << (128 - u32::from(BITS) - u32::from(depth)))
    }

    /// How many bits both have in common, rounded down to where a branch can stand.
    pub fn common_depth(self, other: Self) -> u8 {
        let equal = (self.0 ^ other.0).leading_zeros().min(u32::from(Self::LENGTH)) as u8;
        equal - equal % BITS
    }

    /// Whether it begins like the other.
    pub fn starts_with(self, prefix: Self, depth: u8) -> bool {
        self.prefix(depth) == prefix
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_spread_and_stay_apart() {
        let mut paths: Vec<_> = (0..10_000).map(|key| StateKey { kind: 7, key }.path()).collect();
        assert!(paths.iter().all(|path| path.0 >> 96 == 7));
        let first_bits = paths.iter().filter(|path| path.slot(32) == 1).count();
        assert!((2_000..3_000).contains(&first_bits), "{first_bits}");
        paths.sort();
        paths.dedup();
        assert_eq!(paths.len(), 10_000);
    }

    #[test]
    fn paths_part_where_their_slots_differ() {
        let (a, b) = (StateKey { kind: 1, key: 1 }.path(), StateKey { kind: 1, key: 2 }.path());
        let depth = a.common_depth(b);
        assert!(a.starts_with(b.prefix(depth), depth));
        assert_ne!(a.slot(depth), b.slot(depth));
        assert_eq!(a.prefix(depth).with_slot(depth, a.slot(depth)), a.prefix(depth + BITS));
        assert_eq!(a.common_depth(a), Path::LENGTH);
        assert_eq!(Path(u128::MAX).prefix(0), Path(0));
    }
}
