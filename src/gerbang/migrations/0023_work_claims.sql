-- expand
-- Who takes care of what waits for a person, so that two do not begin the same. A claim locks nothing and lapses by itself.

CREATE TABLE work_claims (
    kind text NOT NULL,
    id uuid NOT NULL,
    claimed_by text NOT NULL,
    claimed_at timestamptz NOT NULL,
    PRIMARY KEY (kind, id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON work_claims TO gerbang_app;
