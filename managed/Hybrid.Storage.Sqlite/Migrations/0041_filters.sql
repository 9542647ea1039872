CREATE TABLE filters (
    user_id TEXT NOT NULL,
    filter_id INTEGER NOT NULL,    -- counts up per user
    definition BLOB NOT NULL,      -- JSON, as uploaded
    PRIMARY KEY (user_id, filter_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX filters_by_definition ON filters (user_id, definition);
