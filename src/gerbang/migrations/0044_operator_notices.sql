-- expand
-- What needs a person at the business, for the console's bell: a line for each announcement, and what each person has read of them.

CREATE TABLE operator_notices (
    id uuid PRIMARY KEY,                        -- the announcement's
    position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    type text NOT NULL,
    object_type text,
    object_id uuid,
    detail text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL
);
CREATE INDEX operator_notices_created ON operator_notices (created_at, id);
CREATE INDEX operator_notices_by_type ON operator_notices (type, created_at, id);
-- Up to where somebody has read all, and what they have read beyond it.
CREATE TABLE notice_marks (user_id uuid PRIMARY KEY, position bigint NOT NULL);
CREATE TABLE notice_reads (user_id uuid NOT NULL, position bigint NOT NULL, PRIMARY KEY (user_id, position));
COMMENT ON COLUMN notice_marks.user_id IS 'personal: who has read';
COMMENT ON COLUMN notice_reads.user_id IS 'personal: who has read';
GRANT SELECT, INSERT ON operator_notices TO gerbang_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON notice_marks, notice_reads TO gerbang_app;
