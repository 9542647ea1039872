//! Glob patterns (appendices, "Glob-style matching"), matched without regard to case.

use crate::shift_and::ShiftAnd;

/// The longest pattern in bytes that is searched for. Beyond it a user's rules could cost more than the event is worth.
pub(crate) const MAX_SEARCHED_BYTES: usize = 1024;

/// The text with each character in lower case. Unlike `str::to_lowercase` it looks at no neighbours, so that a part of a
/// text folds to a part of the folded text; the two small sigmas become one.
pub(crate) fn fold_case(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'ς' { 'σ' } else { c })
        .collect()
}

/// A glob pattern: `*` stands for any characters, `?` for exactly one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Pattern {
    /// What stands between the asterisks; one more than there are asterisks.
    segments: Vec<Segment>,
    bytes: usize,
}

impl Pattern {
    pub fn new(pattern: &str) -> Self {
        let pattern = fold_case(pattern);
        let segments = pattern.split('*').map(Segment::new).collect();
        Self {
            segments,
            bytes: pattern.len(),
        }
    }

    /// Whether the pattern describes the whole of a text whose case is folded.
    pub fn matches(&self, text: &str) -> bool {
        match self.segments.as_slice() {
            [] => false,
            [only] => only.end_at(text, 0) == Some(text.len()),
            [first, middle @ .., last] => {
                if self.bytes > MAX_SEARCHED_BYTES {
                    return false;
                }
                let Some(position) = first.end_at(text, 0).and_then(|start| skip(middle, text, start)) else {
                    return false;
                };
                last.suffix_start(text)
                    .is_some_and(|start| start >= position && last.end_at(text, start).is_some())
            }
        }
    }

    /// The text that this pattern describes alone, unless it has wildcards.
    pub fn literal(&self) -> Option<&str> {
        match self.segments.as_slice() {
            [only] if !only.wild => Some(&only.text),
            _ => None,
        }
    }

    /// The longest text that every match as words contains; none if nothing can match, or if a match can be anything.
    pub fn needed_text(&self) -> NeededText<'_> {
        if self.bytes == 0 || self.bytes > MAX_SEARCHED_BYTES {
            return NeededText::Nothing;
        }
        let parts = self.segments.iter().flat_map(|segment| segment.text.split('?'));
        match parts.max_by_key(|part| part.len()) {
            Some(part) if !part.is_empty() => NeededText::Text(part),
            _ => NeededText::Anything,
        }
    }

    /// Whether the pattern describes a part of the folded text that starts and ends at a word boundary. A pattern without
    /// any character finds nothing.
    pub fn matches_words(&self, text: &str) -> bool {
        if self.bytes == 0 || self.bytes > MAX_SEARCHED_BYTES {
            return false;
        }
        match self.segments.as_slice() {
            [] => false,
            [only] => only
                .find(text, 0, |start, end| starts_word(text, start) && ends_word(text, end))
                .is_some(),
            [first, middle @ .., last] => first
                .find(text, 0, |start, _| starts_word(text, start))
                // The earliest beginning leaves the most room for the rest, so no other needs to be tried.
                .and_then(|(_, end)| skip(middle, text, end))
                .is_some_and(|position| {
                    last.is_empty() || last.find(text, position, |_, end| ends_word(text, end)).is_some()
                }),
        }
    }
}

/// What a text must contain for a pattern to match in it.
pub(crate) enum NeededText<'p> {
    /// No text matches.
    Nothing,
    /// This.
    Text(&'p str),
    /// It can be any text.
    Anything,
}

/// Whether `words`, whose case is folded, occurs in the folded text between word boundaries. Nothing in it is a wildcard.
pub(crate) fn contains_words(text: &str, words: &str) -> bool {
    let segment = Segment {
        text: words.to_owned(),
        wild: false,
    };
    !words.is_empty()
        && words.len() <= MAX_SEARCHED_BYTES
        && segment
            .find(text, 0, |start, end| starts_word(text, start) && ends_word(text, end))
            .is_some()
}

/// The end of the earliest occurrences of the segments, one after the other.
fn skip(segments: &[Segment], text: &str, start: usize) -> Option<usize> {
    segments.iter().try_fold(start, |position, segment| {
        segment.find(text, position, |_, _| true).map(|(_, end)| end)
    })
}

/// A part of a pattern without asterisks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Segment {
    text: String,
    /// Whether it has question marks.
    wild: bool,
}

impl Segment {
    fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            wild: text.contains('?'),
        }
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Where an occurrence that starts at `start` ends.
    fn end_at(&self, text: &str, start: usize) -> Option<usize> {
        let rest = text.get(start..)?;
        if !self.wild {
            return rest.starts_with(&self.text).then_some(start + self.text.len());
        }
        let mut characters = rest.char_indices();
        for wanted in self.text.chars() {
            let (_, found) = characters.next()?;
            if wanted != '?' && wanted != found {
                return None;
            }
        }
        Some(start + characters.offset())
    }

    /// Where an occurrence would have to start to end with the text.
    fn suffix_start(&self, text: &str) -> Option<usize> {
        if !self.wild {
            return text.len().checked_sub(self.text.len());
        }
        let count = self.text.chars().count();
        text.char_indices().rev().nth(count - 1).map(|(index, _)| index)
    }

    /// The first occurrence from `from` on that is accepted, as start and end. Costs little more than the length of the text,
    /// whatever the two are: users choose their patterns, and everyone in a room what they are looked for in.
    fn find(&self, text: &str, from: usize, accepts: impl Fn(usize, usize) -> bool) -> Option<(usize, usize)> {
        if self.wild {
            return ShiftAnd::new(&self.text, text, from).find(|&(start, end)| accepts(start, end));
        }
        // Most texts have no occurrence. In one that has, a search anew behind each would prepare itself as often.
        let first = from + text.get(from..)?.find(&self.text)?;
        let starts = text[first..].char_indices().map(|(index, _)| first + index);
        starts
            .chain([text.len()])
            .map(|start| (start, start + self.text.len()))
            .find(|&(start, end)| accepts(start, end) && text[start..].starts_with(&self.text))
    }
}

