use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::extract::Extract;
use super::{EventGraph, EventNumber, StateEvent};

/// What became of an event when it was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It was accepted.
    Accepted,
    /// It was accepted, but hidden from clients since the current state does not allow it. State resolution makes no difference.
    SoftFailed,
    /// It was rejected: it failed against the state before it. It authorizes nothing as an auth event, and the resolutions of
    /// version 2 and later do not allow it after all.
    Rejected,
}

/// A state event to be added.
#[derive(Clone, Copy, Debug)]
pub struct NewEvent<'a> {
    /// Its ID, which is taken as it is.
    pub id: &'a str,
    /// The event.
    pub json: &'a [u8],
    /// What became of it.
    pub standing: Standing,
}

/// Why events were not added. None of the batch is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// An event cannot be read, or is no state event.
    #[error("{0}: {1}")]
    Malformed(String, hybrid_events::Error),
    /// An event is of another room.
    #[error("{0} is of another room")]
    OtherRoom(String),
    /// An event names an auth event that neither the graph nor the batch has.
    #[error("{0} names the auth event {1}, which is missing")]
    MissingAuthEvent(String, String),
    /// Events authorize each other in a circle.
    #[error("{0} is in its own auth chain")]
    Cycle(String),
    /// The graph has as many events as it can number.
    #[error("the graph is full")]
    Full,
}

impl EventGraph {
    /// Adds events, in any order, and returns their numbers in theirs. Events that are there already stay as they are, and
    /// their numbers are those they have.
    ///
    /// # Errors
    /// [`AppendError`].
    pub fn append(&mut self, batch: &[NewEvent<'_>]) -> Result<Vec<EventNumber>, AppendError> {
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut read = Vec::new();
        for event in batch {
            if self.find(event.id).is_some() || places.contains_key(event.id) {
                continue;
            }
            let extract = Extract::read(self.rules, &self.room_id, event.id, event.json)
                .map_err(|error| AppendError::Malformed(event.id.to_owned(), error))?;
            if !extract.is_of_room {
                return Err(AppendError::OtherRoom(event.id.to_owned()));
            }
            places.insert(event.id, read.len());
            read.push((event, extract));
        }
        // References within the pool of auth events are 32 bits wide as well.
        let references: usize = read.iter().map(|(_, extract)| extract.auth_events.len()).sum();
        let limit = u32::MAX as usize / 2;
        if self.len() + read.len() > limit || self.auth_events.len() + references > limit {
            return Err(AppendError::Full);
        }

        let order = self.order(&read, &places)?;
        let mut waiting: Vec<Option<(&NewEvent<'_>, Extract)>> = read.into_iter().map(Some).collect();
        for place in order {
            if let Some((event, extract)) = waiting[place].take() {
                self.push(event, extract);
            }
        }
        Ok(batch.iter().filter_map(|event| self.find(event.id)).collect())
    }

    /// The places of the new events, each after those of its auth events.
    fn order(
        &self,
        read: &[(&NewEvent<'_>, Extract)],
        places: &HashMap<&str, usize>,
    ) -> Result<Vec<usize>, AppendError> {
        let mut authorizes: Vec<Vec<usize>> = vec![Vec::new(); read.len()];
        let mut awaited = vec![0; read.len()];
        for (place, (event, extract)) in read.iter().enumerate() {
            for auth_event in &extract.auth_events {
                if let Some(&before) = places.get(auth_event.as_str()) {
                    authorizes[before].push(place);
                    awaited[place] += 1;
                } else if self.find(auth_event).is_none() {
                    return Err(AppendError::MissingAuthEvent(event.id.to_owned(), auth_event.clone()));
                }
            }
        }
        let mut ready: VecDeque<usize> = (0..read.len()).filter(|&place| awaited[place] == 0).collect();
        let mut order = Vec::with_capacity(read.len());
        while let Some(place) = ready.pop_front() {
            order.push(place);
            for &after in &authorizes[place] {
                awaited[after] -= 1;
                if awaited[after] == 0 {
                    ready.push_back(after);
                }
            }
        }
        match awaited.iter().position(|&count| count > 0) {
            Some(place) => Err(AppendError::Cycle(read[place].0.id.to_owned())),
            None => Ok(order),
        }
    }

    /// Adds an event whose auth events are there.
    fn push(&mut self, event: &NewEvent<'_>, extract: Extract) {
        let number = EventNumber(self.events.len() as u32);
        let key = self.keys.intern(&extract.kind, &extract.state_key);
        let first_auth_event = self.auth_events.len();
        for auth_event in &extract.auth_events {
            let known = self.find(auth_event);
            // A reference that is there twice says nothing new.
            self.auth_events
                .extend(known.filter(|known| !self.auth_events[first_auth_event..].contains(known)));
        }
        let auth_events = &self.auth_events[first_auth_event..];
        let with_key = |wanted| {
            let mut events = auth_events.iter().copied();
            events.find(|&auth_event| Some(self.key(auth_event)) == wanted)
        };
        let predecessor = with_key(Some(key));
        let power_levels = self.keys.power_levels().and_then(|key| with_key(Some(key)));
        self.reachability.push(auth_events, predecessor);
        self.power_tree.push(power_levels);
        // Anyone can send another create event; it is not the one that the room ID names.
        if self.keys.create() == Some(key) && event.id.strip_prefix('$') == self.room_id.strip_prefix('!') {
            self.create = Some(number);
        }
        let id: Arc<str> = event.id.into();
        self.numbers.insert(id.clone(), number);
        self.event_keys.push(key);
        self.events.push(StateEvent {
            id,
            origin_server_ts: extract.origin_server_ts,
            depth: extract.depth,
            first_auth_event: first_auth_event as u32,
            auth_event_count: (self.auth_events.len() - first_auth_event) as u32,
            is_power_event: extract.is_power_event,
            is_rejected: event.standing == Standing::Rejected,
            content: extract.content,
        });
    }
}
