-- Where users' notifications are sent. Times are milliseconds since 1970.
CREATE TABLE pushers (
    number INTEGER PRIMARY KEY AUTOINCREMENT,   -- never given out twice
    user_id TEXT NOT NULL REFERENCES accounts,
    device_id TEXT,                -- that set it up
    app_id TEXT NOT NULL,
    push_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    app_display_name TEXT NOT NULL,
    device_display_name TEXT NOT NULL,
    profile_tag TEXT,
    lang TEXT NOT NULL,
    data TEXT NOT NULL,            -- JSON
    secret TEXT NOT NULL,         -- lets the bearer end the pusher, as from a link in a message
    updated_ts INTEGER NOT NULL,
    since INTEGER NOT NULL,        -- nothing is sent of events up to this position
    sent_ts INTEGER,
    UNIQUE (user_id, app_id, push_key),
    FOREIGN KEY (user_id, device_id) REFERENCES devices ON DELETE CASCADE
) STRICT;
CREATE INDEX pushers_by_key ON pushers (app_id, push_key);
CREATE INDEX pushers_by_device ON pushers (user_id, device_id);

-- What they still have to send.
CREATE TABLE push_queue (
    pusher INTEGER NOT NULL REFERENCES pushers ON DELETE CASCADE,
    position INTEGER NOT NULL,     -- of the event
    event_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    queued_ts INTEGER NOT NULL,
    PRIMARY KEY (pusher, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE push_position (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    position INTEGER NOT NULL      -- the log is looked through up to here
) STRICT;

-- The newest of all rooms, for the list of notifications.
CREATE INDEX unread_events_by_position ON unread_events (position);
