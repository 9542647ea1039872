-- What users have decided about threads (MSC4306).
CREATE TABLE thread_subscriptions (
    user_id text COLLATE "C" NOT NULL,
    room_id text COLLATE "C" NOT NULL,
    root_id text COLLATE "C" NOT NULL,   -- the event that the thread began with
    subscribed boolean NOT NULL,      -- false when the user was, and is no longer
    automatic boolean NOT NULL,       -- by the client, not the user
    seen bigint NOT NULL,             -- where the log was when the user unsubscribed; 0 otherwise
    position bigint NOT NULL,         -- of the last change, in the account data stream
    PRIMARY KEY (user_id, room_id, root_id)
);
CREATE INDEX thread_subscriptions_by_position ON thread_subscriptions (user_id, position);
CREATE INDEX thread_subscriptions_by_room ON thread_subscriptions (room_id);
