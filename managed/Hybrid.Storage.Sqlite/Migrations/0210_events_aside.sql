-- Events of other servers. Positions above zero are the log; from zero down to -4503599627370496 is history that was fetched later,
-- and what is at that position and below is in no timeline: outliers, which have no state_before, and what was not accepted.
ALTER TABLE events ADD COLUMN standing INTEGER NOT NULL DEFAULT 0;     -- EventStanding of the native core
CREATE INDEX events_by_redacts ON events (redacts) WHERE redacts IS NOT NULL;

-- The state event that the key takes at the position; null where it has no value any more.
ALTER TABLE state_changes ADD COLUMN event_number INTEGER;
UPDATE state_changes SET event_number = (SELECT e.number FROM events e WHERE e.position = state_changes.position);

-- Set for good with the first event of another server: current state is no longer just the line of the state events.
ALTER TABLE rooms ADD COLUMN branched INTEGER NOT NULL DEFAULT 0;

-- Events that events of the room name as prev_events and that are not stored.
CREATE TABLE room_gaps (
    room_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    PRIMARY KEY (room_id, event_id)
) STRICT, WITHOUT ROWID;
