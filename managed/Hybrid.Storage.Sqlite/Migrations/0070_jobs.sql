-- Long work that survives restarts. Times are milliseconds since 1970.
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY,    -- in the order in which they were asked for
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    room_id TEXT,
    arguments TEXT NOT NULL,       -- JSON of the kind: what was asked for
    status INTEGER NOT NULL,       -- JobStatus
    progress INTEGER NOT NULL,
    total INTEGER,
    checkpoint TEXT,               -- JSON of the kind: where to go on, and what came of it so far
    error TEXT,
    created_ts INTEGER NOT NULL,
    updated_ts INTEGER NOT NULL
) STRICT;
CREATE INDEX jobs_unfinished ON jobs (number) WHERE status IN (0, 1);
CREATE INDEX jobs_by_room ON jobs (room_id, kind);
