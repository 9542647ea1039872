-- The log. Positions are given by the one writer, so they have no holes and commit in order.
CREATE TABLE stream_positions (
    kind INTEGER PRIMARY KEY,      -- StreamKind
    position INTEGER NOT NULL      -- the last one given out
) STRICT;

CREATE TABLE rooms (
    room_id TEXT PRIMARY KEY,
    version TEXT NOT NULL,
    creator TEXT NOT NULL,
    is_public INTEGER NOT NULL,    -- listed in the room directory
    forward_extremities TEXT NOT NULL  -- event IDs, separated by spaces
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL UNIQUE,
    room_id TEXT NOT NULL REFERENCES rooms,
    type TEXT NOT NULL,
    state_key TEXT,
    sender TEXT NOT NULL,
    origin_server_ts INTEGER NOT NULL,
    depth INTEGER NOT NULL,
    json BLOB NOT NULL,            -- canonical JSON; the redacted form once redacted
    replaces_state TEXT,           -- event ID of the state event before
    redacted_by TEXT,
    redacts TEXT,
    relates_to TEXT,
    relation_type TEXT,
    membership TEXT,               -- m.room.member only
    transaction_user TEXT,
    transaction_device TEXT,
    transaction_id TEXT
) STRICT;
CREATE INDEX events_by_room ON events (room_id, position);
CREATE INDEX events_by_relation ON events (relates_to, relation_type, position) WHERE relates_to IS NOT NULL;
CREATE INDEX threads_by_room ON events (room_id, relates_to, position) WHERE relation_type = 'm.thread';
CREATE INDEX events_by_time ON events (room_id, origin_server_ts);
CREATE UNIQUE INDEX events_by_transaction ON events (transaction_user, transaction_device, transaction_id, room_id, type)
    WHERE transaction_id IS NOT NULL;

-- Every value that current state ever had, by key: the latest row at or before a position is the state there.
CREATE TABLE state_changes (
    room_id TEXT NOT NULL,
    type TEXT NOT NULL,
    state_key TEXT NOT NULL,
    position INTEGER NOT NULL,     -- of the event in the log
    PRIMARY KEY (room_id, type, state_key, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX state_changes_by_position ON state_changes (room_id, position);

CREATE TABLE membership_changes (
    user_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    position INTEGER NOT NULL,     -- of the member event in the log
    membership TEXT NOT NULL,
    event_id TEXT NOT NULL,
    sender TEXT NOT NULL,
    PRIMARY KEY (user_id, room_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX membership_changes_by_position ON membership_changes (user_id, position);

CREATE TABLE memberships (
    user_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    forgotten INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, room_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE aliases (
    alias TEXT PRIMARY KEY,
    room_id TEXT NOT NULL REFERENCES rooms,
    creator TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_by_room ON aliases (room_id);
CREATE INDEX public_rooms ON rooms (room_id) WHERE is_public = 1;
