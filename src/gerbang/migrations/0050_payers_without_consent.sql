-- contract
-- Consent is an object of its own since 0049: nothing reads these any more.

ALTER TABLE payment_payers
    DROP COLUMN sms_consent_at,
    DROP COLUMN sms_consent_where,
    DROP COLUMN sms_consent_text,
    DROP COLUMN whatsapp_consent_at,
    DROP COLUMN whatsapp_consent_where,
    DROP COLUMN whatsapp_consent_text;
