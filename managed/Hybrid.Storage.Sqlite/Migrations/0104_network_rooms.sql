-- Rooms that application services publish as those of other networks.
CREATE TABLE network_rooms (
    network TEXT NOT NULL,         -- the service, a bar, and what it calls the network
    room_id TEXT NOT NULL,
    PRIMARY KEY (network, room_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX network_rooms_by_room ON network_rooms (room_id);
