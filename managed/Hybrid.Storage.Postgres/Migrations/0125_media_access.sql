-- When media were last asked for, to the day; null while nobody did since this was noted.
ALTER TABLE media ADD COLUMN accessed_ts bigint;
