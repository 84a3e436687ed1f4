-- expand
-- What is done to an order at its marketplace: written before it is sent, and looked up where its answer is lost.
CREATE TABLE order_operations (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders (id),
    kind text NOT NULL,
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
CREATE INDEX order_operations_of_order ON order_operations (order_id, id);
CREATE UNIQUE INDEX order_operations_open ON order_operations (order_id) WHERE status IN ('requested', 'sending');

-- Labels as they were printed: they name people, and are erased with them.
CREATE TABLE order_documents (
    order_id uuid NOT NULL REFERENCES orders (id),
    kind text NOT NULL,
    parcels bytea NOT NULL,                     -- a digest of the parcels that it is about
    content_type text NOT NULL,
    body bytea NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (order_id, kind, parcels)
);
COMMENT ON COLUMN order_documents.body IS 'personal: names and addresses on labels';
GRANT SELECT, INSERT, UPDATE ON order_operations TO gerbang_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON order_documents TO gerbang_app;
