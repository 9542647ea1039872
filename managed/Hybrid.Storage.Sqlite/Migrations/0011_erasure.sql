-- The last position of the log when the user wished to be erased: who comes to a room later is shown their events redacted.
ALTER TABLE accounts ADD COLUMN erased_position INTEGER;
UPDATE accounts SET erased_position = 0 WHERE erased = 1;
CREATE INDEX erased_accounts ON accounts (user_id) WHERE erased_position IS NOT NULL;
