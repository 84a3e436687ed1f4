-- expand
-- A payer agrees to texts at a time, somewhere, in words that were shown; whoever says STOP is written to no more, also after everything else about them was
-- erased; and a day has so many texts.

ALTER TABLE payment_payers
    ADD COLUMN sms_consent_at timestamptz,
    ADD COLUMN sms_consent_where text NOT NULL DEFAULT '',
    ADD COLUMN sms_consent_text text NOT NULL DEFAULT '';

CREATE TABLE suppressions (
    channel text NOT NULL,
    digest bytea NOT NULL,
    why text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (channel, digest)
);

CREATE TABLE channel_days (
    channel text NOT NULL,
    day date NOT NULL,
    sent int NOT NULL,
    PRIMARY KEY (channel, day)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON suppressions, channel_days TO gerbang_app;
