-- expand
-- The page of an endpoint's owner: a link that was mailed to somebody, the one session that it became, and the code that a secret asks for. Neither
-- the link's token nor a code is kept: both are keyed digests, made when a mail is sent.

CREATE TABLE endpoint_owner_links (
    id uuid PRIMARY KEY,
    endpoint_id uuid NOT NULL REFERENCES endpoints (id),
    email text NOT NULL,
    locale text NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    opened_at timestamptz,
    session_digest bytea,
    code_number int NOT NULL DEFAULT 0,
    code_until timestamptz,
    code_tries int NOT NULL DEFAULT 0
);
CREATE INDEX endpoint_owner_links_of_endpoint ON endpoint_owner_links (endpoint_id, id);
CREATE INDEX endpoint_owner_links_by_email ON endpoint_owner_links (lower(email), id);

COMMENT ON COLUMN endpoint_owner_links.email IS 'personal: of whoever looks after an endpoint';

-- What did not arrive is rare among what did, and asked for by itself.
CREATE INDEX deliveries_not_arrived ON deliveries (endpoint_id, made_at, id) WHERE status IN ('failed', 'cancelled');

GRANT SELECT, INSERT, UPDATE, DELETE ON endpoint_owner_links TO gerbang_app;
