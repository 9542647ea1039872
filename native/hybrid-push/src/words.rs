//! Texts of many members, looked for in one pass.

use std::collections::HashMap;

use aho_corasick::AhoCorasick;

use crate::glob::{ends_word, starts_word};

/// New texts are looked for one by one until they are this many, or a quarter of all: building the automaton takes a while.
const LEAST_TO_BUILD: usize = 64;

/// A text that makes an event look at a member's rules. Its case is folded.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Word {
    pub text: Box<str>,
    /// Whether it counts only between word boundaries.
    pub whole: bool,
}

/// Which members look for which text.
#[derive(Default)]
pub(crate) struct WordIndex {
    entries: Vec<Entry>,
    places: HashMap<Word, usize>,
    /// Finds the first `built` entries.
    automaton: Option<AhoCorasick>,
    built: usize,
}

struct Entry {
    word: Word,
    members: Vec<u32>,
}

impl WordIndex {
    pub fn add(&mut self, word: &Word, member: u32) {
        match self.places.get(word) {
            Some(&place) => self.entries[place].members.push(member),
            None => {
                self.places.insert(word.clone(), self.entries.len());
                self.entries.push(Entry {
                    word: word.clone(),
                    members: vec![member],
                });
                if self.entries.len() - self.built > LEAST_TO_BUILD.max(self.built / 4) {
                    self.build();
                }
            }
        }
    }

    pub fn remove(&mut self, word: &Word, member: u32) {
        if let Some(&place) = self.places.get(word) {
            let members = &mut self.entries[place].members;
            if let Some(index) = members.iter().position(|&other| other == member) {
                members.swap_remove(index);
            }
        }
    }

    /// Calls `found` with each member one of whose texts is in `text`: once for each of these texts, however often it is there.
    pub fn find(&self, text: &str, mut found: impl FnMut(u32)) {
        if let Some(automaton) = &self.automaton {
            let mut is_new = vec![true; self.built];
            for hit in automaton.find_overlapping_iter(text) {
                let place = hit.pattern().as_usize();
                let entry = &self.entries[place];
                if is_new[place]
                    && (!entry.word.whole || (starts_word(text, hit.start()) && ends_word(text, hit.end())))
                {
                    is_new[place] = false;
                    entry.members.iter().for_each(|&member| found(member));
                }
            }
        }
        for entry in &self.entries[self.built..] {
            if text.contains(&*entry.word.text) {
                entry.members.iter().for_each(|&member| found(member));
            }
        }
    }

    fn build(&mut self) {
        self.entries.retain(|entry| !entry.members.is_empty());
        self.places = self
            .entries
            .iter()
            .enumerate()
            .map(|(place, entry)| (entry.word.clone(), place))
            .collect();
        // It fails for more texts than fit into 32 bits; then all of them are looked for one by one.
        self.automaton = AhoCorasick::new(self.entries.iter().map(|entry| &*entry.word.text)).ok();
        self.built = if self.automaton.is_some() {
            self.entries.len()
        } else {
            0
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, whole: bool) -> Word {
        Word {
            text: text.into(),
            whole,
        }
    }

    fn find(index: &WordIndex, text: &str) -> Vec<u32> {
        let mut members = Vec::new();
        index.find(text, |member| members.push(member));
        members.sort_unstable();
        members.dedup();
        members
    }

    #[test]
    fn texts_are_found_before_and_after_the_automaton_is_built() {
        let mut index = WordIndex::default();
        for number in 0..300 {
            index.add(&word(&format!("word{number}"), true), number);
            assert!(find(&index, &format!("say word{number} now")).contains(&number));
        }
        assert!(index.automaton.is_some());
        assert_eq!(find(&index, "word7 word299"), [7, 299]);
        assert_eq!(find(&index, "word71"), [71]);
        index.remove(&word("word7", true), 7);
        assert!(find(&index, "word7").is_empty());
    }

    #[test]
    fn boundaries_count_only_for_whole_words() {
        let mut index = WordIndex::default();
        index.add(&word("cake", true), 1);
        index.add(&word("cak", false), 2);
        for number in 0..100 {
            index.add(&word(&format!("filler{number}"), true), 3);
        }
        assert_eq!(find(&index, "pancakes"), [2]);
        assert_eq!(find(&index, "a cake!"), [1, 2]);
    }

    #[test]
    fn a_text_that_is_there_often_is_reported_once() {
        let mut index = WordIndex::default();
        for number in 0..100 {
            index.add(&word(&format!("word{number}"), true), number);
        }
        let mut reported = 0;
        index.find(&"word1 ".repeat(1000), |_| reported += 1);
        assert_eq!(reported, 1);
    }

    #[test]
    fn members_that_share_a_text_are_all_found() {
        let mut index = WordIndex::default();
        index.add(&word("x", true), 1);
        index.add(&word("x", true), 2);
        assert_eq!(find(&index, "x"), [1, 2]);
        index.remove(&word("x", true), 1);
        assert_eq!(find(&index, "x"), [2]);
    }
}
