-- expand
-- Customers of the shop, by its own id for them: one person is one customer whichever connection takes their money, so the shop's id is unique in the whole
-- installation. A payment names the customer whose it is; what stood in payments before names none. Whoever is erased keeps the row and its id, for payments
-- refer to it; of one who wanted no messages the digests of their addresses stay, so that nobody writes to them again.

CREATE TABLE customers (
    id uuid PRIMARY KEY,
    external_id text,
    name text NOT NULL DEFAULT '',
    email text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    locale text NOT NULL DEFAULT '',
    muted text[] NOT NULL DEFAULT '{}',
    stopped_at timestamptz,
    stopped_digests bytea[] NOT NULL DEFAULT '{}',
    sequence int NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    erased_at timestamptz
);
CREATE UNIQUE INDEX customers_external_id ON customers (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX customers_listed ON customers (created_at, id) WHERE erased_at IS NULL;
CREATE INDEX customers_email ON customers (lower(email), created_at, id) WHERE email <> '';
CREATE INDEX customers_phone ON customers (phone, created_at, id) WHERE phone <> '';
CREATE INDEX customers_name ON customers (lower(name)) WHERE name <> '';
CREATE INDEX customers_external_id_named ON customers (lower(external_id)) WHERE external_id IS NOT NULL;
CREATE INDEX customers_stopped ON customers USING gin (stopped_digests) WHERE stopped_digests <> '{}';
COMMENT ON COLUMN customers.external_id IS 'personal: what the shop calls them';
COMMENT ON COLUMN customers.name IS 'personal: a customer of the shop';
COMMENT ON COLUMN customers.email IS 'personal: a customer of the shop';
COMMENT ON COLUMN customers.phone IS 'personal: a customer of the shop';
GRANT SELECT, INSERT, UPDATE ON customers TO gerbang_app;

ALTER TABLE payments ADD COLUMN customer_id uuid;
CREATE INDEX payments_of_customer ON payments (customer_id, status, created_at, id) WHERE customer_id IS NOT NULL;
