-- Local media. The bytes are files named by their hash, outside the database.
CREATE TABLE media (
    media_id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    created_ts INTEGER NOT NULL,   -- milliseconds, as all times here
    expires_ts INTEGER,            -- when a reserved ID is lost without an upload; null for one made by its upload
    uploaded_ts INTEGER,           -- null until there is content, with all that follows
    sha256 TEXT,                   -- lower-case hex; names the file
    length INTEGER,                -- bytes
    content_type TEXT,
    file_name TEXT,
    is_public INTEGER NOT NULL DEFAULT 0  -- may be fetched through the deprecated endpoints, without a token
) STRICT, WITHOUT ROWID;
CREATE INDEX media_by_owner ON media (owner, length);
CREATE INDEX media_pending ON media (expires_ts) WHERE sha256 IS NULL;
