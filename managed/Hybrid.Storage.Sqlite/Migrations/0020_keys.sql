-- Device identity keys. A device without encryption has no row.
CREATE TABLE device_keys (
    user_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    json BLOB NOT NULL,            -- as uploaded
    PRIMARY KEY (user_id, device_id),
    FOREIGN KEY (user_id, device_id) REFERENCES devices (user_id, device_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Ordered by upload: position grows. A claimed key stays for a while, so that a repeated upload does not offer it again.
CREATE TABLE one_time_keys (
    position INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    key_id TEXT NOT NULL,          -- without the algorithm
    json BLOB NOT NULL,            -- as uploaded
    claimed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (user_id, device_id, algorithm, key_id),
    FOREIGN KEY (user_id, device_id) REFERENCES devices (user_id, device_id) ON DELETE CASCADE
) STRICT;
CREATE INDEX one_time_keys_by_age ON one_time_keys (user_id, device_id, claimed, algorithm, position);

CREATE TABLE fallback_keys (
    user_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    key_id TEXT NOT NULL,
    json BLOB NOT NULL,
    used INTEGER NOT NULL,         -- was given out at least once
    PRIMARY KEY (user_id, device_id, algorithm),
    FOREIGN KEY (user_id, device_id) REFERENCES devices (user_id, device_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE cross_signing_keys (
    user_id TEXT NOT NULL,
    usage INTEGER NOT NULL,        -- CrossSigningUsage
    public_key TEXT NOT NULL,
    json BLOB NOT NULL,
    PRIMARY KEY (user_id, usage)
) STRICT, WITHOUT ROWID;

-- Signatures added after the signed key was uploaded.
CREATE TABLE key_signatures (
    target_user TEXT NOT NULL,
    target_key TEXT NOT NULL,      -- device ID, or public part of a master key
    signer TEXT NOT NULL,
    signer_key_id TEXT NOT NULL,   -- with its algorithm
    signature TEXT NOT NULL,
    PRIMARY KEY (target_user, signer, target_key, signer_key_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX key_signatures_by_signer ON key_signatures (signer, signer_key_id);

-- Signatures on a device's keys mean nothing for the next device of that name.
CREATE TRIGGER device_keys_removed AFTER DELETE ON device_keys BEGIN
    DELETE FROM key_signatures WHERE target_user = OLD.user_id AND target_key = OLD.device_id;
END;
