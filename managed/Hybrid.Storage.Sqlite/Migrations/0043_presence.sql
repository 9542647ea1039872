CREATE TABLE presence (
    user_id TEXT PRIMARY KEY,
    status_msg TEXT,
    last_active INTEGER NOT NULL   -- milliseconds since the Unix epoch
) STRICT, WITHOUT ROWID;
