-- Devices that wait for their user to log in again (MSC3814).
CREATE TABLE dehydrated_devices (
    user_id TEXT PRIMARY KEY,
    device_id TEXT NOT NULL,
    data BLOB NOT NULL,            -- a JSON object, encrypted by the client in its own way
    FOREIGN KEY (user_id, device_id) REFERENCES devices (user_id, device_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
