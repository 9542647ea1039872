-- The newest receipt of each user, type and thread in a room.
CREATE TABLE receipts (
    room_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    type text COLLATE "C" NOT NULL,   -- m.read or m.read.private
    thread_id text COLLATE "C" NOT NULL,   -- empty when unthreaded, 'main', or the root of a thread
    event_id text COLLATE "C" NOT NULL,
    event_position bigint NOT NULL,   -- of that event in the log; receipts never move to a smaller one
    ts bigint NOT NULL,               -- milliseconds since the Unix epoch
    position bigint NOT NULL,         -- in the receipts stream
    PRIMARY KEY (room_id, user_id, type, thread_id)
);
CREATE INDEX receipts_by_room ON receipts (room_id, position);
CREATE UNIQUE INDEX receipts_by_position ON receipts (position);
