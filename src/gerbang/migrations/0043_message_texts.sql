-- expand
-- The texts of messages that a shop wrote itself, version by version: the newest that nobody has to agree to any more is used. One that `is_ours` holds no words, and
-- says that ours are used again.

CREATE TABLE message_texts (
    id uuid PRIMARY KEY,
    template text NOT NULL,
    locale text NOT NULL,
    channel text NOT NULL,
    number int NOT NULL,
    is_ours boolean NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    needs text[] NOT NULL,
    approval text NOT NULL CHECK (approval IN ('not_needed', 'pending', 'approved', 'refused', 'withdrawn')),
    saved_by text NOT NULL,
    saved_at timestamptz NOT NULL,
    decided_by text,
    decided_at timestamptz,
    note text NOT NULL DEFAULT '',
    failed_at timestamptz,
    failed_why text NOT NULL DEFAULT '',
    UNIQUE (template, locale, channel, number)
);
GRANT SELECT, INSERT, UPDATE ON message_texts TO gerbang_app;
