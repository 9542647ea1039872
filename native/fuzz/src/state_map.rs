//! The state map. The first byte says whether the tree is made by the crate and then compared with a `BTreeMap`, is such a tree
//! with damaged nodes, or is put together from the input.

use std::collections::{BTreeMap, HashMap};

use hybrid_signing::sha256;
use hybrid_state::map::{Change, Difference, Entry, Incomplete, NodeCache, NodeHash, StateKey};

use crate::input;

const MAX_STEPS: usize = 64;
const MAX_CHANGES: usize = 64;
const MAX_NODES: usize = 48;
/// Nothing in a map of so few nodes is deeper than a path is long.
const MAX_ROUNDS: usize = 4096;

type Model = BTreeMap<StateKey, u64>;

pub fn run(input: &[u8]) {
    let mut rest = input;
    let mode = input::byte(&mut rest);
    match mode % 3 {
        0 => follow(rest),
        1 => damage(rest),
        _ => assemble(rest),
    }
    let _ = NodeCache::new(1).load(NodeHash([1; NodeHash::LENGTH]), input);
}

/// Nodes as a database keeps them. An operation gets them piece by piece.
#[derive(Default)]
struct Store {
    nodes: HashMap<NodeHash, Vec<u8>>,
    /// Their names, children before their parents.
    order: Vec<NodeHash>,
}

impl Store {
    fn insert(&mut self, hash: NodeHash, bytes: Vec<u8>) {
        if self.nodes.insert(hash, bytes).is_none() {
            self.order.push(hash);
        }
    }

    /// Does an operation, however often nodes are missing. It fails if nobody has one of them, or one is not what it should be.
    fn run<T>(
        &self,
        cache: &mut NodeCache,
        mut operation: impl FnMut(&mut NodeCache) -> Result<T, Incomplete>,
    ) -> Result<T, Incomplete> {
        for _ in 0..MAX_ROUNDS {
            match operation(cache) {
                Err(Incomplete::Missing(nodes)) => {
                    assert!(!nodes.is_empty());
                    for hash in &nodes {
                        let known = self.nodes.get(hash).filter(|bytes| cache.load(*hash, bytes).is_ok());
                        if known.is_none() {
                            return Err(Incomplete::Missing(nodes));
                        }
                    }
                }
                other => return other,
            }
        }
        panic!("the same nodes are missing again and again");
    }
}

fn hash_of(bytes: &[u8]) -> NodeHash {
    NodeHash(sha256(bytes)[..NodeHash::LENGTH].try_into().unwrap())
}

fn cache(rest: &mut &[u8]) -> NodeCache {
    NodeCache::new([0, 3, 40, 10_000][input::choice(rest, 4)])
}

/// Small numbers, so that keys meet, and now and then any.
fn number(rest: &mut &[u8]) -> u64 {
    match input::byte(rest) {
        0xFF => input::bytes(rest, 8)
            .iter()
            .fold(0, |number, &byte| number << 8 | u64::from(byte)),
        byte => u64::from(byte),
    }
}

fn key(rest: &mut &[u8]) -> StateKey {
    StateKey {
        kind: number(rest) as u32,
        key: number(rest),
    }
}

fn changes(rest: &mut &[u8]) -> Vec<Change> {
    let count = input::choice(rest, MAX_CHANGES);
    // A run of keys fills leaves, which single ones hardly do.
    if input::byte(rest) % 2 == 0 {
        let (first, event) = (key(rest), number(rest));
        let is_gone = event == 0;
        return (0..count as u64)
            .map(|offset| Change {
                key: StateKey {
                    kind: first.kind,
                    key: first.key.wrapping_add(offset),
                },
                event: (!is_gone).then(|| event.wrapping_add(offset)),
            })
            .collect();
    }
    let mut changes = Vec::new();
    while changes.len() < count && !rest.is_empty() {
        changes.push(Change {
            key: key(rest),
            event: Some(number(rest)).filter(|&event| event != 0),
        });
    }
    changes
}

fn apply(model: &mut Model, changes: &[Change]) {
    for change in changes {
        match change.event {
            Some(event) => model.insert(change.key, event),
            None => model.remove(&change.key),
        };
    }
}

