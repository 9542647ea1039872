-- What changed of this server's users' devices: the latest change of each, as other servers are told.
CREATE TABLE device_changes (
    user_id TEXT NOT NULL,
    kind INTEGER NOT NULL,         -- DeviceChangeKind
    device_id TEXT NOT NULL,       -- empty where the change is not one of a device
    position INTEGER NOT NULL,     -- in the device-list stream; also the stream_id of the update
    PRIMARY KEY (user_id, kind, device_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX device_changes_by_position ON device_changes (position);

-- Which servers are kept up to date about whom.
CREATE TABLE device_list_destinations (
    destination TEXT NOT NULL,
    user_id TEXT NOT NULL,
    sent_id INTEGER,               -- stream_id of the last update that the server has; null: none
    told INTEGER NOT NULL,         -- it knows of all changes up to this position
    waiting INTEGER NOT NULL,      -- whether there are later ones
    PRIMARY KEY (destination, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX device_list_destinations_waiting ON device_list_destinations (destination, user_id) WHERE waiting = 1;
CREATE INDEX device_list_destinations_by_user ON device_list_destinations (user_id);

-- How far changes were given out to the servers that they concern. One row.
CREATE TABLE device_list_fan_out (
    id INTEGER PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT;
