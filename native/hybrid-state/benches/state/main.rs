//! What state costs: `native/build.sh bench -p hybrid-state`.

#![allow(clippy::unwrap_used)] // A bench may stop at the first surprise.

mod map;

fn main() {
    map::run();
}
