-- The log. Positions are given by the one writer, so they have no holes and commit in order. Text that is compared, sorted or
-- indexed is so byte by byte (COLLATE "C"), as in SQLite.
CREATE TABLE stream_positions (
    kind bigint PRIMARY KEY,       -- StreamKind
    position bigint NOT NULL       -- the last one given out
) WITH (fillfactor = 50);

-- Names the last commit of the server: after a lost connection it tells whether the one under way was made.
CREATE TABLE last_commit (
    id bigint PRIMARY KEY CHECK (id = 1),
    mark text COLLATE "C" NOT NULL -- the writer's random name and a number
) WITH (fillfactor = 50);

CREATE TABLE rooms (
    room_id text COLLATE "C" PRIMARY KEY,
    version text COLLATE "C" NOT NULL,
    creator text COLLATE "C" NOT NULL,
    is_public boolean NOT NULL,    -- listed in the room directory
    forward_extremities text COLLATE "C" NOT NULL,  -- event IDs, separated by spaces
    number bigint NOT NULL UNIQUE, -- of its first event: what its nodes are filed under
    state_root bytea               -- the map of current state
) WITH (fillfactor = 70);          -- updated with every append: room on the page keeps the index out of it
CREATE INDEX public_rooms ON rooms (room_id) WHERE is_public;

-- The insert sees to it that the room of an event exists: a foreign key would lock the row of the room with every event.
CREATE TABLE events (
    position bigint PRIMARY KEY,
    event_id text COLLATE "C" NOT NULL UNIQUE,
    room_id text COLLATE "C" NOT NULL,
    type text COLLATE "C" NOT NULL,
    state_key text COLLATE "C",
    sender text COLLATE "C" NOT NULL,
    origin_server_ts bigint NOT NULL,
    depth bigint NOT NULL,
    json bytea NOT NULL,           -- canonical JSON; the redacted form once redacted
    replaces_state text COLLATE "C",  -- event ID of the state event before
    redacted_by text COLLATE "C",
    redacts text COLLATE "C",
    relates_to text COLLATE "C",
    relation_type text COLLATE "C",
    membership text COLLATE "C",   -- m.room.member only
    transaction_user text COLLATE "C",
    transaction_device text COLLATE "C",
    transaction_id text COLLATE "C",
    number bigint NOT NULL UNIQUE, -- what state maps know the event by
    state_before bytea             -- the map just before the event
);
CREATE INDEX events_by_room ON events (room_id, position);
-- Relation types and transaction IDs are as long as their senders like, an entry of an index is not: these two leave them out.
CREATE INDEX events_by_relation ON events (relates_to, position) WHERE relates_to IS NOT NULL;
CREATE INDEX threads_by_room ON events (room_id, relates_to, position) WHERE relation_type = 'm.thread';
CREATE INDEX events_by_time ON events (room_id, origin_server_ts);
CREATE INDEX events_by_transaction ON events (transaction_user, transaction_device, md5(transaction_id)) WHERE transaction_id IS NOT NULL;
-- What a user has annotated an event with: asked before every annotation.
CREATE INDEX annotations_by_sender ON events (relates_to, sender, type)
    WHERE relation_type = 'm.annotation' AND redacted_by IS NULL;

-- Every value that current state ever had, by key: the latest row at or before a position is the state there.
CREATE TABLE state_changes (
    room_id text COLLATE "C" NOT NULL,
    type text COLLATE "C" NOT NULL,
    state_key text COLLATE "C" NOT NULL,
    position bigint NOT NULL,      -- of the event in the log
    PRIMARY KEY (room_id, type, state_key, position)
);
CREATE INDEX state_changes_by_position ON state_changes (room_id, position);

CREATE TABLE membership_changes (
    user_id text COLLATE "C" NOT NULL,
    room_id text COLLATE "C" NOT NULL,
    position bigint NOT NULL,      -- of the member event in the log
    membership text COLLATE "C" NOT NULL,
    event_id text COLLATE "C" NOT NULL,
    sender text COLLATE "C" NOT NULL,
    PRIMARY KEY (user_id, room_id, position)
);
CREATE INDEX membership_changes_by_position ON membership_changes (user_id, position);

CREATE TABLE memberships (
    user_id text COLLATE "C" NOT NULL,
    room_id text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    forgotten boolean NOT NULL DEFAULT false,
    PRIMARY KEY (user_id, room_id)
);

CREATE TABLE aliases (
    alias text COLLATE "C" PRIMARY KEY,
    room_id text COLLATE "C" NOT NULL REFERENCES rooms,
    creator text COLLATE "C" NOT NULL
);
CREATE INDEX aliases_by_room ON aliases (room_id);

-- Types and state keys, as state maps know them.
CREATE TABLE state_names (
    number bigint PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE
);

-- A leaf names events of its room, so that rooms share no nodes and each room's can go with it.
CREATE TABLE state_nodes (
    room bigint NOT NULL,          -- rooms.number
    hash bytea NOT NULL,
    bytes bytea NOT NULL,
    quarantined_ts bigint,         -- since when nothing leads to it, milliseconds since 1970
    PRIMARY KEY (room, hash)
);
CREATE INDEX state_nodes_in_quarantine ON state_nodes (room, quarantined_ts) WHERE quarantined_ts IS NOT NULL;
