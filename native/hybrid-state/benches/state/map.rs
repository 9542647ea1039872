use crate::clock::Stopwatch;
use std::hint::black_box;

use hybrid_state::map::{Change, NodeCache, NodeHash, StateKey};

const ROUNDS: u64 = 20_000;

/// Bytes and time of one change, and time of one lookup, in rooms of several sizes.
pub fn run() {
    println!(
        "| state map entries | bytes per change | nodes per change | change, µs | lookup, ns | difference of two, µs |"
    );
    println!("|---|---|---|---|---|---|");
    for size in [10, 1_000, 100_000] {
        measure(size);
    }
}

fn measure(size: u64) {
    let mut cache = NodeCache::new(100_000_000);
    // A handful of entries of other types, and members.
    let members = (0..size).map(|key| Change {
        key: StateKey {
            kind: if key < 8 { key as u32 + 10 } else { 3 },
            key,
        },
        event: Some(key * 3),
    });
    let root = cache
        .update(NodeHash::EMPTY, &members.collect::<Vec<_>>())
        .unwrap()
        .root;
    let key = |round: u64| {
        let key = round.wrapping_mul(0x9E37_79B9_7F4A_7C15) % size;
        StateKey {
            kind: if key < 8 { key as u32 + 10 } else { 3 },
            key,
        }
    };

    let (mut bytes, mut nodes, mut changed) = (0, 0, root);
    let start = Stopwatch::start();
    for round in 0..ROUNDS {
        let change = Change {
            key: key(round),
            event: Some(10_000_000 + round),
        };
        let update = cache.update(changed, &[change]).unwrap();
        bytes += update.nodes.iter().map(|(_, bytes)| bytes.len()).sum::<usize>();
        nodes += update.nodes.len();
        changed = update.root;
    }
    let update_time = start.elapsed();

    let start = Stopwatch::start();
    for round in 0..ROUNDS {
        black_box(cache.get(root, key(round)).unwrap());
    }
    let lookup_time = start.elapsed();

    let change = Change {
        key: key(1),
        event: Some(7),
    };
    let other = cache.update(root, &[change]).unwrap().root;
    let start = Stopwatch::start();
    for _ in 0..1000 {
        black_box(cache.diff(root, other).unwrap());
    }
    let diff_time = start.elapsed();

    println!(
        "| {size} | {:.0} | {:.1} | {:.2} | {:.0} | {:.2} |",
        bytes as f64 / ROUNDS as f64,
        nodes as f64 / ROUNDS as f64,
        update_time.as_secs_f64() * 1e6 / ROUNDS as f64,
        lookup_time.as_secs_f64() * 1e9 / ROUNDS as f64,
        diff_time.as_secs_f64() * 1e6 / 1000.0,
    );
}
