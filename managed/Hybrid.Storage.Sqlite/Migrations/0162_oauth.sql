-- Clients that registered themselves, and the devices that users granted them. Times are milliseconds since 1970.
CREATE TABLE oauth_clients (
    client_id TEXT PRIMARY KEY,    -- from the metadata: the same client is one row
    metadata TEXT NOT NULL,        -- JSON (RFC 7591)
    registered_ts INTEGER NOT NULL -- the last time
) STRICT, WITHOUT ROWID;

CREATE TABLE oauth_grants (
    user_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    client_id TEXT NOT NULL REFERENCES oauth_clients,
    scope TEXT NOT NULL,
    granted_ts INTEGER NOT NULL,
    PRIMARY KEY (user_id, device_id),
    FOREIGN KEY (user_id, device_id) REFERENCES devices ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_grants_by_client ON oauth_grants (client_id);
