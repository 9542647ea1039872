-- Names are taken apart and folded by the server now, alike on both engines. The reader of the log fills the directory again.
DROP TABLE user_directory_words;
DROP TABLE user_directory;
DELETE FROM user_directory_position;

CREATE TABLE user_directory (
    number INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL UNIQUE,
    localpart TEXT NOT NULL,       -- folded
    folded_name TEXT,              -- the display name, folded
    display_name TEXT,
    avatar_url TEXT
) STRICT;

CREATE VIRTUAL TABLE user_directory_words USING fts5 (
    tokens,                        -- rowid: user_directory.number; of localpart and display name
    content = '', contentless_delete = 1, tokenize = 'ascii'
);
