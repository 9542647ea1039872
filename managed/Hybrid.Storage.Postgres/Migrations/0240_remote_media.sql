-- Media of other servers, kept for as long as someone asks for them. Their files are those of local media.
CREATE TABLE remote_media (
    server text COLLATE "C" NOT NULL,
    media_id text COLLATE "C" NOT NULL,
    sha256 text COLLATE "C" NOT NULL,  -- lower-case hex; names the file
    length bigint NOT NULL,            -- bytes
    content_type text COLLATE "C" NOT NULL,
    file_name text COLLATE "C",
    fetched_ts bigint NOT NULL,        -- milliseconds, as all times here
    accessed_ts bigint NOT NULL,       -- when it was last asked for
    is_public boolean NOT NULL DEFAULT false,  -- may be fetched through the deprecated endpoints, without a token
    PRIMARY KEY (server, media_id)
);
CREATE INDEX remote_media_by_hash ON remote_media (sha256);
CREATE INDEX remote_media_by_access ON remote_media (accessed_ts);
