use std::hint::black_box;
use std::time::Duration;

use hybrid_state::graph::EventNumber;
use hybrid_state::resolution::resolve;

use crate::clock::{mean, Stopwatch};
use crate::reference::StateMap;
use crate::room::Room;
use crate::summary::Summary;

/// Resolution of two forks, by the number of events in conflict, and by the age of the room.
pub fn run(summary: &mut Summary) {
    println!();
    append();
    println!();
    println!("| algorithm | auth events | state entries | in conflict | ms | reference model, ms | ratio |");
    println!("|---|---|---|---|---|---|---|");
    for version in ["11", "12"] {
        let mut room = Room::new(version, 100_000, 50_000);
        for conflicted in [10, 100, 1_000, 3_000, 10_000] {
            measure(version, &mut room, 100_000, conflicted, Some(&mut *summary));
        }
    }
    for auth_events in [10_000, 100_000, 400_000] {
        let mut room = Room::new("12", auth_events, 5_000);
        measure("12", &mut room, auth_events, 1_000, None);
    }
}

/// What it costs to add events, one by one as they come.
fn append() {
    println!("| events added | µs per event | bytes in memory per event |");
    println!("|---|---|---|");
    for events in [10_000, 100_000, 400_000] {
        let room = Room::new("12", events, events / 2);
        let (resident, stopwatch) = (resident_bytes(), Stopwatch::start());
        let graph = room.copy_of_graph();
        let time = stopwatch.elapsed();
        let bytes = resident_bytes().saturating_sub(resident) / graph.len();
        let micros = time.as_secs_f64() * 1e6 / graph.len() as f64;
        println!("| {} | {micros:.1} | {bytes} |", graph.len());
    }
}

/// What this process holds in memory, where the system tells it.
fn resident_bytes() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}

/// Compares with the reference model if there is a summary to write that to.
fn measure(version: &str, room: &mut Room, auth_events: usize, conflicted: usize, summary: Option<&mut Summary>) {
    let states = room.fork(conflicted);
    let numbers = room.numbers(&states);
    let slices: Vec<&[EventNumber]> = numbers.iter().map(Vec::as_slice).collect();
    let time = mean(|| {
        black_box(resolve(&room.graph, &slices).unwrap());
    });
    let algorithm = if version == "12" { "v2.1" } else { "v2" };
    let entries = states[0].len();
    print!(
        "| {algorithm} | {auth_events} | {entries} | {conflicted} | {:.2} |",
        milliseconds(time)
    );
    if let Some(summary) = summary {
        let start = Stopwatch::start();
        let expected = room.model.resolve(&states);
        let reference = start.elapsed();
        assert_eq!(resolved(room, &slices), expected);
        let ratio = reference.as_secs_f64() / time.as_secs_f64();
        println!(" {:.0} | {ratio:.0} |", milliseconds(reference));
        summary.add(
            &format!("state resolution {algorithm}: two forks, {conflicted} in conflict, {auth_events} auth events"),
            "ms",
            milliseconds(time),
            Some((milliseconds(reference), "the reference model")),
        );
    } else {
        println!(" | |");
    }
}

fn resolved(room: &Room, states: &[&[EventNumber]]) -> StateMap {
    let resolution = resolve(&room.graph, states).unwrap();
    let key = |event| {
        let (kind, state_key) = room.graph.type_and_state_key(event);
        (kind.to_owned(), state_key.to_owned())
    };
    resolution
        .events()
        .map(|event| (key(event), room.graph.id(event).to_owned()))
        .collect()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
