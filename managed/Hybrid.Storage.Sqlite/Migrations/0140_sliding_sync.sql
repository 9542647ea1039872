-- Connections of simplified sliding sync (MSC4186).
CREATE TABLE sliding_connections (
    number INTEGER PRIMARY KEY AUTOINCREMENT,   -- never given out twice
    user_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    name TEXT NOT NULL,            -- the client's conn_id, empty without one
    acknowledged INTEGER NOT NULL, -- the state that the client last came back with
    pending INTEGER NOT NULL,      -- the state of the last answer
    state_terms TEXT NOT NULL,     -- what state was asked for, one a line; rooms refer to it by index
    changed_at INTEGER NOT NULL,   -- milliseconds since the Unix epoch
    FOREIGN KEY (user_id, device_id) REFERENCES devices (user_id, device_id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX sliding_connections_by_name ON sliding_connections (user_id, device_id, name);
CREATE INDEX sliding_connections_by_age ON sliding_connections (changed_at);

-- What a connection was sent of a room, by the state that it came with: the last one up to a state counts.
CREATE TABLE sliding_rooms (
    connection INTEGER NOT NULL REFERENCES sliding_connections (number) ON DELETE CASCADE,
    room_id TEXT NOT NULL,
    state INTEGER NOT NULL,
    events INTEGER NOT NULL,       -- -1 nothing, -2 all up to the token, otherwise the last position that was sent
    receipts INTEGER NOT NULL,     -- likewise
    account_data INTEGER NOT NULL, -- likewise
    timeline_limit INTEGER NOT NULL,
    state_terms INTEGER NOT NULL,  -- index into the connection's
    is_direct INTEGER NOT NULL,
    members TEXT NOT NULL,         -- users, one a line
    PRIMARY KEY (connection, room_id, state)
) STRICT, WITHOUT ROWID;
