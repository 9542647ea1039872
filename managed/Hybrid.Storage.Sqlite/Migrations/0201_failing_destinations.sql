-- Servers that cannot be reached. Times are milliseconds since 1970.
CREATE TABLE failing_destinations (
    server_name TEXT PRIMARY KEY,
    failing_since_ts INTEGER NOT NULL,
    last_tried_ts INTEGER NOT NULL,
    retry_interval_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
