-- A room that is being deleted: nobody can open it any more while its rows go.
ALTER TABLE rooms ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;

-- Rooms that nobody may join, whether this server knows them or not.
CREATE TABLE blocked_rooms (
    room_id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL          -- the administrator
) STRICT, WITHOUT ROWID;

-- Users' data about a room goes with it.
CREATE INDEX account_data_by_room ON account_data (room_id) WHERE room_id <> '';
