ALTER TABLE devices ADD COLUMN last_seen_user_agent TEXT;   -- of the request that was noted, cut off
