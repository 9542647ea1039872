CREATE TABLE account_data (
    user_id TEXT NOT NULL,
    room_id TEXT NOT NULL,         -- empty for global data
    type TEXT NOT NULL,
    content BLOB NOT NULL,         -- a JSON object
    position INTEGER NOT NULL,     -- of the last change, in the account data stream
    PRIMARY KEY (user_id, room_id, type)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_data_by_position ON account_data (user_id, position);
