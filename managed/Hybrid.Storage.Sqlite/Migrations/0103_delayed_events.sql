-- Events that are to be sent later, and for a while what became of them. Times are milliseconds since 1970.
CREATE TABLE delayed_events (
    delay_id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    device_id TEXT,
    room_id TEXT NOT NULL,
    type TEXT NOT NULL,
    state_key TEXT,
    content BLOB NOT NULL,         -- JSON
    delay_ms INTEGER NOT NULL,
    running_since_ts INTEGER NOT NULL,
    scheduled_at INTEGER NOT NULL, -- position of the log then
    outcome INTEGER NOT NULL,      -- DelayedOutcome
    finalized_ts INTEGER,
    event_id TEXT,
    reason TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX delayed_events_scheduled ON delayed_events (delay_id) WHERE outcome = 0;
CREATE INDEX delayed_events_by_owner ON delayed_events (owner, outcome, finalized_ts);
