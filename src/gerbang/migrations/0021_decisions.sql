-- expand
-- Money that came in and that a person must decide about: after its payment was cancelled or its time was over, for an order that was paid
-- by another payment, or beside what was asked for (another asset, another network). A row stays when it is decided; `kept` says that a person found the money right.

CREATE TABLE payment_decisions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    payment_id uuid NOT NULL REFERENCES payments,
    kind text NOT NULL CHECK (kind IN ('late', 'duplicate', 'foreign')),
    since timestamptz NOT NULL,
    other_id uuid REFERENCES payments,                    -- of a duplicate: the payment that paid the order before
    order_reference text,
    decided_at timestamptz,
    kept boolean NOT NULL DEFAULT false,
    UNIQUE (payment_id, kind)
);
CREATE INDEX payment_decisions_late ON payment_decisions (since, id) WHERE kind = 'late' AND decided_at IS NULL;
CREATE INDEX payment_decisions_duplicate ON payment_decisions (since, id) WHERE kind = 'duplicate' AND decided_at IS NULL;
CREATE INDEX payment_decisions_foreign ON payment_decisions (since, id) WHERE kind = 'foreign' AND decided_at IS NULL;
CREATE INDEX payment_decisions_other ON payment_decisions (other_id) WHERE decided_at IS NULL;
CREATE INDEX payment_decisions_kept ON payment_decisions (order_reference) WHERE kept;
GRANT SELECT, INSERT, UPDATE ON payment_decisions TO gerbang_app;

-- What came in the last thirty days; of what is older nobody knows any more whether it was decided.
INSERT INTO payment_decisions (payment_id, kind, since)
SELECT id, 'late', coalesce(paid_at, updated_at) FROM payments p
WHERE late AND status IN ('paid', 'part_paid') AND updated_at > now() - interval '30 days'
    AND NOT EXISTS (SELECT FROM refunds r WHERE r.payment_id = p.id AND r.status <> 'failed' AND r.amount > r.credit_amount);
INSERT INTO cursors (name, xid) SELECT 'decisions', finished_below() WHERE EXISTS (SELECT FROM announcements);

-- Messages of providers about payments that are not known here: those that may be about money wait for a person.
ALTER TABLE inbox ADD COLUMN names_money boolean NOT NULL DEFAULT true;
CREATE INDEX inbox_unmatched ON inbox (received_at, id) WHERE names_money AND tries >= 2 AND status IN ('waiting', 'parked');
