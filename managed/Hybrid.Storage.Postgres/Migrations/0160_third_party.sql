-- E-mail addresses and telephone numbers. Times are milliseconds since 1970.
CREATE TABLE account_addresses (
    medium text COLLATE "C" NOT NULL,     -- email or msisdn
    address text COLLATE "C" NOT NULL,    -- canonical
    user_id text COLLATE "C" NOT NULL REFERENCES accounts,
    validated_ts bigint NOT NULL,
    added_ts bigint NOT NULL,
    PRIMARY KEY (medium, address)
);
CREATE INDEX account_addresses_by_user ON account_addresses (user_id, added_ts);

-- Which identity servers were told of an address, so that they can be told of its end.
CREATE TABLE address_bindings (
    user_id text COLLATE "C" NOT NULL REFERENCES accounts,
    medium text COLLATE "C" NOT NULL,
    address text COLLATE "C" NOT NULL,
    identity_server text COLLATE "C" NOT NULL,
    PRIMARY KEY (user_id, medium, address, identity_server)
);

-- Proofs under way that an address is someone's.
CREATE TABLE address_proofs (
    sid text COLLATE "C" PRIMARY KEY,
    medium text COLLATE "C" NOT NULL,
    address text COLLATE "C" NOT NULL,
    client_secret text COLLATE "C" NOT NULL,
    token_hash bytea NOT NULL,            -- SHA-256 of what was sent to the address
    send_attempt bigint NOT NULL,
    next_link text COLLATE "C",
    created_ts bigint NOT NULL,
    validated_ts bigint,                  -- null: not yet
    failures bigint NOT NULL,
    UNIQUE (medium, address, client_secret)
);
CREATE INDEX address_proofs_by_age ON address_proofs (created_ts);
