-- A deleted version stays as a mark, so that its number is not given again.
CREATE TABLE key_backups (
    user_id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    algorithm text COLLATE "C" NOT NULL,
    auth_data bytea NOT NULL,         -- as uploaded; empty once deleted
    session_count bigint NOT NULL DEFAULT 0,
    etag bigint NOT NULL DEFAULT 0,
    deleted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (user_id, version)
);

CREATE TABLE key_backup_sessions (
    user_id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    room_id text COLLATE "C" NOT NULL,
    session_id text COLLATE "C" NOT NULL,
    first_message_index bigint NOT NULL,
    forwarded_count bigint NOT NULL,
    is_verified boolean NOT NULL,
    session_data bytea NOT NULL,      -- as uploaded
    PRIMARY KEY (user_id, version, room_id, session_id),
    FOREIGN KEY (user_id, version) REFERENCES key_backups (user_id, version)
);
