-- What administrators do against an account without ending it.
ALTER TABLE accounts ADD COLUMN locked boolean NOT NULL DEFAULT false;
ALTER TABLE accounts ADD COLUMN suspended boolean NOT NULL DEFAULT false;
