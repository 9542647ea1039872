-- Devices that wait for their user to log in again (MSC3814).
CREATE TABLE dehydrated_devices (
    user_id text COLLATE "C" PRIMARY KEY,
    device_id text COLLATE "C" NOT NULL,
    data bytea NOT NULL,              -- a JSON object, encrypted by the client in its own way
    FOREIGN KEY (user_id, device_id) REFERENCES devices (user_id, device_id) ON DELETE CASCADE
);
