//! The state map against a `BTreeMap`, and as a store of nodes.

#![allow(clippy::unwrap_used, clippy::panic)] // Helpers of tests are not recognized as tests.

use std::collections::{BTreeMap, HashMap};

use hybrid_state::map::{Change, Difference, Entry, Incomplete, NodeCache, NodeError, NodeHash, StateKey};
use proptest::prelude::*;

type Model = BTreeMap<StateKey, u64>;

/// Nodes as a database keeps them; an operation gets them piece by piece.
#[derive(Default)]
struct Store(HashMap<NodeHash, Vec<u8>>);

impl Store {
    fn run<T>(&self, cache: &mut NodeCache, mut operation: impl FnMut(&mut NodeCache) -> Result<T, Incomplete>) -> T {
        loop {
            match operation(cache) {
                Ok(result) => return result,
                Err(Incomplete::Missing(nodes)) => {
                    assert!(!nodes.is_empty());
                    for hash in nodes {
                        cache.load(hash, &self.0[&hash]).unwrap();
                    }
                }
                Err(other) => panic!("{other}"),
            }
        }
    }

    fn update(&mut self, cache: &mut NodeCache, root: NodeHash, changes: &[Change]) -> NodeHash {
        let update = self.run(cache, |cache| cache.update(root, changes));
        self.0.extend(update.nodes);
        update.root
    }
}

fn change() -> impl Strategy<Value = Change> {
    // Few types and many keys, as rooms are; collisions and removals are common enough to matter.
    let kind = prop_oneof![4 => Just(3u32), 1 => 0..6u32, 1 => any::<u32>()];
    let key = prop_oneof![8 => 0..200u64, 1 => any::<u64>()];
    (kind, key, proptest::option::weighted(0.75, 0..50u64)).prop_map(|(kind, key, event)| Change {
        key: StateKey { kind, key },
        event,
    })
}

fn batches() -> impl Strategy<Value = Vec<Vec<Change>>> {
    proptest::collection::vec(proptest::collection::vec(change(), 0..40), 1..12)
}

fn apply(model: &mut Model, changes: &[Change]) {
    for change in changes {
        match change.event {
            Some(event) => model.insert(change.key, event),
            None => model.remove(&change.key),
        };
    }
}

fn sorted(entries: Vec<Entry>) -> Vec<(StateKey, u64)> {
    let mut pairs: Vec<_> = entries.into_iter().map(|entry| (entry.key, entry.event)).collect();
    pairs.sort_unstable();
    pairs
}

proptest! {
    /// A cache that forgets at once must answer like one that keeps everything.
    #[test]
    fn it_holds_what_a_btree_map_holds(batches in batches(), capacity in prop_oneof![Just(0usize), Just(1000)]) {
        let (mut store, mut model, mut root) = (Store::default(), Model::new(), NodeHash::EMPTY);
        let mut cache = NodeCache::new(capacity);
        for changes in batches {
            apply(&mut model, &changes);
            root = store.update(&mut cache, root, &changes);

            let mut fresh = NodeCache::new(capacity);
            let all = store.run(&mut fresh, |cache| cache.entries(root, None));
            prop_assert_eq!(sorted(all), model.iter().map(|(key, event)| (*key, *event)).collect::<Vec<_>>());
            prop_assert_eq!(store.run(&mut cache, |cache| cache.count(root)), model.len() as u64);
            for kind in [0, 3, 4] {
                let of_kind = store.run(&mut fresh, |cache| cache.entries(root, Some(kind)));
                let expected = model.iter().filter(|(key, _)| key.kind == kind).map(|(key, event)| (*key, *event));
                prop_assert_eq!(sorted(of_kind), expected.collect::<Vec<_>>());
            }
            let keys: Vec<_> = changes.iter().map(|change| change.key).collect();
            let found = store.run(&mut cache, |cache| cache.get_many(root, &keys));
            prop_assert_eq!(found, keys.iter().map(|key| model.get(key).copied()).collect::<Vec<_>>());
            for key in keys {
                prop_assert_eq!(store.run(&mut cache, |cache| cache.get(root, key)), model.get(&key).copied());
            }
        }
    }

    #[test]
    fn equal_maps_have_equal_roots_whatever_their_history(batches in batches(), cut in 1..200usize) {
        let (mut store, mut model, mut root) = (Store::default(), Model::new(), NodeHash::EMPTY);
        let mut cache = NodeCache::new(10_000);
        for changes in &batches {
            apply(&mut model, changes);
            root = store.update(&mut cache, root, changes);
        }
        let entries: Vec<_> = model.iter().map(|(key, event)| Change { key: *key, event: Some(*event) }).collect();
        let at_once = store.update(&mut cache, NodeHash::EMPTY, &entries);
        prop_assert_eq!(at_once, root);
        let in_pieces = entries.chunks(cut).rev().fold(NodeHash::EMPTY, |root, piece| store.update(&mut cache, root, piece));
        prop_assert_eq!(in_pieces, root);
        let gone: Vec<_> = entries.iter().map(|change| Change { event: None, ..*change }).collect();
        prop_assert_eq!(store.update(&mut cache, root, &gone), NodeHash::EMPTY);

        let unchanged = store.run(&mut cache, |cache| cache.update(root, &entries));
        prop_assert_eq!(unchanged.root, root);
        prop_assert!(unchanged.nodes.is_empty(), "what does not change makes no nodes");
    }

    #[test]
    fn a_difference_is_what_differs(first in batches(), second in batches(), shared in any::<bool>()) {
        let mut store = Store::default();
        let mut cache = NodeCache::new(0);
        let mut make = |start: NodeHash, mut model: Model, batches: &[Vec<Change>]| {
            let root = batches.iter().fold(start, |root, changes| store.update(&mut cache, root, changes));
            batches.iter().for_each(|changes| apply(&mut model, changes));
            (root, model)
        };
        let (before, before_model) = make(NodeHash::EMPTY, Model::new(), &first);
        let (after, after_model) = match shared {
            true => make(before, before_model.clone(), &second[..1]),
            false => make(NodeHash::EMPTY, Model::new(), &second),
        };

        let mut keys: Vec<_> = before_model.keys().chain(after_model.keys()).copied().collect();
        keys.sort_unstable();
        keys.dedup();
        let expected: Vec<_> = keys
            .into_iter()
            .map(|key| Difference { key, before: before_model.get(&key).copied(), after: after_model.get(&key).copied() })
            .filter(|difference| difference.before != difference.after)
            .collect();
        let mut found = store.run(&mut NodeCache::new(0), |cache| cache.diff(before, after));
        found.sort_by_key(|difference| difference.key);
        prop_assert_eq!(&found, &expected);

        let changes: Vec<_> = found.iter().map(|found| Change { key: found.key, event: found.after }).collect();
        prop_assert_eq!(store.update(&mut NodeCache::new(0), before, &changes), after);
    }

    #[test]
    fn no_bytes_are_a_surprise(bytes in proptest::collection::vec(any::<u8>(), 0..80), tag in 0..3u8) {
        let mut cache = NodeCache::new(10);
        let mut tagged = bytes;
        if let Some(first) = tagged.first_mut() {
            *first = tag;
        }
        let _ = cache.load(NodeHash([1; 20]), &tagged).unwrap_err();
    }
}

