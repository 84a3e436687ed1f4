-- expand
-- What buyers want back: their wishes to cancel, returns, money back without a return; and what was answered, written before it is sent.

CREATE TABLE order_claims (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders (id),
    connection text NOT NULL REFERENCES connections (id),
    external_id text NOT NULL,
    kind text NOT NULL,
    to_seller boolean NOT NULL,
    status text NOT NULL,
    waits boolean NOT NULL,                     -- for the seller's answer
    lines jsonb NOT NULL,
    decide_by timestamptz,                      -- the nearest deadline of what waits
    held text NOT NULL DEFAULT '',              -- why its amount is not believed
    version timestamptz,                        -- when the marketplace changed it last
    read_at timestamptz NOT NULL,               -- when that was read
    due_told timestamptz,                       -- the deadline of which it was told that it is near
    sequence int NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX order_claims_external_id ON order_claims (connection, external_id);
CREATE INDEX order_claims_of_order ON order_claims (order_id, id);
CREATE INDEX order_claims_listed ON order_claims (created_at, id);
CREATE INDEX order_claims_waiting ON order_claims (created_at, id) WHERE waits;
CREATE INDEX order_claims_of_shop ON order_claims (connection, created_at, id);
CREATE INDEX order_claims_of_shop_waiting ON order_claims (connection, created_at, id) WHERE waits;
CREATE INDEX order_claims_held ON order_claims (id) WHERE held <> '';

CREATE TABLE claim_decisions (
    id uuid PRIMARY KEY,
    claim_id uuid NOT NULL REFERENCES order_claims (id),
    answer text NOT NULL,
    status text NOT NULL,
    asked jsonb NOT NULL,
    outcomes jsonb NOT NULL,
    actor text NOT NULL,
    claim int NOT NULL DEFAULT 0,               -- the fence of who carries it out
    claimed_until timestamptz,                  -- real time
    sent_at timestamptz,                        -- it may have left
    looks int NOT NULL DEFAULT 0,               -- how often it was looked up since
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX claim_decisions_of_claim ON claim_decisions (claim_id, id);
CREATE UNIQUE INDEX claim_decisions_open ON claim_decisions (claim_id) WHERE status IN ('requested', 'sending');

-- What each shop's walk over claims has read: changes until `through`; `began_at` and `page` of one that was not at its end.
CREATE TABLE claim_polls (
    connection text PRIMARY KEY REFERENCES connections (id) ON DELETE CASCADE,
    through timestamptz NOT NULL,
    began_at timestamptz,
    page int NOT NULL DEFAULT 1,
    next_at timestamptz NOT NULL,
    failures int NOT NULL DEFAULT 0,
    why text NOT NULL DEFAULT ''
);
CREATE INDEX claim_polls_due ON claim_polls (next_at);
GRANT SELECT, INSERT, UPDATE ON order_claims, claim_decisions TO gerbang_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON claim_polls TO gerbang_app;
