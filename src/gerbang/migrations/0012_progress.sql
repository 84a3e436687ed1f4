-- expand
-- Who works, and when it was last heard of: a process that lives and makes no progress is seen from outside. Real time.

CREATE UNLOGGED TABLE processes (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    host text NOT NULL,
    pid int NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    stuck text NOT NULL DEFAULT ''              -- which of its loops do not move, and for how long; empty when all do
);
GRANT SELECT, INSERT, UPDATE, DELETE ON processes TO gerbang_app;

-- Business time stays within what dates can bear. An offset beyond that made every business_now() fail, so nothing was written with it: what
-- was last written tells where business time was.
UPDATE business_clock SET offset_s = greatest(0, coalesce(
    (SELECT extract(epoch FROM max(updated_at) - now())::bigint FROM payments WHERE updated_at < now() + interval '100 years'), 0))
WHERE offset_s NOT BETWEEN 0 AND 3162240000;
ALTER TABLE business_clock ADD CONSTRAINT within_a_hundred_years CHECK (offset_s BETWEEN 0 AND 3162240000);
CREATE OR REPLACE FUNCTION business_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT now() + make_interval(secs => least(greatest(offset_s, 0), 3162240000)) FROM business_clock $$;
