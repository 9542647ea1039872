-- The checkpoint of the reader that counts unread events: behind the log by seconds, caught up on start.
CREATE TABLE unread_checkpoint (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    events_position INTEGER NOT NULL,
    receipts_position INTEGER NOT NULL
) STRICT;

CREATE TABLE unread_rooms (
    user_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    events TEXT NOT NULL,          -- "position highlight [thread root]" per line, oldest first
    PRIMARY KEY (user_id, room_id)
) STRICT, WITHOUT ROWID;
