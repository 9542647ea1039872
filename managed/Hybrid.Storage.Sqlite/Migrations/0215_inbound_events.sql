-- Events of other servers that were answered with 200 and that their rooms have not received yet.
CREATE TABLE inbound_events (
    id INTEGER PRIMARY KEY,        -- in the order in which they came
    event_id TEXT NOT NULL UNIQUE,
    room_id TEXT NOT NULL,
    origin TEXT NOT NULL,          -- the server that sent it
    received_ts INTEGER NOT NULL,  -- milliseconds since 1970
    json BLOB NOT NULL
) STRICT;
CREATE INDEX inbound_events_by_room ON inbound_events (room_id, id);
