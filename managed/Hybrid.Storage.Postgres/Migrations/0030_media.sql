-- Local media. The bytes are files named by their hash, outside the database.
CREATE TABLE media (
    media_id text COLLATE "C" PRIMARY KEY,
    owner text COLLATE "C" NOT NULL,
    created_ts bigint NOT NULL,       -- milliseconds, as all times here
    expires_ts bigint,                -- when a reserved ID is lost without an upload; null for one made by its upload
    uploaded_ts bigint,               -- null until there is content, with all that follows
    sha256 text COLLATE "C",          -- lower-case hex; names the file
    length bigint,                    -- bytes
    content_type text COLLATE "C",
    file_name text COLLATE "C",
    is_public boolean NOT NULL DEFAULT false  -- may be fetched through the deprecated endpoints, without a token
);
CREATE INDEX media_by_owner ON media (owner, length);
CREATE INDEX media_pending ON media (expires_ts) WHERE sha256 IS NULL;
-- Which media share a file: asked before the file is deleted.
CREATE INDEX media_by_hash ON media (sha256) WHERE sha256 IS NOT NULL;