fn members(count: u64) -> Vec<Change> {
    (0..count)
        .map(|key| Change {
            key: StateKey { kind: 3, key },
            event: Some(key),
        })
        .collect()
}

#[test]
fn a_change_to_a_large_room_makes_few_bytes_and_a_difference_reads_few_nodes() {
    let mut store = Store::default();
    let mut cache = NodeCache::new(100_000);
    let root = store.update(&mut cache, NodeHash::EMPTY, &members(100_000));
    let change = Change {
        key: StateKey { kind: 3, key: 77_777 },
        event: Some(5_000_000),
    };
    let update = store.run(&mut cache, |cache| cache.update(root, &[change]));
    let bytes: usize = update.nodes.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(bytes < 2048, "{bytes}");
    store.0.extend(update.nodes.clone());

    let mut fresh = NodeCache::new(1000);
    let found = store.run(&mut fresh, |cache| cache.diff(root, update.root));
    assert_eq!(found.len(), 1);
    assert!(fresh.len() <= 2 * update.nodes.len() + 1, "{}", fresh.len());
}

#[test]
fn nodes_that_were_not_made_together_are_found_out() {
    let mut store = Store::default();
    let mut cache = NodeCache::new(1000);
    let root = store.update(&mut cache, NodeHash::EMPTY, &members(100));
    let other = store.update(&mut cache, NodeHash::EMPTY, &members(3));

    // A branch whose first child is a leaf that belongs elsewhere.
    let mut forged = store.0[&root].clone();
    let at = forged.len() - 20;
    forged[at..].copy_from_slice(&other.0);
    let hash = {
        let full = hybrid_signing::sha256(&forged);
        NodeHash(full[..20].try_into().unwrap())
    };
    cache.load(hash, &forged).unwrap();
    assert!(matches!(
        cache.entries(hash, None),
        Err(Incomplete::Inconsistent(_) | Incomplete::Missing(_))
    ));
    store.0.insert(hash, forged);
    let mut fresh = NodeCache::new(1000);
    let failure = loop {
        match fresh.entries(hash, None) {
            Err(Incomplete::Missing(nodes)) => {
                nodes.iter().for_each(|hash| fresh.load(*hash, &store.0[hash]).unwrap());
            }
            other => break other,
        }
    };
    assert_eq!(failure, Err(Incomplete::Inconsistent(other)));
    assert_eq!(cache.load(root, &store.0[&other]), Err(NodeError::OtherNode(root)));
}

#[test]
fn what_is_missing_is_named() {
    let mut cache = NodeCache::new(10);
    let unknown = NodeHash([9; 20]);
    let missing = Err(Incomplete::Missing(vec![unknown]));
    assert_eq!(cache.get(unknown, StateKey { kind: 1, key: 1 }), missing);
    assert_eq!(cache.count(unknown), Err(Incomplete::Missing(vec![unknown])));
    assert_eq!(
        cache.diff(NodeHash::EMPTY, unknown),
        Err(Incomplete::Missing(vec![unknown]))
    );
    assert_eq!(cache.update(unknown, &[]), Err(Incomplete::Missing(vec![unknown])));
    assert_eq!(cache.get(NodeHash::EMPTY, StateKey { kind: 1, key: 1 }), Ok(None));
}

/// Nodes are stored: what has a name must keep it. The managed tests read the same vectors.
#[test]
fn roots_are_what_they_always_were() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/vectors/state-map.json")).unwrap();
    let roots = vectors["roots"].as_object().unwrap();
    assert!(!roots.is_empty());
    for (count, root) in roots {
        let entries: Vec<_> = (0..count.parse::<u64>().unwrap())
            .map(|number| Change {
                key: StateKey {
                    kind: number as u32 % 3,
                    key: number,
                },
                event: Some(7 * number),
            })
            .collect();
        let update = NodeCache::new(1000).update(NodeHash::EMPTY, &entries).unwrap();
        assert_eq!(update.root.to_string(), root.as_str().unwrap(), "{count}");
    }
}
