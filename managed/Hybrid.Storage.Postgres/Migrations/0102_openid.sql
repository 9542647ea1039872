-- Tokens with which users prove to other services who they are.
CREATE TABLE openid_tokens (
    token_hash bytea PRIMARY KEY,     -- SHA-256
    user_id text COLLATE "C" NOT NULL,
    expires_ts bigint NOT NULL        -- milliseconds since 1970
);
CREATE INDEX openid_tokens_by_user ON openid_tokens (user_id, expires_ts);
CREATE INDEX openid_tokens_by_expiry ON openid_tokens (expires_ts);
