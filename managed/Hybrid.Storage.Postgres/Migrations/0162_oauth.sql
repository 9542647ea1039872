-- Clients that registered themselves, and the devices that users granted them. Times are milliseconds since 1970.
CREATE TABLE oauth_clients (
    client_id text COLLATE "C" PRIMARY KEY,   -- from the metadata: the same client is one row
    metadata text COLLATE "C" NOT NULL,       -- JSON (RFC 7591)
    registered_ts bigint NOT NULL             -- the last time
);

CREATE TABLE oauth_grants (
    user_id text COLLATE "C" NOT NULL,
    device_id text COLLATE "C" NOT NULL,
    client_id text COLLATE "C" NOT NULL REFERENCES oauth_clients,
    scope text COLLATE "C" NOT NULL,
    granted_ts bigint NOT NULL,
    PRIMARY KEY (user_id, device_id),
    FOREIGN KEY (user_id, device_id) REFERENCES devices ON DELETE CASCADE
);
CREATE INDEX oauth_grants_by_client ON oauth_grants (client_id);
