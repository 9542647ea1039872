-- Content that nobody is served, whoever uploaded it, or uploads it again.
CREATE TABLE quarantined_media (
    sha256 TEXT PRIMARY KEY,       -- lower-case hex
    user_id TEXT NOT NULL,         -- the administrator
    quarantined_ts INTEGER NOT NULL   -- milliseconds since 1970
) STRICT, WITHOUT ROWID;
