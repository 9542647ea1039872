-- Lists of devices that users of other servers have, kept up to date while a room is shared. Their cross-signing keys are in cross_signing_keys.
CREATE TABLE remote_device_lists (
    user_id TEXT PRIMARY KEY,
    server TEXT NOT NULL,
    stream_id INTEGER,             -- how far the list is, as the user's server counts; null: it did not say
    since INTEGER NOT NULL,        -- position in the event stream when it was asked for
    fetched INTEGER NOT NULL,      -- whether the server has ever told the list
    stale INTEGER NOT NULL,        -- whether it must be asked for
    generation INTEGER NOT NULL,   -- grows whenever what is asked for now would be too old
    failures INTEGER NOT NULL,     -- in a row
    retry_at INTEGER NOT NULL      -- milliseconds since 1970: not asked for by itself before
) STRICT, WITHOUT ROWID;
CREATE INDEX remote_device_lists_stale ON remote_device_lists (server, retry_at) WHERE stale = 1;

CREATE TABLE remote_devices (
    user_id TEXT NOT NULL REFERENCES remote_device_lists ON DELETE CASCADE,
    device_id TEXT NOT NULL,
    display_name TEXT,
    json BLOB NOT NULL,            -- the identity keys, as they came
    PRIMARY KEY (user_id, device_id)
) STRICT, WITHOUT ROWID;
