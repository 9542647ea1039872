-- Names are taken apart and folded by the server now, alike on both engines. The reader of the log fills the directory again.
TRUNCATE user_directory, user_directory_words, user_directory_position;
DROP FUNCTION directory_word;
ALTER TABLE user_directory ADD COLUMN localpart text COLLATE "C" NOT NULL;  -- folded
ALTER TABLE user_directory ADD COLUMN folded_name text COLLATE "C";         -- the display name, folded
