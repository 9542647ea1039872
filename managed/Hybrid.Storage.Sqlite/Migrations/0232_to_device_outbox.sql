-- To-device messages that wait for other servers.
CREATE TABLE to_device_outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    destination TEXT NOT NULL,
    content BLOB NOT NULL          -- of an m.direct_to_device EDU
) STRICT;
CREATE INDEX to_device_outbox_by_destination ON to_device_outbox (destination, position);

-- Which of other servers' messages were delivered, so that one that comes again is not.
CREATE TABLE to_device_received (
    origin TEXT NOT NULL,
    message_id TEXT NOT NULL,
    received_at INTEGER NOT NULL,  -- Unix time in milliseconds
    PRIMARY KEY (origin, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX to_device_received_by_age ON to_device_received (received_at);
