-- What users told the operators about, until those have dealt with it.
CREATE TABLE reports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,   -- never given out twice
    kind INTEGER NOT NULL,         -- ReportKind
    reporter TEXT NOT NULL,
    received_ts INTEGER NOT NULL,  -- milliseconds since 1970
    room_id TEXT,
    event_id TEXT,
    subject TEXT,                  -- the user whom it is about
    reason TEXT,
    score INTEGER
) STRICT;
CREATE INDEX reports_by_kind ON reports (kind, id);
CREATE INDEX reports_by_reporter ON reports (reporter, id);
