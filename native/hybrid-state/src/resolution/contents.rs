use hybrid_auth::Event;
use hybrid_events::parse_event;
use hybrid_json::Object;

use crate::graph::{EventGraph, EventNumber};
use crate::resolution::ResolveError;

/// Events, read for authorization.
#[derive(Debug)]
pub struct Contents<'g> {
    numbers: Vec<EventNumber>,
    objects: Vec<Object<'g>>,
}

impl<'g> Contents<'g> {
    /// Reads these events.
    ///
    /// # Errors
    /// [`ResolveError::Unreadable`].
    pub fn read(graph: &'g EventGraph, events: Vec<EventNumber>) -> Result<Self, ResolveError> {
        let objects = events
            .iter()
            .map(|&event| parse_event(graph.rules(), graph.content(event)).map_err(|_| unreadable(graph, event)))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            numbers: events,
            objects,
        })
    }

    /// The events with their numbers.
    ///
    /// # Errors
    /// [`ResolveError::Unreadable`].
    pub fn events<'c>(&'c self, graph: &EventGraph) -> Result<Vec<(EventNumber, Event<'c>)>, ResolveError> {
        let pairs = self.numbers.iter().zip(&self.objects);
        pairs
            .map(|(&number, object)| {
                let event = Event::new(object).map_err(|_| unreadable(graph, number))?;
                Ok((number, event))
            })
            .collect()
    }
}

fn unreadable(graph: &EventGraph, event: EventNumber) -> ResolveError {
    ResolveError::Unreadable(graph.id(event).to_owned())
}

/// Events that were read, by their numbers.
#[derive(Debug)]
pub struct EventsAtHand<'c> {
    events: Vec<Event<'c>>,
    /// Where each event is, and one. Memory that is not touched costs nothing.
    places: Vec<u32>,
}

impl<'c> EventsAtHand<'c> {
    pub fn new(graph: &EventGraph, events: impl IntoIterator<Item = (EventNumber, Event<'c>)>) -> Self {
        let mut at_hand = Self {
            events: Vec::new(),
            places: vec![0; graph.len()],
        };
        for (number, event) in events {
            at_hand.events.push(event);
            at_hand.places[number.index()] = at_hand.events.len() as u32;
        }
        at_hand
    }

    pub fn get(&self, number: EventNumber) -> Option<Event<'c>> {
        let place = self.places[number.index()].checked_sub(1)?;
        self.events.get(place as usize).copied()
    }
}
