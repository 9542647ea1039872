-- What pages said about themselves. A cache: it can be emptied. URLs have at most 2048 characters: they fit into the index.
CREATE TABLE url_previews (
    url text COLLATE "C" NOT NULL,
    fetched_ts bigint NOT NULL,    -- milliseconds since 1970
    json text COLLATE "C" NOT NULL,
    image text COLLATE "C",        -- media ID
    PRIMARY KEY (url, fetched_ts)
);
CREATE INDEX url_previews_by_age ON url_previews (fetched_ts);
