-- Lists of devices that users of other servers have, kept up to date while a room is shared. Their cross-signing keys are in cross_signing_keys.
CREATE TABLE remote_device_lists (
    user_id text COLLATE "C" PRIMARY KEY,
    server text COLLATE "C" NOT NULL,
    stream_id bigint,                 -- how far the list is, as the user's server counts; null: it did not say
    since bigint NOT NULL,            -- position in the event stream when it was asked for
    fetched boolean NOT NULL,         -- whether the server has ever told the list
    stale boolean NOT NULL,           -- whether it must be asked for
    generation bigint NOT NULL,       -- grows whenever what is asked for now would be too old
    failures bigint NOT NULL,         -- in a row
    retry_at bigint NOT NULL          -- milliseconds since 1970: not asked for by itself before
);
CREATE INDEX remote_device_lists_stale ON remote_device_lists (server, retry_at) WHERE stale;

CREATE TABLE remote_devices (
    user_id text COLLATE "C" NOT NULL REFERENCES remote_device_lists ON DELETE CASCADE,
    device_id text COLLATE "C" NOT NULL,
    display_name text COLLATE "C",
    json bytea NOT NULL,              -- the identity keys, as they came
    PRIMARY KEY (user_id, device_id)
);
