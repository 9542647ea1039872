-- Set while only a part of the state is known: the join that it is missing at, and the servers in the room, separated by spaces.
ALTER TABLE rooms ADD COLUMN partial_join TEXT;
ALTER TABLE rooms ADD COLUMN partial_servers TEXT;
CREATE INDEX rooms_partial ON rooms (room_id) WHERE partial_join IS NOT NULL;
