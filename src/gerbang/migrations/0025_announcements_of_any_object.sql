-- contract
-- Announcements are of any object, not only of payments: its type, its id, and a number that grows by one with each announcement of it.

ALTER TABLE announcements RENAME COLUMN payment_id TO object_id;
-- A default that is there when the column is made is read for the rows that stand there already: no row of a large table is written again for it.
ALTER TABLE announcements ADD COLUMN object_type text DEFAULT 'payment';
ALTER TABLE announcements ALTER COLUMN object_type DROP DEFAULT;
UPDATE announcements SET object_type = NULL WHERE object_id IS NULL;
ALTER TABLE announcements ADD CONSTRAINT announcements_object CHECK ((object_type IS NULL) = (object_id IS NULL));

-- The last number of each object whose own row counts none. Drawing the next takes this row's lock until the transaction ends, so numbers of one
-- object have no gap and no two alike, whoever announces.
CREATE TABLE announcement_sequences (
    object_type text NOT NULL,
    object_id uuid NOT NULL,
    last int NOT NULL,
    PRIMARY KEY (object_type, object_id)
);
CREATE FUNCTION next_announcement(text, uuid) RETURNS int LANGUAGE sql VOLATILE AS $$
    INSERT INTO announcement_sequences AS s (object_type, object_id, last) VALUES ($1, $2, 1)
    ON CONFLICT (object_type, object_id) DO UPDATE SET last = s.last + 1 RETURNING last
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON announcement_sequences TO gerbang_app;
