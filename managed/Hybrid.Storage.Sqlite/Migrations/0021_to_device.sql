CREATE TABLE to_device_messages (
    position INTEGER PRIMARY KEY,  -- in the to-device stream
    user_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    sender TEXT NOT NULL,
    type TEXT NOT NULL,
    content BLOB NOT NULL,         -- as sent
    FOREIGN KEY (user_id, device_id) REFERENCES devices (user_id, device_id) ON DELETE CASCADE
) STRICT;
CREATE INDEX to_device_messages_by_device ON to_device_messages (user_id, device_id, position);

-- Which requests were carried out, so that a repeated one delivers nothing twice.
CREATE TABLE to_device_transactions (
    user_id TEXT NOT NULL,
    device_id TEXT NOT NULL,       -- empty for an application service acting without a device
    type TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    sent_at INTEGER NOT NULL,      -- Unix time in milliseconds
    PRIMARY KEY (user_id, device_id, type, transaction_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX to_device_transactions_by_age ON to_device_transactions (sent_at);
