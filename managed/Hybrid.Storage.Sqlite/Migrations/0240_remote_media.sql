-- Media of other servers, kept for as long as someone asks for them. Their files are those of local media.
CREATE TABLE remote_media (
    server TEXT NOT NULL,
    media_id TEXT NOT NULL,
    sha256 TEXT NOT NULL,          -- lower-case hex; names the file
    length INTEGER NOT NULL,       -- bytes
    content_type TEXT NOT NULL,
    file_name TEXT,
    fetched_ts INTEGER NOT NULL,   -- milliseconds, as all times here
    accessed_ts INTEGER NOT NULL,  -- when it was last asked for
    is_public INTEGER NOT NULL DEFAULT 0,  -- may be fetched through the deprecated endpoints, without a token
    PRIMARY KEY (server, media_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX remote_media_by_hash ON remote_media (sha256);
CREATE INDEX remote_media_by_access ON remote_media (accessed_ts);
