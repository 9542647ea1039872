-- The newest receipt of each user, type and thread in a room.
CREATE TABLE receipts (
    room_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    type TEXT NOT NULL,            -- m.read or m.read.private
    thread_id TEXT NOT NULL,       -- empty when unthreaded, 'main', or the root of a thread
    event_id TEXT NOT NULL,
    event_position INTEGER NOT NULL,  -- of that event in the log; receipts never move to a smaller one
    ts INTEGER NOT NULL,           -- milliseconds since the Unix epoch
    position INTEGER NOT NULL,     -- in the receipts stream
    PRIMARY KEY (room_id, user_id, type, thread_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX receipts_by_room ON receipts (room_id, position);
CREATE UNIQUE INDEX receipts_by_position ON receipts (position);
