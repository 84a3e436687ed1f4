-- expand
-- WhatsApp: a payer agrees to it as to texts; who wrote to us may be written to freely for a while; a template may be paused; how a message is charged for is
-- what its sender says. When a message may have left stands beside it. What senders told of a number is found by the number's digest, to be erased with the person.

ALTER TABLE payment_payers
    ADD COLUMN whatsapp_consent_at timestamptz,
    ADD COLUMN whatsapp_consent_where text NOT NULL DEFAULT '',
    ADD COLUMN whatsapp_consent_text text NOT NULL DEFAULT '';

ALTER TABLE notifications
    ADD COLUMN attempted_at timestamptz,
    ADD COLUMN category text NOT NULL DEFAULT '',
    ADD COLUMN billable boolean;

CREATE TABLE conversations (
    connection text NOT NULL,
    digest bytea NOT NULL,
    wrote_at timestamptz NOT NULL,
    PRIMARY KEY (connection, digest)
);

CREATE TABLE template_pauses (
    connection text NOT NULL,
    template text NOT NULL,
    language text NOT NULL,
    is_recategorised boolean NOT NULL,
    why text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (connection, template, language)
);

CREATE TABLE sender_events (
    digest bytea NOT NULL,
    event_id uuid NOT NULL,
    PRIMARY KEY (digest, event_id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON conversations, template_pauses, sender_events TO gerbang_app;
