-- W2's reference: what one captured payment costs, as one transaction of single-row statements.
-- (pgbench takes a colon inside a quoted text for a variable, hence the dots.)
\set payment random(1, :rows)
BEGIN;
SELECT id, status, amount, captured FROM reference_payment WHERE id = :payment FOR UPDATE;
UPDATE reference_attempt SET status = 'captured', captured = 150000, updated_at = now() WHERE id = :payment;
UPDATE reference_payment SET status = 'paid', captured = 150000, updated_at = now() WHERE id = :payment;
INSERT INTO reference_ledger (payment_id, debit, credit, amount, currency)
VALUES (:payment, 'clearing.bench', 'sales', 150000, 'IDR');
INSERT INTO reference_ledger (payment_id, debit, credit, amount, currency)
VALUES (:payment, 'fees', 'clearing.bench', 4500, 'IDR');
INSERT INTO reference_audit (actor, action, subject, detail)
VALUES ('provider.bench', 'payment.captured', :payment, '{"from": "pending", "to": "paid"}');
INSERT INTO reference_outbox (topic, subject, payload)
VALUES ('payment.paid', :payment, '{"status": "paid", "amount": 150000, "currency": "IDR"}');
UPDATE reference_inbox SET status = 1 WHERE id = :payment;
COMMIT;
