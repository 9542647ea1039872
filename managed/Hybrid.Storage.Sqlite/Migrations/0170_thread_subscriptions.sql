-- What users have decided about threads (MSC4306).
CREATE TABLE thread_subscriptions (
    user_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    root_id TEXT NOT NULL,         -- the event that the thread began with
    subscribed INTEGER NOT NULL,   -- 0 when the user was, and is no longer
    automatic INTEGER NOT NULL,    -- by the client, not the user
    seen INTEGER NOT NULL,         -- where the log was when the user unsubscribed; 0 otherwise
    position INTEGER NOT NULL,     -- of the last change, in the account data stream
    PRIMARY KEY (user_id, room_id, root_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX thread_subscriptions_by_position ON thread_subscriptions (user_id, position);
CREATE INDEX thread_subscriptions_by_room ON thread_subscriptions (room_id);
