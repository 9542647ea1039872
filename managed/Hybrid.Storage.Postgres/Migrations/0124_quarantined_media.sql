-- Content that nobody is served, whoever uploaded it, or uploads it again.
CREATE TABLE quarantined_media (
    sha256 text COLLATE "C" PRIMARY KEY,   -- lower-case hex
    user_id text COLLATE "C" NOT NULL,     -- the administrator
    quarantined_ts bigint NOT NULL         -- milliseconds since 1970
);
