-- :rows payments with one attempt each, and as many inbox rows waiting for them.
TRUNCATE reference_inbox, reference_payment, reference_attempt, reference_ledger, reference_audit, reference_outbox
    RESTART IDENTITY;
INSERT INTO reference_payment (id, status, amount, currency, reference, metadata)
SELECT n, 'pending', 150000, 'IDR', 'ORD-' || n, '{"channel": "web"}' FROM generate_series(1, :rows) AS n;
INSERT INTO reference_attempt (id, payment_id, status) SELECT n, n, 'pending' FROM generate_series(1, :rows) AS n;
INSERT INTO reference_inbox (connection, key, body, verified)
SELECT 'bench', 'fill-' || n, decode(repeat('7b', 500), 'hex'), true FROM generate_series(1, :rows) AS n;
