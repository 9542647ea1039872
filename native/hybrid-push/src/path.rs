//! Dot-separated property paths (appendices, "Dot-separated property paths").

/// A path to a property, unescaped and hashed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Path {
    pub hash: PathHash,
    pub names: Box<[Box<str>]>,
}

impl Path {
    /// Splits at dots. `\.` and `\\` stand for a dot and a backslash in a name, any other `\x` for itself.
    pub fn parse(path: &str) -> Self {
        let mut names = vec![String::new()];
        let mut rest = path.chars().peekable();
        while let Some(next) = rest.next() {
            let escaped = if next == '\\' {
                rest.next_if(|c| matches!(c, '.' | '\\'))
            } else {
                None
            };
            match (escaped, names.last_mut()) {
                (None, _) if next == '.' => names.push(String::new()),
                (escaped, Some(name)) => name.push(escaped.unwrap_or(next)),
                (_, None) => {}
            }
        }
        let hash = names.iter().fold(PathHash::ROOT, |hash, name| hash.child(name));
        Self {
            hash,
            names: names.into_iter().map(String::into_boxed_str).collect(),
        }
    }
}

impl Path {
    /// Whether this is a property of the event itself with this name.
    pub fn is(&self, name: &str) -> bool {
        matches!(self.names.as_ref(), [only] if **only == *name)
    }
}

/// FNV-1a over the names of a path. Only a first filter: whoever finds a hash compares the names too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PathHash(u64);

impl PathHash {
    pub const ROOT: Self = Self(0xcbf2_9ce4_8422_2325);
    const PRIME: u64 = 0x0100_0000_01b3;

    /// The hash of the path one name longer.
    pub fn child(self, name: &str) -> Self {
        // 0xFF occurs in no UTF-8 text, so it keeps `a.bc` from `ab.c`.
        let bytes = name.bytes().chain(std::iter::once(0xFF));
        Self(bytes.fold(self.0, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(Self::PRIME)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &str) -> Vec<String> {
        Path::parse(path).names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn escapes_are_those_of_the_specification() {
        assert_eq!(names("content.body"), ["content", "body"]);
        assert_eq!(
            names(r"content.m\.relates_to.rel_type"),
            ["content", "m.relates_to", "rel_type"]
        );
        assert_eq!(names(r"content.m\\foo"), ["content", r"m\foo"]);
        assert_eq!(names(r"content.m\foo"), ["content", r"m\foo"]);
        assert_eq!(names(r"a\\.b"), [r"a\", "b"]);
        assert_eq!(names(r"tail\"), [r"tail\"]);
        assert_eq!(names("a..b"), ["a", "", "b"]);
        assert_eq!(names(""), [""]);
    }

    #[test]
    fn where_a_name_ends_changes_the_hash() {
        assert_ne!(Path::parse("a.bc").hash, Path::parse("ab.c").hash);
        assert_eq!(Path::parse(r"m\foo"), Path::parse(r"m\\foo"));
    }
}
