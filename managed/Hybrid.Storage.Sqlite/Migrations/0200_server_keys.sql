-- Keys of other servers, and the signed answers in which they were named last. Times are milliseconds since 1970.
CREATE TABLE server_keys (
    server_name TEXT NOT NULL,
    key_id TEXT NOT NULL,
    public_key TEXT NOT NULL,      -- base64
    valid_until_ts INTEGER NOT NULL,
    fetched_ts INTEGER NOT NULL,   -- of the answer
    PRIMARY KEY (server_name, key_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE server_key_answers (
    server_name TEXT NOT NULL,
    fetched_ts INTEGER NOT NULL,
    valid_until_ts INTEGER NOT NULL,
    json BLOB NOT NULL,
    PRIMARY KEY (server_name, fetched_ts)
) STRICT, WITHOUT ROWID;
