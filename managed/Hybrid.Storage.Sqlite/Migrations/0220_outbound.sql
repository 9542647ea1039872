-- How far the sender of events to other servers has read the log: what is before it is taken by everyone or noted below.
CREATE TABLE outbound_position (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    position INTEGER NOT NULL
) STRICT;

-- Rooms of which a server has not got everything.
CREATE TABLE outbound_owed (
    server TEXT NOT NULL,
    room_id TEXT NOT NULL,
    position INTEGER NOT NULL,     -- of the first event in the log that it has not got
    PRIMARY KEY (server, room_id)
) STRICT, WITHOUT ROWID;

-- Which rooms a server is in.
CREATE INDEX memberships_by_server ON memberships (substr(user_id, instr(user_id, ':') + 1), room_id);
