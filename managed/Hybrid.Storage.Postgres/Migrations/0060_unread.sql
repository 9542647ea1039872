-- Unread events by room: a message costs one row, however many members the room has. The reader that counts them is behind the
-- log by seconds and catches up on start.
CREATE TABLE unread_checkpoint (
    id bigint PRIMARY KEY CHECK (id = 1),
    position bigint NOT NULL
);

CREATE TABLE unread_events (
    room_id text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    sender text COLLATE "C" NOT NULL,
    thread text COLLATE "C",
    everyone bigint NOT NULL,         -- 0 nothing, 1 notification, 2 highlight
    exceptions text COLLATE "C",      -- "weight user" per line, with the same numbers
    PRIMARY KEY (room_id, position)
);

CREATE TABLE unread_joins (
    room_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (room_id, user_id)
);
