-- What pages said about themselves. A cache: it can be emptied.
CREATE TABLE url_previews (
    url TEXT NOT NULL,
    fetched_ts INTEGER NOT NULL,   -- milliseconds since 1970
    json TEXT NOT NULL,
    image TEXT,                    -- media ID
    PRIMARY KEY (url, fetched_ts)
) STRICT, WITHOUT ROWID;
CREATE INDEX url_previews_by_age ON url_previews (fetched_ts);
