CREATE TABLE to_device_messages (
    position bigint PRIMARY KEY,      -- in the to-device stream
    user_id text COLLATE "C" NOT NULL,
    device_id text COLLATE "C" NOT NULL,
    sender text COLLATE "C" NOT NULL,
    type text COLLATE "C" NOT NULL,
    content bytea NOT NULL,           -- as sent
    FOREIGN KEY (user_id, device_id) REFERENCES devices (user_id, device_id) ON DELETE CASCADE
);
CREATE INDEX to_device_messages_by_device ON to_device_messages (user_id, device_id, position);

-- Which requests were carried out, so that a repeated one delivers nothing twice.
CREATE TABLE to_device_transactions (
    user_id text COLLATE "C" NOT NULL,
    device_id text COLLATE "C" NOT NULL,   -- empty for an application service acting without a device
    type text COLLATE "C" NOT NULL,
    transaction_id text COLLATE "C" NOT NULL,
    sent_at bigint NOT NULL,          -- Unix time in milliseconds
    PRIMARY KEY (user_id, device_id, type, transaction_id)
);
CREATE INDEX to_device_transactions_by_age ON to_device_transactions (sent_at);
