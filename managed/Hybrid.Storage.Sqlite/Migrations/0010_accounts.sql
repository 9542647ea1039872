-- Times are milliseconds since 1970.
CREATE TABLE accounts (
    user_id TEXT PRIMARY KEY,
    password_hash TEXT,            -- PHC string; null: cannot log in by password
    admin INTEGER NOT NULL,
    guest INTEGER NOT NULL,
    deactivated INTEGER NOT NULL DEFAULT 0,
    erased INTEGER NOT NULL DEFAULT 0,   -- deactivated with the wish to be forgotten
    created_ts INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
    user_id TEXT NOT NULL REFERENCES accounts,
    device_id TEXT NOT NULL,
    display_name TEXT,
    created_ts INTEGER NOT NULL,
    last_seen_ts INTEGER,          -- noted in batches, minutes late
    last_seen_ip TEXT,
    PRIMARY KEY (user_id, device_id)
) STRICT, WITHOUT ROWID;

-- One per device: a login ends the session that the device had.
CREATE TABLE sessions (
    session_id INTEGER PRIMARY KEY AUTOINCREMENT,   -- never given out twice
    user_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    confirmed_generation INTEGER NOT NULL DEFAULT 0,   -- newest one that the client has shown a token of
    issues INTEGER NOT NULL DEFAULT 0,                 -- how often it was given tokens
    UNIQUE (user_id, device_id),
    FOREIGN KEY (user_id, device_id) REFERENCES devices ON DELETE CASCADE
) STRICT;

CREATE TABLE access_tokens (
    token_hash BLOB PRIMARY KEY,   -- SHA-256
    session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
    generation INTEGER NOT NULL,   -- how many refreshes lie before it
    issue INTEGER NOT NULL,        -- of the session's issues, the one that it came with
    expires_ts INTEGER             -- null: never
) STRICT, WITHOUT ROWID;
CREATE INDEX access_tokens_by_session ON access_tokens (session_id);

CREATE TABLE refresh_tokens (
    token_hash BLOB PRIMARY KEY,   -- SHA-256
    session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
    generation INTEGER NOT NULL,   -- spent when below the session's confirmed one
    issue INTEGER NOT NULL,
    expires_ts INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

CREATE TABLE registration_tokens (
    token TEXT PRIMARY KEY,
    uses_allowed INTEGER,          -- null: any number
    completed INTEGER NOT NULL,
    expires_ts INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE profile_fields (
    user_id TEXT NOT NULL REFERENCES accounts,
    name TEXT NOT NULL,
    value TEXT NOT NULL,           -- JSON
    PRIMARY KEY (user_id, name)
) STRICT, WITHOUT ROWID;

-- Whose devices or keys changed: what the device lists of others must look up again.
CREATE TABLE device_list_changes (
    position INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL
) STRICT;
CREATE INDEX device_list_changes_by_user ON device_list_changes (user_id, position);
