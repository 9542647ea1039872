-- E-mail addresses and telephone numbers. Times are milliseconds since 1970.
CREATE TABLE account_addresses (
    medium TEXT NOT NULL,          -- email or msisdn
    address TEXT NOT NULL,         -- canonical
    user_id TEXT NOT NULL REFERENCES accounts,
    validated_ts INTEGER NOT NULL,
    added_ts INTEGER NOT NULL,
    PRIMARY KEY (medium, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_addresses_by_user ON account_addresses (user_id, added_ts);

-- Which identity servers were told of an address, so that they can be told of its end.
CREATE TABLE address_bindings (
    user_id TEXT NOT NULL REFERENCES accounts,
    medium TEXT NOT NULL,
    address TEXT NOT NULL,
    identity_server TEXT NOT NULL,
    PRIMARY KEY (user_id, medium, address, identity_server)
) STRICT, WITHOUT ROWID;

-- Proofs under way that an address is someone's.
CREATE TABLE address_proofs (
    sid TEXT PRIMARY KEY,
    medium TEXT NOT NULL,
    address TEXT NOT NULL,
    client_secret TEXT NOT NULL,
    token_hash BLOB NOT NULL,      -- SHA-256 of what was sent to the address
    send_attempt INTEGER NOT NULL,
    next_link TEXT,
    created_ts INTEGER NOT NULL,
    validated_ts INTEGER,          -- null: not yet
    failures INTEGER NOT NULL,
    UNIQUE (medium, address, client_secret)
) STRICT, WITHOUT ROWID;
CREATE INDEX address_proofs_by_age ON address_proofs (created_ts);
