//! What state costs: `native/build.sh bench -p hybrid-state`.

#![allow(clippy::unwrap_used)] // A bench may stop at the first surprise.

mod clock;
mod map;
#[path = "../../tests/reference/mod.rs"]
mod reference;
mod resolution;
mod room;

fn main() {
    map::run();
    resolution::run();
}
