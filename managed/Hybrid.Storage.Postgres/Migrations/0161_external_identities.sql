-- Whom an identity provider means: single sign-on finds the account by it.
CREATE TABLE external_identities (
    issuer text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL REFERENCES accounts,
    linked_ts bigint NOT NULL,            -- milliseconds since 1970
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX external_identities_by_user ON external_identities (user_id);
