-- Tokens with which users prove to other services who they are.
CREATE TABLE openid_tokens (
    token_hash BLOB PRIMARY KEY,   -- SHA-256
    user_id TEXT NOT NULL,
    expires_ts INTEGER NOT NULL    -- milliseconds since 1970
) STRICT, WITHOUT ROWID;
CREATE INDEX openid_tokens_by_user ON openid_tokens (user_id, expires_ts);
CREATE INDEX openid_tokens_by_expiry ON openid_tokens (expires_ts);
