-- Which media share a file: asked before the file is deleted.
CREATE INDEX media_by_hash ON media (sha256) WHERE sha256 IS NOT NULL;
