-- One row per user from now on: the latest change.
DELETE FROM device_list_changes c WHERE position < (SELECT MAX(l.position) FROM device_list_changes l WHERE l.user_id = c.user_id);
