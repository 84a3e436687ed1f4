-- expand
-- Who unsubscribed by the link of a mail: the address as a digest and which message it wants no more, honoured also for whoever is no customer, or was erased.
-- The digest of a customer's address finds the customers whose preference that is.

CREATE FUNCTION address_digest(text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT sha256(convert_to(lower($1), 'UTF8')) $$;

CREATE TABLE unsubscribed_addresses (
    digest bytea NOT NULL,
    message text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (digest, message)
);
CREATE INDEX customers_email_digest ON customers (address_digest(email)) WHERE email <> '';
GRANT SELECT, INSERT, DELETE ON unsubscribed_addresses TO gerbang_app;