fn pairs(entries: Vec<Entry>) -> Model {
    let count = entries.len();
    let model: Model = entries.into_iter().map(|entry| (entry.key, entry.event)).collect();
    assert_eq!(model.len(), count, "a key is there twice");
    model
}

fn difference(before: &Model, after: &Model) -> Vec<Difference> {
    let keys: BTreeMap<StateKey, ()> = before.keys().chain(after.keys()).map(|&key| (key, ())).collect();
    keys.into_keys()
        .map(|key| Difference {
            key,
            before: before.get(&key).copied(),
            after: after.get(&key).copied(),
        })
        .filter(|difference| difference.before != difference.after)
        .collect()
}

/// Everything that is in a map, put into a new one.
fn rebuilt(model: &Model) -> NodeHash {
    let all: Vec<Change> = model
        .iter()
        .map(|(&key, &event)| Change {
            key,
            event: Some(event),
        })
        .collect();
    NodeCache::new(10_000).update(NodeHash::EMPTY, &all).unwrap().root
}

/// A map does what a `BTreeMap` does.
fn follow(mut rest: &[u8]) {
    let mut cache = cache(&mut rest);
    let (mut store, mut versions) = (Store::default(), vec![(NodeHash::EMPTY, Model::new())]);
    for _ in 0..MAX_STEPS {
        if rest.is_empty() {
            break;
        }
        let pick = input::choice(&mut rest, versions.len());
        let (root, model) = versions[pick].clone();
        match input::byte(&mut rest) % 6 {
            0 => {
                let key = key(&mut rest);
                let found = store.run(&mut cache, |cache| cache.get(root, key));
                assert_eq!(found, Ok(model.get(&key).copied()));
            }
            1 => {
                let kind = number(&mut rest) as u32;
                let entries = store.run(&mut cache, |cache| cache.entries(root, Some(kind))).unwrap();
                let expected = model.iter().filter(|(key, _)| key.kind == kind);
                assert_eq!(pairs(entries), expected.map(|(&key, &event)| (key, event)).collect());
            }
            2 => {
                let (other, other_model) = &versions[input::choice(&mut rest, versions.len())];
                let mut found = store.run(&mut cache, |cache| cache.diff(root, *other)).unwrap();
                found.sort_by_key(|difference| difference.key);
                assert_eq!(found, difference(&model, other_model));
            }
            _ => {
                let (changes, mut changed) = (changes(&mut rest), model);
                apply(&mut changed, &changes);
                let update = store.run(&mut cache, |cache| cache.update(root, &changes)).unwrap();
                for (hash, bytes) in update.nodes {
                    assert_eq!(hash, hash_of(&bytes));
                    store.insert(hash, bytes);
                }
                let count = store.run(&mut cache, |cache| cache.count(update.root));
                assert_eq!(count, Ok(changed.len() as u64));
                versions.push((update.root, changed));
            }
        }
    }
    let (root, model) = versions.last().unwrap();
    let entries = store.run(&mut cache, |cache| cache.entries(*root, None)).unwrap();
    assert_eq!(&pairs(entries), model);
    assert_eq!(rebuilt(model), *root, "equal maps have equal roots");
}

/// A tree of the crate in which bytes of nodes are others, with names that fit again.
fn damage(mut rest: &[u8]) {
    let mut store = Store::default();
    let mut cache = NodeCache::new(10_000);
    let mut root = NodeHash::EMPTY;
    for _ in 0..=input::choice(&mut rest, 4) {
        let update = cache.update(root, &changes(&mut rest)).unwrap();
        root = update.root;
        update
            .nodes
            .into_iter()
            .for_each(|(hash, bytes)| store.insert(hash, bytes));
    }
    let mut edits = HashMap::new();
    for _ in 0..input::choice(&mut rest, 8) {
        let node = input::choice(&mut rest, store.order.len().max(1));
        edits.insert(node, (input::byte(&mut rest), input::byte(&mut rest)));
    }

    let (mut damaged, mut renamed) = (Store::default(), HashMap::new());
    for (place, hash) in store.order.iter().enumerate() {
        let mut bytes = store.nodes[hash].clone();
        for at in 0..bytes.len().saturating_sub(NodeHash::LENGTH - 1) {
            let window = &mut bytes[at..at + NodeHash::LENGTH];
            let name = NodeHash((&*window).try_into().unwrap());
            if let Some(&NodeHash(new)) = renamed.get(&name) {
                window.copy_from_slice(&new);
            }
        }
        if let Some(&(at, value)) = edits.get(&place) {
            let length = bytes.len();
            bytes[usize::from(at) % length] = value;
        }
        let name = hash_of(&bytes);
        renamed.insert(*hash, name);
        damaged.insert(name, bytes);
    }
    let roots = [renamed.get(&root).copied().unwrap_or(root), root];
    store
        .nodes
        .into_iter()
        .for_each(|(hash, bytes)| damaged.insert(hash, bytes));
    survive(&damaged, &roots, rest);
}

