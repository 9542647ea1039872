//! Searching for a text with question marks in one pass.

use std::collections::HashMap;

const WORD_BITS: usize = u64::BITS as usize;

/// The occurrences of a segment whose question marks stand for any character, as start and end, the first one first.
///
/// The Shift-And algorithm (Baeza-Yates and Gonnet 1992): bit `i` of the state says that the last `i + 1` characters match the
/// beginning of the segment. It costs a word operation for 64 characters of the segment and one of the text, whatever they
/// are; comparing at each place would cost a hostile pair of them their product.
pub(crate) struct ShiftAnd<'t> {
    text: std::str::CharIndices<'t>,
    /// Where the next occurrence to complete begins: a segment's length behind.
    starts: std::str::CharIndices<'t>,
    /// For each character of the segment, the places where it may stand.
    places: HashMap<char, Box<[u64]>>,
    /// The places where any character may stand.
    anywhere: Box<[u64]>,
    state: Box<[u64]>,
    length: usize,
    read: usize,
    offset: usize,
}

impl<'t> ShiftAnd<'t> {
    /// Looks for the segment, which has at least one character, in the text from a byte on.
    pub fn new(segment: &str, text: &'t str, from: usize) -> Self {
        let length = segment.chars().count();
        let words = length.div_ceil(WORD_BITS);
        let set = |mask: &mut [u64], place: usize| mask[place / WORD_BITS] |= 1 << (place % WORD_BITS);
        let mut anywhere = vec![0; words].into_boxed_slice();
        for (place, _) in segment.chars().enumerate().filter(|&(_, wanted)| wanted == '?') {
            set(&mut anywhere, place);
        }
        let mut places: HashMap<char, Box<[u64]>> = HashMap::new();
        for (place, wanted) in segment.chars().enumerate() {
            set(places.entry(wanted).or_insert_with(|| anywhere.clone()), place);
        }
        // A question mark in the text is a character like others.
        let rest = text.get(from..).unwrap_or_default();
        Self {
            text: rest.char_indices(),
            starts: rest.char_indices(),
            places,
            anywhere,
            state: vec![0; words].into_boxed_slice(),
            length,
            read: 0,
            offset: from,
        }
    }
}

impl Iterator for ShiftAnd<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        loop {
            let (_, found) = self.text.next()?;
            self.read += 1;
            let allowed = self.places.get(&found).unwrap_or(&self.anywhere);
            let mut carry = 1;
            for (state, allowed) in self.state.iter_mut().zip(allowed) {
                let shifted = *state << 1 | carry;
                carry = *state >> (WORD_BITS - 1);
                *state = shifted & allowed;
            }
            if self.read < self.length {
                continue;
            }
            let (start, _) = self.starts.next()?;
            let last = self.length - 1;
            if self.state[last / WORD_BITS] >> (last % WORD_BITS) & 1 == 1 {
                return Some((self.offset + start, self.offset + self.text.offset()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(segment: &str, text: &str, from: usize) -> Vec<(usize, usize)> {
        ShiftAnd::new(segment, text, from).collect()
    }

    #[test]
    fn occurrences_may_overlap_and_are_counted_in_bytes() {
        assert_eq!(all("a?", "aaa", 0), [(0, 2), (1, 3)]);
        assert_eq!(all("?", "éa", 0), [(0, 2), (2, 3)]);
        assert_eq!(all("é?", "aéxé", 1), [(1, 4)]);
        assert_eq!(all("??", "a", 0), []);
        assert_eq!(all("?b", "?b", 2), []);
    }

    #[test]
    fn a_segment_longer_than_a_machine_word_is_found() {
        let segment = format!("{}?b", "a".repeat(150));
        let text = format!("{}xb", "a".repeat(1000));
        assert_eq!(all(&segment, &text, 0), [(850, 1002)]);
    }

    proptest! {
        #[test]
        fn it_is_found_where_it_stands(segment in "[aé?]{1,4}", text in "[aé?b]{0,12}") {
            let characters: Vec<(usize, char)> = text.char_indices().collect();
            let wanted: Vec<char> = segment.chars().collect();
            let expected: Vec<usize> = characters
                .windows(wanted.len())
                .filter(|window| window.iter().zip(&wanted).all(|((_, found), wanted)| *wanted == '?' || wanted == found))
                .map(|window| window[0].0)
                .collect();
            prop_assert_eq!(all(&segment, &text, 0).into_iter().map(|(start, _)| start).collect::<Vec<_>>(), expected);
        }
    }
}
