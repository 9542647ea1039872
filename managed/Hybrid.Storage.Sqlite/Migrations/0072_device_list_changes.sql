-- One row per user from now on: the latest change.
DELETE FROM device_list_changes WHERE position < (
    SELECT MAX(l.position) FROM device_list_changes l WHERE l.user_id = device_list_changes.user_id);
