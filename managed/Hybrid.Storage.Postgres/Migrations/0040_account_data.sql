CREATE TABLE account_data (
    user_id text COLLATE "C" NOT NULL,
    room_id text COLLATE "C" NOT NULL,   -- empty for global data
    type text COLLATE "C" NOT NULL,
    content bytea NOT NULL,           -- a JSON object
    position bigint NOT NULL,         -- of the last change, in the account data stream
    PRIMARY KEY (user_id, room_id, type)
);
CREATE INDEX account_data_by_position ON account_data (user_id, position);
