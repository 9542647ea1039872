-- State at events. Events that were stored before have no state_before yet: their room gets it when it is opened next.
ALTER TABLE rooms ADD COLUMN number INTEGER;        -- of its first event: what its nodes are filed under
ALTER TABLE rooms ADD COLUMN state_root BLOB;       -- the map of current state
ALTER TABLE events ADD COLUMN number INTEGER;       -- what state maps know the event by
ALTER TABLE events ADD COLUMN state_before BLOB;    -- the map just before the event

UPDATE events SET number = position;
UPDATE rooms SET number = (SELECT MIN(e.number) FROM events e WHERE e.room_id = rooms.room_id);
CREATE UNIQUE INDEX events_by_number ON events (number);
CREATE UNIQUE INDEX rooms_by_number ON rooms (number);

-- Types and state keys.
CREATE TABLE state_names (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- A leaf names events of its room, so that rooms share no nodes and each room's can go with it.
CREATE TABLE state_nodes (
    room INTEGER NOT NULL,         -- rooms.number
    hash BLOB NOT NULL,
    bytes BLOB NOT NULL,
    quarantined_ts INTEGER,        -- since when nothing leads to it, milliseconds since 1970
    UNIQUE (room, hash)
) STRICT;
CREATE INDEX state_nodes_in_quarantine ON state_nodes (room, quarantined_ts) WHERE quarantined_ts IS NOT NULL;
