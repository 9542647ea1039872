use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{Key, Model, StateMap};

impl Model {
    /// <https://spec.matrix.org/v1.16/rooms/v1/#state-resolution>
    pub fn resolve_v1(&self, states: &[StateMap]) -> StateMap {
        // "A conflict occurs between states where those states have different event_ids for the same key."
        let mut events: BTreeMap<Key, BTreeSet<String>> = BTreeMap::new();
        for (key, id) in states.iter().flatten() {
            events.entry(key.clone()).or_default().insert(id.clone());
        }
        let (agreed, conflicts): (BTreeMap<_, _>, BTreeMap<_, _>) =
            events.into_iter().partition(|(_, ids)| ids.len() == 1);

        // "Start by setting R to the union of the states to be resolved, excluding any conflicting events."
        let mut resolved: StateMap = agreed
            .into_iter()
            .map(|(key, ids)| (key, ids.first().unwrap().clone()))
            .collect();

        for kind in ["m.room.power_levels", "m.room.join_rules", "m.room.member"] {
            let before = resolved.clone();
            // "m.room.power_levels" are those with an empty state key, as in Synapse.
            let is_meant = |key: &Key| key.0 == kind && (kind != "m.room.power_levels" || key.1.is_empty());
            for (key, ids) in conflicts.iter().filter(|(key, _)| is_meant(key)) {
                // "Sort the list by ascending depth then descending sha1(event_id)."
                let mut list = self.ascending(ids).into_iter();
                // "Add the first event in the list to R."
                let mut state = before.clone();
                state.insert(key.clone(), list.next().unwrap());
                // "If the event would be allowed, then update R. If it would not be allowed, stop."
                for id in list {
                    if !self.is_allowed(&id, &state) {
                        break;
                    }
                    state.insert(key.clone(), id);
                }
                resolved.insert(key.clone(), state[key].clone());
            }
        }

        // "For all other conflicts, just pick the event with the highest depth and lowest sha1(event_id) that passes."
        let before = resolved.clone();
        for (key, ids) in &conflicts {
            if resolved.contains_key(key) {
                continue;
            }
            let list = self.ascending(ids);
            let passing = list.iter().rev().find(|id| self.is_allowed(id, &before));
            resolved.insert(key.clone(), passing.unwrap_or(&list[0]).clone());
        }
        resolved
    }

    fn ascending(&self, ids: &BTreeSet<String>) -> Vec<String> {
        let mut list: Vec<String> = ids.iter().cloned().collect();
        list.sort_by_key(|id| (self.events[id].depth, Reverse(sha1(id.as_bytes()))));
        list
    }
}

/// FIPS 180-4, over a list of bits' worth of bytes.
fn sha1(message: &[u8]) -> Vec<u8> {
    let mut bytes = message.to_vec();
    bytes.push(0x80);
    while bytes.len() % 64 != 56 {
        bytes.push(0);
    }
    bytes.extend((message.len() as u64 * 8).to_be_bytes());
    let mut hash = [0x67452301u32, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0];
    for block in bytes.chunks(64) {
        let mut words: Vec<u32> = block
            .chunks(4)
            .map(|word| u32::from_be_bytes(word.try_into().unwrap()))
            .collect();
        for t in 16..80 {
            words.push((words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16]).rotate_left(1));
        }
        let mut v = hash;
        for (t, word) in words.iter().enumerate() {
            let (f, k) = match t / 20 {
                0 => ((v[1] & v[2]) ^ (!v[1] & v[3]), 0x5A827999u32),
                1 => (v[1] ^ v[2] ^ v[3], 0x6ED9EBA1),
                2 => ((v[1] & v[2]) ^ (v[1] & v[3]) ^ (v[2] & v[3]), 0x8F1BBCDC),
                _ => (v[1] ^ v[2] ^ v[3], 0xCA62C1D6),
            };
            let sum = [v[0].rotate_left(5), f, v[4], k, *word]
                .into_iter()
                .fold(0, u32::wrapping_add);
            v = [sum, v[0], v[1].rotate_left(30), v[2], v[3]];
        }
        hash = std::array::from_fn(|index| hash[index].wrapping_add(v[index]));
    }
    hash.iter().flat_map(|word| word.to_be_bytes()).collect()
}
