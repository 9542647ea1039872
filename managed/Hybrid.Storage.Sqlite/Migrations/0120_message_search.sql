-- Messages to find by their words. Kept up to date by a reader of the log; it can be emptied, and the reader starts over.
CREATE TABLE message_search (
    position INTEGER PRIMARY KEY,  -- of the event
    room_id TEXT NOT NULL,
    key INTEGER NOT NULL,          -- SearchKeys
    shown INTEGER NOT NULL         -- position of the event whose text this is: its own, or that of an edit
) STRICT;
CREATE INDEX message_search_by_room ON message_search (room_id, position);
CREATE INDEX message_search_by_edit ON message_search (shown) WHERE shown <> position;

-- The texts come taken apart into tokens, folded, with spaces between: nothing is left to SQLite's tokenizer. Only the index is kept.
CREATE VIRTUAL TABLE message_search_words USING fts5 (
    tokens,                        -- rowid: message_search.position
    content = '', contentless_delete = 1, tokenize = 'ascii'
);

CREATE TRIGGER message_search_removal AFTER DELETE ON message_search BEGIN
    DELETE FROM message_search_words WHERE rowid = old.position;
END;

CREATE TABLE message_search_position (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    position INTEGER NOT NULL      -- the log is taken in up to here
) STRICT;
