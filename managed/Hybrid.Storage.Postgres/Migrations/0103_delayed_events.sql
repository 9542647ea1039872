-- Events that are to be sent later, and for a while what became of them. Times are milliseconds since 1970.
CREATE TABLE delayed_events (
    delay_id text COLLATE "C" PRIMARY KEY,
    owner text COLLATE "C" NOT NULL,
    device_id text COLLATE "C",
    room_id text COLLATE "C" NOT NULL,
    type text COLLATE "C" NOT NULL,
    state_key text COLLATE "C",
    content bytea NOT NULL,           -- JSON
    delay_ms bigint NOT NULL,
    running_since_ts bigint NOT NULL,
    scheduled_at bigint NOT NULL,     -- position of the log then
    outcome bigint NOT NULL,          -- DelayedOutcome
    finalized_ts bigint,
    event_id text COLLATE "C",
    reason text COLLATE "C"
);
CREATE INDEX delayed_events_scheduled ON delayed_events (delay_id) WHERE outcome = 0;
CREATE INDEX delayed_events_by_owner ON delayed_events (owner, outcome, finalized_ts);
