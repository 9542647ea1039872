-- Names to find users by. Kept up to date by a reader of the log; it can be emptied, and the reader starts over.
CREATE TABLE user_directory (
    number INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL UNIQUE,
    display_name TEXT,
    avatar_url TEXT
) STRICT;

CREATE VIRTUAL TABLE user_directory_words USING fts5 (
    localpart, display_name,       -- rowid: user_directory.number
    tokenize = 'unicode61 remove_diacritics 2'
);

-- Rooms whose members everyone may find: public join rules, or history that the world may read.
CREATE TABLE user_directory_rooms (
    room_id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE user_directory_position (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    position INTEGER NOT NULL      -- the log is taken in up to here
) STRICT;
