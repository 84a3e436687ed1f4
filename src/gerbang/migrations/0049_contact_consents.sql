-- expand
-- Consent to messages on a phone is an object: of a customer for all their payments, or of one payment alone; to one number, on one channel, in the words that
-- stood there. What was agreed to before stood beside payments, in words that spoke of that payment: it stays for it alone. Withdrawn ones stay as proof.

CREATE TABLE contact_consents (
    id uuid PRIMARY KEY,
    customer_id uuid,
    payment_id uuid,
    channel text NOT NULL,
    phone text NOT NULL,
    agreed_at timestamptz NOT NULL,
    agreed_where text NOT NULL,
    agreed_text text NOT NULL,
    recorded_by text NOT NULL,
    withdrawn_at timestamptz,
    withdrawn_by text NOT NULL DEFAULT '',
    is_stop boolean NOT NULL DEFAULT false,
    CHECK (customer_id IS NOT NULL OR payment_id IS NOT NULL)
);
CREATE UNIQUE INDEX contact_consents_of_customer ON contact_consents (customer_id, phone, channel) WHERE payment_id IS NULL AND withdrawn_at IS NULL;
CREATE UNIQUE INDEX contact_consents_of_payment ON contact_consents (payment_id, phone, channel) WHERE payment_id IS NOT NULL AND withdrawn_at IS NULL;
CREATE INDEX contact_consents_phone ON contact_consents (phone, channel);
CREATE INDEX contact_consents_customers ON contact_consents (customer_id, id) WHERE customer_id IS NOT NULL;
CREATE INDEX contact_consents_payments ON contact_consents (payment_id) WHERE payment_id IS NOT NULL;
COMMENT ON COLUMN contact_consents.phone IS 'personal: the number to which somebody agreed to be written';
GRANT SELECT, INSERT, UPDATE, DELETE ON contact_consents TO gerbang_app;

INSERT INTO contact_consents (id, customer_id, payment_id, channel, phone, agreed_at, agreed_where, agreed_text, recorded_by)
SELECT gen_random_uuid(), p.customer_id, y.payment_id, c.channel, y.phone, c.agreed_at, c.agreed_where, c.agreed_text, 'payer:' || y.payment_id
FROM payment_payers y JOIN payments p ON p.id = y.payment_id CROSS JOIN LATERAL (
    VALUES ('sms', y.sms_consent_at, y.sms_consent_where, y.sms_consent_text),
        ('whatsapp', y.whatsapp_consent_at, y.whatsapp_consent_where, y.whatsapp_consent_text)) AS c (channel, agreed_at, agreed_where, agreed_text)
WHERE c.agreed_at IS NOT NULL AND y.phone <> '';