/// Whether a character of a word begins there; they are ASCII, and no byte of another character looks like one.
fn is_word(byte: Option<&u8>) -> bool {
    byte.is_some_and(|&byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn around(text: &str, index: usize) -> (Option<&u8>, Option<&u8>) {
    let bytes = text.as_bytes();
    (
        index.checked_sub(1).and_then(|before| bytes.get(before)),
        bytes.get(index),
    )
}

/// A match starts at a boundary if it begins with a character that is no part of a word, or follows one.
pub(crate) fn starts_word(text: &str, start: usize) -> bool {
    let (before, first) = around(text, start);
    !is_word(before) || (first.is_some() && !is_word(first))
}

pub(crate) fn ends_word(text: &str, end: usize) -> bool {
    let (last, after) = around(text, end);
    !is_word(after) || (last.is_some() && !is_word(last))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).matches(&fold_case(text))
    }

    fn words(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).matches_words(&fold_case(text))
    }

    /// The examples of the specification's text on `event_match`.
    #[test]
    fn the_examples_of_the_specification_hold() {
        assert!(whole("lunc?*", "Lunch plans") && whole("lunc?*", "LUNCH"));
        assert!(!whole("lunc?*", " lunch") && !whole("lunc?*", "lunc"));
        assert!(words("ex*ple", "An example event."));
        assert!(words("ex*ple", "exple"));
        assert!(words("ex*ple", "An exciting triple-whammy"));
    }

    #[test]
    fn a_whole_match_leaves_nothing_over() {
        assert!(whole("", "") && !whole("", "x"));
        assert!(whole("*", "") && whole("*", "anything") && whole("**", "x"));
        assert!(whole("?", "ß") && !whole("?", "") && !whole("?", "ab"));
        assert!(whole("a*b*c", "aXbYbZc") && !whole("a*b*c", "acb"));
        assert!(!whole("ab*ba", "aba") && whole("ab*ba", "abba"));
        assert!(whole("*.example.com", "www.example.com") && !whole("*.example.com", "example.com"));
        assert!(whole("m.room.message", "M.Room.Message") && !whole("m.room.message", "mxroom.message"));
        assert!(whole("a*??", "abc") && !whole("a*??", "ab"));
        assert!(whole("[a-z]", "[A-Z]") && !whole("[a-z]", "b"));
    }

    #[test]
    fn words_end_where_the_specification_says() {
        assert!(words("cake", "a CAKE!") && words("cake", "cake") && words("cake", "(cake)"));
        assert!(!words("cake", "cakes") && !words("cake", "pancake") && !words("cake", "cake_stand"));
        assert!(words("cake", "pancake cake"));
        assert!(words("cake*lie", "the cake is a lie") && !words("cake*lie", "the cake is a liel"));
        assert!(words("@room", "hello@room!") && words("c++", "I like c++"));
        assert!(words("日本", "in 日本語 too"));
        assert!(words("*", "") && words("ca?e", "one cafe") && !words("ca?e", "one cafes"));
        assert!(!words("", "anything"));
        assert!(words("*foo", "afoo b") && !words("foo*", "afoo b") && words("foo*", "b foo"));
    }

    #[test]
    fn case_folds_beyond_ascii() {
        assert!(whole("ÄRGER", "ärger") && words("ΟΔΟΣ*", "οδος"));
        assert!(words("straße", "Die STRAßE dort"));
    }

    #[test]
    fn a_pattern_of_unreasonable_length_finds_nothing() {
        let long = "a".repeat(1025);
        assert!(!words(&long, &long) && !whole(&format!("{long}*"), &long));
        assert!(whole(&long, &long));
        assert!(!contains_words(&long, &long) && !contains_words("x", ""));
    }

    /// The plain recursive definition of a glob, too slow for use.
    fn reference(pattern: &[char], text: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['*', rest @ ..] => (0..=text.len()).any(|skipped| reference(rest, &text[skipped..])),
            ['?', rest @ ..] => !text.is_empty() && reference(rest, &text[1..]),
            [wanted, rest @ ..] => text.first() == Some(wanted) && reference(rest, &text[1..]),
        }
    }

    proptest! {
        #[test]
        fn the_whole_match_is_the_definition(pattern in "[aé?*]{0,7}", text in "[aéb]{0,8}") {
            let expected = reference(&pattern.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>());
            prop_assert_eq!(Pattern::new(&pattern).matches(&text), expected);
        }

        #[test]
        fn the_word_match_is_the_definition(pattern in "[a\\-?*]{1,6}", text in "[a\\-b]{0,7}") {
            let characters: Vec<char> = text.chars().collect();
            let pattern_characters: Vec<char> = pattern.chars().collect();
            let mut expected = false;
            for start in 0..=characters.len() {
                for end in start..=characters.len() {
                    expected |= starts_word(&text, start)
                        && ends_word(&text, end)
                        && reference(&pattern_characters, &characters[start..end]);
                }
            }
            prop_assert_eq!(Pattern::new(&pattern).matches_words(&text), expected);
        }
    }
}
