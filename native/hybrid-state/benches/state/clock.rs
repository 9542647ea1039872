use std::time::{Duration, Instant};

/// The processor time of this thread, where the system tells it: other work on the machine counts less then. Otherwise the time
/// of day.
pub struct Stopwatch {
    processor: Option<Duration>,
    wall: Instant,
}

impl Stopwatch {
    pub fn start() -> Self {
        Self {
            processor: processor_time(),
            wall: Instant::now(),
        }
    }

    pub fn elapsed(&self) -> Duration {
        match (self.processor, processor_time()) {
            (Some(start), Some(now)) => now - start,
            _ => self.wall.elapsed(),
        }
    }
}

fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// The mean of enough rounds to fill half a second: the system counts processor time in steps of some milliseconds.
pub fn mean(mut body: impl FnMut()) -> Duration {
    body();
    let mut rounds = 0;
    let stopwatch = Stopwatch::start();
    while rounds < 3 || stopwatch.elapsed() < Duration::from_millis(500) {
        body();
        rounds += 1;
    }
    stopwatch.elapsed() / rounds
}
