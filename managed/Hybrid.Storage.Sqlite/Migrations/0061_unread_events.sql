-- Unread events by room instead of by user: a message costs one row, however many members the room has. What was counted is
-- counted again from the log.
DROP TABLE unread_rooms;
DROP TABLE unread_checkpoint;

CREATE TABLE unread_checkpoint (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    position INTEGER NOT NULL
) STRICT;

CREATE TABLE unread_events (
    room_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    sender TEXT NOT NULL,
    thread TEXT,
    everyone INTEGER NOT NULL,     -- 0 nothing, 1 notification, 2 highlight
    exceptions TEXT,               -- "weight user" per line, with the same numbers
    PRIMARY KEY (room_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE unread_joins (
    room_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;
