use crate::graph::EventNumber;

/// Events by small numbers. Making one costs nothing however large it is, since memory that is not touched is not there.
#[derive(Clone, Debug)]
pub struct EventTable(Vec<u32>);

impl EventTable {
    pub fn new(size: usize) -> Self {
        Self(vec![0; size])
    }

    pub fn get(&self, index: usize) -> Option<EventNumber> {
        self.0.get(index)?.checked_sub(1).map(EventNumber)
    }

    pub fn set(&mut self, index: usize, event: EventNumber) {
        self.0[index] = event.0 + 1;
    }
}
