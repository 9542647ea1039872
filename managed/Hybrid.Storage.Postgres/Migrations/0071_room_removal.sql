-- A room that is being deleted: nobody can open it any more while its rows go.
ALTER TABLE rooms ADD COLUMN deleted boolean NOT NULL DEFAULT false;

-- Rooms that nobody may join, whether this server knows them or not.
CREATE TABLE blocked_rooms (
    room_id text COLLATE "C" PRIMARY KEY,
    user_id text COLLATE "C" NOT NULL  -- the administrator
);

-- Users' data about a room goes with it.
CREATE INDEX account_data_by_room ON account_data (room_id) WHERE room_id <> '';
