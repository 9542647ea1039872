//! Every committed input through its target, without a fuzzer.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use hybrid_fuzz::{find, TARGETS};

/// More is for `artifacts/`.
const MAX_CORPUS_BYTES: u64 = 64 << 10;

fn corpora() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus"))
}

#[test]
fn every_target_has_a_corpus_and_every_corpus_a_target() {
    let corpora: BTreeSet<String> = fs::read_dir(corpora())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(corpora, targets);
}

#[test]
fn every_input_is_survived() {
    for (name, target) in TARGETS {
        let mut inputs = 0;
        for entry in fs::read_dir(corpora().join(name)).unwrap() {
            let path = entry.unwrap().path();
            // The test's output is shown when it fails: the last line names the input.
            println!("{}", path.display());
            target(&fs::read(path).unwrap());
            inputs += 1;
        }
        assert!(inputs >= 5, "{name} has only {inputs} inputs");
        target(b"");
    }
}

#[test]
fn corpora_stay_small() {
    for (name, _) in TARGETS {
        let bytes: u64 = fs::read_dir(corpora().join(name))
            .unwrap()
            .map(|entry| entry.unwrap().metadata().unwrap().len())
            .sum();
        assert!(bytes <= MAX_CORPUS_BYTES, "{name} has {bytes} bytes");
    }
}

#[test]
fn targets_are_found_by_their_names_only() {
    assert!(find("push").is_some() && find("").is_none() && find("pus").is_none());
}