/// Nodes as the input describes them.
fn assemble(mut rest: &[u8]) {
    let mut store = Store::default();
    let mut counts: Vec<u64> = Vec::new();
    while counts.len() < MAX_NODES && !rest.is_empty() {
        let mut count = 0;
        let bytes = match input::byte(&mut rest) % 4 {
            0 => {
                let length = input::choice(&mut rest, 128);
                input::bytes(&mut rest, length).to_vec()
            }
            1 => {
                // Only the crate knows the order of entries.
                let changes = changes(&mut rest);
                let update = NodeCache::new(100).update(NodeHash::EMPTY, &changes).unwrap();
                let Some((_, bytes)) = update.nodes.into_iter().next() else {
                    continue;
                };
                count = changes.len() as u64;
                bytes
            }
            _ => {
                let depth = input::byte(&mut rest);
                let mut bytes = vec![1, depth];
                bytes.extend(input::bytes(&mut rest, usize::from(depth.div_ceil(8))));
                bytes.push(input::byte(&mut rest));
                for _ in 0..bytes.last().map_or(0, |bitmap| bitmap.count_ones()) {
                    if store.order.is_empty() {
                        break;
                    }
                    let child = input::choice(&mut rest, store.order.len());
                    let claimed = match input::byte(&mut rest) {
                        0xFF => number(&mut rest),
                        offset => counts[child].wrapping_add(u64::from(offset % 4 / 3)),
                    };
                    count = claimed.wrapping_add(count);
                    write_number(claimed, &mut bytes);
                    bytes.extend(store.order[child].0);
                }
                bytes
            }
        };
        let before = store.order.len();
        store.insert(hash_of(&bytes), bytes);
        if store.order.len() > before {
            counts.push(count);
        }
    }
    let roots: Vec<NodeHash> = store.order.iter().rev().take(3).copied().collect();
    survive(&store, &roots, rest);
}

fn write_number(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// A tree may be anything, but what can be walked from end to end is the one tree of its entries.
fn survive(store: &Store, roots: &[NodeHash], mut rest: &[u8]) {
    let mut cache = cache(&mut rest);
    let mut whole = Vec::new();
    for &root in roots {
        let key = key(&mut rest);
        let kind = number(&mut rest) as u32;
        let changes = changes(&mut rest);
        let found = store.run(&mut cache, |cache| cache.get(root, key));
        let of_kind = store.run(&mut cache, |cache| cache.entries(root, Some(kind)));
        let updated = store.run(&mut cache, |cache| cache.update(root, &changes));
        let count = store.run(&mut cache, |cache| cache.count(root));
        let Ok(entries) = store.run(&mut cache, |cache| cache.entries(root, None)) else {
            continue;
        };
        let mut model = pairs(entries);
        assert_eq!(rebuilt(&model), root);
        assert_eq!(count, Ok(model.len() as u64));
        assert_eq!(found, Ok(model.get(&key).copied()));
        let expected = model.iter().filter(|(key, _)| key.kind == kind);
        assert_eq!(
            pairs(of_kind.unwrap()),
            expected.map(|(&key, &event)| (key, event)).collect()
        );
        whole.push((root, model.clone()));
        apply(&mut model, &changes);
        assert_eq!(updated.unwrap().root, rebuilt(&model));
    }
    for &before in roots {
        for &after in roots {
            let found = store.run(&mut cache, |cache| cache.diff(before, after));
            let known = |root| whole.iter().find(|(known, _)| *known == root).map(|(_, model)| model);
            if let (Some(before), Some(after)) = (known(before), known(after)) {
                let mut found = found.unwrap();
                found.sort_by_key(|difference| difference.key);
                assert_eq!(found, difference(before, after));
            }
        }
    }
}
