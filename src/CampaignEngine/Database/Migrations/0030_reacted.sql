-- A person who was reached and did not react has answered too; the column is named as the field of files is.
ALTER TABLE engine.response RENAME COLUMN responded TO reacted;
