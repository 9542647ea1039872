-- Keys of other servers, and the signed answers in which they were named last. Times are milliseconds since 1970.
CREATE TABLE server_keys (
    server_name text COLLATE "C" NOT NULL,
    key_id text COLLATE "C" NOT NULL,
    public_key text COLLATE "C" NOT NULL, -- base64
    valid_until_ts bigint NOT NULL,
    fetched_ts bigint NOT NULL,           -- of the answer
    PRIMARY KEY (server_name, key_id)
);
CREATE TABLE server_key_answers (
    server_name text COLLATE "C" NOT NULL,
    fetched_ts bigint NOT NULL,
    valid_until_ts bigint NOT NULL,
    json bytea NOT NULL,
    PRIMARY KEY (server_name, fetched_ts)
);
