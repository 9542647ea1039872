CREATE TABLE filters (
    user_id text COLLATE "C" NOT NULL,
    filter_id bigint NOT NULL,        -- counts up per user
    definition bytea NOT NULL,        -- JSON, as uploaded
    PRIMARY KEY (user_id, filter_id)
);
-- By hash: an entry of an index is far smaller than a filter may be.
CREATE INDEX filters_by_definition ON filters (user_id, sha256(definition));
