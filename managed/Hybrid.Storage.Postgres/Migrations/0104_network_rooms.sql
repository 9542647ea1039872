-- Rooms that application services publish as those of other networks.
CREATE TABLE network_rooms (
    network text COLLATE "C" NOT NULL,   -- the service, a bar, and what it calls the network
    room_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (network, room_id)
);
CREATE INDEX network_rooms_by_room ON network_rooms (room_id);
