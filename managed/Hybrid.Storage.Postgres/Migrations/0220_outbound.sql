-- How far the sender of events to other servers has read the log: what is before it is taken by everyone or noted below.
CREATE TABLE outbound_position (
    id bigint PRIMARY KEY CHECK (id = 1),
    position bigint NOT NULL
);

-- Rooms of which a server has not got everything.
CREATE TABLE outbound_owed (
    server text COLLATE "C" NOT NULL,
    room_id text COLLATE "C" NOT NULL,
    position bigint NOT NULL,      -- of the first event in the log that it has not got
    PRIMARY KEY (server, room_id)
);

-- Which rooms a server is in.
CREATE INDEX memberships_by_server ON memberships (substr(user_id, strpos(user_id, ':') + 1), room_id);
