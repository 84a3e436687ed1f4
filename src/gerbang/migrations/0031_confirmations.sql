-- expand
-- When our own call that takes what a payer has agreed to last left for an attempt: as long as its outcome is not known it is looked up, not sent.
CREATE TABLE attempt_confirmations (
    attempt_id uuid PRIMARY KEY REFERENCES attempts (id),
    sent_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON attempt_confirmations TO gerbang_app;
