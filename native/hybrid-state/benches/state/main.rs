//! What state costs: `native/build.sh bench -p hybrid-state`. Tables on the terminal, and rows in `artifacts/bench/summary.json`.

#![allow(clippy::unwrap_used)] // A bench may stop at the first surprise.

mod clock;
mod map;
#[path = "../../tests/reference/mod.rs"]
mod reference;
mod resolution;
mod room;
mod summary;

fn main() {
    let mut summary = summary::Summary::default();
    map::run(&mut summary);
    resolution::run(&mut summary);
    summary.write();
}
