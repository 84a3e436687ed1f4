-- contract
-- Where a refund goes keeps every version and who named it; refunds that wait for a second person; what is owed back, findable by open work.

ALTER TABLE refund_destinations ADD COLUMN version int NOT NULL DEFAULT 1 CHECK (version > 0);
ALTER TABLE refund_destinations ADD COLUMN named_by text NOT NULL DEFAULT 'payer';
ALTER TABLE refund_destinations ADD COLUMN link_issued_by text NOT NULL DEFAULT '';  -- the operator or key that made the link it was named by
ALTER TABLE refund_destinations ADD COLUMN named_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE refund_destinations DROP CONSTRAINT refund_destinations_pkey;
ALTER TABLE refund_destinations ADD PRIMARY KEY (refund_id, version);
ALTER TABLE refund_destinations ALTER COLUMN version DROP DEFAULT, ALTER COLUMN named_by DROP DEFAULT, ALTER COLUMN named_at DROP DEFAULT;

ALTER TABLE refunds ADD COLUMN request_id uuid;           -- the first refund of the same request; null where it made only one
ALTER TABLE refunds ADD COLUMN approval text NOT NULL DEFAULT 'not_needed'
    CHECK (approval IN ('not_needed', 'pending', 'approved', 'refused', 'expired'));
ALTER TABLE refunds ADD COLUMN needs_attention boolean NOT NULL DEFAULT false;  -- it failed, and nobody has dealt with that yet
UPDATE refunds r SET needs_attention = true WHERE status = 'failed'
    AND NOT EXISTS (SELECT FROM refunds later WHERE later.payment_id = r.payment_id AND later.id > r.id);
CREATE INDEX refunds_created ON refunds (created_at DESC, id DESC);
CREATE INDEX refunds_status ON refunds (status, created_at DESC, id DESC);
CREATE INDEX refunds_attention ON refunds (created_at DESC, id DESC) WHERE needs_attention;

ALTER TABLE payments ADD COLUMN excess_owed numeric(78,0) NOT NULL DEFAULT 0 CHECK (excess_owed >= 0);  -- surplus that no refund promises back
UPDATE payments p SET excess_owed = greatest(0, p.amount_excess - coalesce(
    (SELECT sum(r.credit_amount) FROM refunds r WHERE r.payment_id = p.id AND r.status <> 'failed'), 0)) WHERE p.amount_excess > 0;
CREATE INDEX payments_owed ON payments (created_at DESC, id DESC) WHERE excess_owed > 0;

CREATE TABLE approvals (
    id uuid PRIMARY KEY,
    refund_id uuid NOT NULL REFERENCES refunds,
    payment_id uuid NOT NULL REFERENCES payments,
    status text NOT NULL CHECK (status IN ('pending', 'approved', 'refused', 'expired')),
    amount numeric(78,0) NOT NULL,
    currency text NOT NULL,
    reason text NOT NULL,
    destination_version int NOT NULL,                     -- what is bound; 0: none was named
    by_transfer boolean NOT NULL,                         -- what follows: a person's transfer, or the provider
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    decided_by text,
    decided_at timestamptz,
    note text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX approvals_pending ON approvals (refund_id) WHERE status = 'pending';
CREATE INDEX approvals_status ON approvals (status, requested_at DESC, id DESC);
CREATE INDEX approvals_requested ON approvals (requested_at DESC, id DESC);
CREATE INDEX approvals_payment ON approvals (payment_id);

CREATE TABLE work_reminders (day date PRIMARY KEY, told_at timestamptz NOT NULL);  -- the days on which operators were reminded of open work

GRANT SELECT, INSERT, UPDATE, DELETE ON approvals, work_reminders TO gerbang_app;
