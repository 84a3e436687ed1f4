-- contract
-- A webhook event and a message are about an object of any noun, as an announcement is: its type and its id. Their columns knew attempts and payments only.

ALTER TABLE inbox RENAME COLUMN attempt_id TO object_id;
-- A default that is there when the column is made is read for the rows that stand there already: no row of a large table is written again for it.
ALTER TABLE inbox ADD COLUMN object_type text DEFAULT 'attempt';
ALTER TABLE inbox ALTER COLUMN object_type DROP DEFAULT;
UPDATE inbox SET object_type = NULL WHERE object_id IS NULL;
ALTER TABLE inbox ADD CONSTRAINT inbox_object CHECK ((object_type IS NULL) = (object_id IS NULL));

ALTER TABLE notifications RENAME COLUMN payment_id TO object_id;
ALTER TABLE notifications ADD COLUMN object_type text DEFAULT 'payment';
ALTER TABLE notifications ALTER COLUMN object_type DROP DEFAULT;
UPDATE notifications SET object_type = NULL WHERE object_id IS NULL;
ALTER TABLE notifications ADD CONSTRAINT notifications_object_whole CHECK ((object_type IS NULL) = (object_id IS NULL));
ALTER INDEX notifications_payment RENAME TO notifications_object;
