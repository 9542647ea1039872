-- Servers that cannot be reached. Times are milliseconds since 1970.
CREATE TABLE failing_destinations (
    server_name text COLLATE "C" PRIMARY KEY,
    failing_since_ts bigint NOT NULL,
    last_tried_ts bigint NOT NULL,
    retry_interval_ms bigint NOT NULL
);
