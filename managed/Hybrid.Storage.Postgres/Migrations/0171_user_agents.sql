ALTER TABLE devices ADD COLUMN last_seen_user_agent text COLLATE "C";   -- of the request that was noted, cut off
