-- Messages to find by their words. Kept up to date by a reader of the log; it can be emptied, and the reader starts over.
CREATE TABLE message_search (
    position bigint PRIMARY KEY,   -- of the event
    room_id text COLLATE "C" NOT NULL,
    key bigint NOT NULL,           -- SearchKeys
    shown bigint NOT NULL,         -- position of the event whose text this is: its own, or that of an edit
    tokens tsvector NOT NULL       -- the text, taken apart and folded by the server: no dictionary of PostgreSQL has a part in it
);
CREATE INDEX message_search_by_room ON message_search (room_id, position);
CREATE INDEX message_search_by_edit ON message_search (shown) WHERE shown <> position;
CREATE INDEX message_search_by_tokens ON message_search USING gin (tokens);

CREATE TABLE message_search_position (
    id bigint PRIMARY KEY CHECK (id = 1),
    position bigint NOT NULL       -- the log is taken in up to here
);
