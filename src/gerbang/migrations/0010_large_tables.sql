-- expand
-- What lists and sweeps read is bounded by what they show, however much there is. An index is built while writers of its table wait: about
-- two seconds for each million rows. Nobody is served meanwhile, for `up` and `serve` start after the migrations.

-- Events by connection, type and status, newest first; ids are made as events come in.
CREATE INDEX inbox_kinds ON inbox (connection, type, status, id);
CREATE INDEX rejections_connection ON rejections (connection, id);

-- Balances: the sums of all lines up to one transaction. Lines that were there before this migration count as one transaction, the first.
ALTER TABLE ledger_lines ADD COLUMN xid xid8 NOT NULL DEFAULT '1';
ALTER TABLE ledger_lines ALTER COLUMN xid SET DEFAULT pg_current_xact_id();
CREATE INDEX ledger_lines_order ON ledger_lines (xid);
CREATE TABLE ledger_balances (
    account text NOT NULL,
    currency text NOT NULL,
    debit numeric NOT NULL,
    credit numeric NOT NULL,
    PRIMARY KEY (account, currency)
);
CREATE TABLE ledger_balanced (one boolean PRIMARY KEY DEFAULT true CHECK (one), upto xid8 NOT NULL);
INSERT INTO ledger_balances
SELECT account, currency, sum(debit), sum(credit)
FROM (SELECT debit AS account, currency, amount AS debit, 0 AS credit FROM ledger_lines
      UNION ALL SELECT credit, currency, 0, amount FROM ledger_lines) AS sides
GROUP BY account, currency;
INSERT INTO ledger_balanced (upto) VALUES ('1');
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger_balances, ledger_balanced TO gerbang_app;

-- The trail by action, and by object with what was done to it.
CREATE INDEX audit_action ON audit (action, id);
DROP INDEX audit_object;
CREATE INDEX audit_object ON audit (object, action, id);

-- Payments by method and connection, which stand on their attempts: the payment's own time and status stand beside them.
ALTER TABLE attempts ADD COLUMN listed_at timestamptz NOT NULL DEFAULT now(), ADD COLUMN listed_status text NOT NULL DEFAULT 'created';
UPDATE attempts SET listed_at = p.created_at, listed_status = p.status FROM payments p WHERE p.id = attempts.payment_id;
CREATE INDEX attempts_listed ON attempts (method, connection, listed_status, listed_at, payment_id);
DROP INDEX payments_order;
CREATE INDEX payments_order ON payments (order_reference, created_at DESC, id DESC) WHERE order_reference IS NOT NULL;

-- Messages by kind, and by address for erasing; staff among customers; sessions that have ended.
CREATE INDEX notifications_kinds ON notifications (template, status, created_at, id);
CREATE INDEX notifications_recipient ON notifications (lower(recipient));
CREATE INDEX users_staff ON users (role, id) WHERE role <> 'customer';
CREATE INDEX refresh_tokens_end ON refresh_tokens (expires_at);
CREATE INDEX refresh_tokens_client ON refresh_tokens (client, family_id);
