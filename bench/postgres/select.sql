-- W3's reference: one row by its primary key.
\set payment random(1, :rows)
SELECT id, status, amount, currency, captured, reference, metadata, updated_at
FROM reference_payment WHERE id = :payment;
