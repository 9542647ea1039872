-- What a user has annotated an event with: asked before every annotation.
CREATE INDEX annotations_by_sender ON events (relates_to, sender, type)
    WHERE relation_type = 'm.annotation' AND redacted_by IS NULL;
