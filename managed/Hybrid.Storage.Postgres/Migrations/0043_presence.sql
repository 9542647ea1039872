CREATE TABLE presence (
    user_id text COLLATE "C" PRIMARY KEY,
    status_msg text COLLATE "C",
    last_active bigint NOT NULL       -- milliseconds since the Unix epoch
);
