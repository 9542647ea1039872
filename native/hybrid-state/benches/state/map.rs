use std::collections::HashMap;
use std::hint::black_box;

use hybrid_state::map::{Change, NodeCache, NodeHash, StateKey};

use crate::clock::mean;
use crate::summary::Summary;

const ROUNDS: u64 = 5_000;

/// Bytes and time of one change, and time of one lookup, in rooms of several sizes.
pub fn run(summary: &mut Summary) {
    println!(
        "| state map entries | bytes per change | nodes per change | change, µs | lookup, ns | difference of two, µs |"
    );
    println!("|---|---|---|---|---|---|");
    for size in [10, 1_000, 100_000] {
        measure(size, summary);
    }
}

fn measure(size: u64, summary: &mut Summary) {
    let mut cache = NodeCache::new(100_000_000);
    // A handful of entries of other types, and members.
    let members: Vec<Change> = (0..size)
        .map(|key| Change {
            key: StateKey {
                kind: if key < 8 { key as u32 + 10 } else { 3 },
                key,
            },
            event: Some(key * 3),
        })
        .collect();
    let root = cache.update(NodeHash::EMPTY, &members).unwrap().root;
    let key = |round: u64| {
        let key = round.wrapping_mul(0x9E37_79B9_7F4A_7C15) % size;
        StateKey {
            kind: if key < 8 { key as u32 + 10 } else { 3 },
            key,
        }
    };

    let (mut bytes, mut nodes, mut changes, mut changed) = (0, 0, 0, root);
    let update_time = mean(|| {
        for round in 0..ROUNDS {
            let change = Change {
                key: key(round),
                event: Some(10_000_000 + changes),
            };
            let update = cache.update(changed, &[change]).unwrap();
            bytes += update.nodes.iter().map(|(_, bytes)| bytes.len()).sum::<usize>();
            nodes += update.nodes.len();
            changes += 1;
            changed = update.root;
        }
    });
    let lookup_time = mean(|| {
        for round in 0..ROUNDS {
            black_box(cache.get(root, key(round)).unwrap());
        }
    });

    let table: HashMap<(u32, u64), u64> = members
        .iter()
        .filter_map(|change| Some(((change.key.kind, change.key.key), change.event?)))
        .collect();
    for round in 0..ROUNDS {
        let key = key(round);
        let expected = table.get(&(key.kind, key.key)).copied();
        assert_eq!(cache.get(root, key).unwrap(), expected);
    }
    let table_time = mean(|| {
        for round in 0..ROUNDS {
            let key = key(round);
            black_box(table.get(&(key.kind, key.key)));
        }
    });

    let change = Change {
        key: key(1),
        event: Some(7),
    };
    let other = cache.update(root, &[change]).unwrap().root;
    let diff_time = mean(|| {
        for _ in 0..ROUNDS {
            black_box(cache.diff(root, other).unwrap());
        }
    });

    let per_round = |time: std::time::Duration| time.as_secs_f64() * 1e9 / ROUNDS as f64;
    summary.add(
        &format!("state map: bytes stored for a change, {size} entries"),
        "B",
        bytes as f64 / changes as f64,
        Some((
            whole_bytes(&members) as f64,
            "the whole state stored anew, in the same encoding of entries",
        )),
    );
    summary.add(
        &format!("state map: lookup, {size} entries"),
        "ns",
        per_round(lookup_time),
        Some((per_round(table_time), "a HashMap of one state in memory")),
    );
    summary.add(
        &format!("state map: change, {size} entries"),
        "us",
        per_round(update_time) / 1000.0,
        None,
    );

    println!(
        "| {size} | {:.0} | {:.1} | {:.2} | {:.0} | {:.2} |",
        bytes as f64 / changes as f64,
        nodes as f64 / changes as f64,
        per_round(update_time) / 1000.0,
        per_round(lookup_time),
        per_round(diff_time) / 1000.0,
    );
}

/// How long the state is when it is stored in one piece.
fn whole_bytes(members: &[Change]) -> usize {
    let length = |number: u64| (64 - number.leading_zeros() as usize).div_ceil(7).max(1);
    let entry = |change: &Change| {
        length(u64::from(change.key.kind)) + length(change.key.key) + length(change.event.unwrap_or_default())
    };
    members.iter().map(entry).sum()
}
