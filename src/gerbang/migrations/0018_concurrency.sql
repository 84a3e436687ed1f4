-- expand
-- Whose answer a job waits for: jobs with one key never take all slots of a worker, so that a connection that hangs leaves room for the others.

ALTER TABLE jobs ADD COLUMN concurrency_key text NOT NULL DEFAULT '';
UPDATE jobs SET concurrency_key = kind;

-- Chains that stand still while money is awaited on them: operators are told once that one does, and once that it goes on.
CREATE TABLE chain_stalls (
    connection text PRIMARY KEY REFERENCES connections ON DELETE CASCADE,
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON chain_stalls TO gerbang_app;
