-- expand
-- Orders of marketplaces and of the shop itself, with their items: what was sold in them, unit by unit where the marketplace counts so. An order's number is unique in
-- one shop only. Who buys stands apart, where it can be erased.

CREATE TABLE orders (
    id uuid PRIMARY KEY,
    channel text NOT NULL,                      -- the marketplace, or own
    connection text REFERENCES connections (id),    -- the shop; null: our own
    source text NOT NULL GENERATED ALWAYS AS (coalesce(connection, '')) STORED,
    livemode boolean NOT NULL,
    external_id text NOT NULL,
    number text NOT NULL,
    status text NOT NULL DEFAULT 'pending',
    currency text NOT NULL,
    total bigint NOT NULL DEFAULT 0,
    price bigint NOT NULL DEFAULT 0,
    shipping_fee bigint NOT NULL DEFAULT 0,
    seller_voucher bigint NOT NULL DEFAULT 0,
    platform_voucher bigint NOT NULL DEFAULT 0,
    payment_method text NOT NULL DEFAULT '',
    is_cod boolean NOT NULL DEFAULT false,
    ship_by timestamptz,                        -- the nearest deadline of what is not ready yet
    version timestamptz,                        -- when the marketplace changed it last
    read_at timestamptz,                        -- when that was read
    sequence int NOT NULL DEFAULT 0,            -- of what was announced; 0: it is being made
    created_at timestamptz NOT NULL,            -- when it was bought
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX orders_external_id ON orders (source, external_id);
CREATE INDEX orders_called ON orders (external_id, created_at, id);
CREATE INDEX orders_listed ON orders (created_at, id);
CREATE INDEX orders_by_status ON orders (status, created_at, id);
CREATE INDEX orders_of_source ON orders (source, created_at, id);
CREATE INDEX orders_of_source_by_status ON orders (source, status, created_at, id);

CREATE TABLE order_items (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders (id),
    external_id text NOT NULL,
    status text NOT NULL,
    reached text NOT NULL,                      -- the last status that is known, where `status` is unknown
    said text NOT NULL,                         -- the marketplace's own word
    version timestamptz NOT NULL,
    sku text NOT NULL,
    product_name text NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    price bigint NOT NULL,
    paid bigint NOT NULL,
    package text NOT NULL,
    warehouse text NOT NULL,
    fulfilment text NOT NULL,
    ship_by timestamptz,
    detail jsonb NOT NULL,                      -- what is told of it and decides nothing
    UNIQUE (order_id, external_id)
);

COMMENT ON COLUMN order_items.product_name IS 'not personal: what was sold';

CREATE TABLE order_buyers (
    order_id uuid PRIMARY KEY REFERENCES orders (id),
    customer_id uuid,
    buyer_id text NOT NULL DEFAULT '',
    name text NOT NULL DEFAULT '',
    email text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    billing jsonb NOT NULL DEFAULT '{}',
    shipping jsonb NOT NULL DEFAULT '{}',
    tax_number text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    erased_at timestamptz                       -- nothing is written here again: the marketplace would tell it anew
);
CREATE INDEX order_buyers_email ON order_buyers (lower(email), order_id) WHERE email <> '';
CREATE INDEX order_buyers_phone ON order_buyers (phone, order_id) WHERE phone <> '';
CREATE INDEX order_buyers_customer ON order_buyers (customer_id, order_id) WHERE customer_id IS NOT NULL;
COMMENT ON COLUMN order_buyers.buyer_id IS 'personal: what the marketplace calls whoever buys';
COMMENT ON COLUMN order_buyers.name IS 'personal: who buys';
COMMENT ON COLUMN order_buyers.email IS 'personal: who buys';
COMMENT ON COLUMN order_buyers.phone IS 'personal: who buys, or to whom it is brought';
COMMENT ON COLUMN order_buyers.billing IS 'personal: a name and an address';
COMMENT ON COLUMN order_buyers.shipping IS 'personal: a name and an address';
COMMENT ON COLUMN order_buyers.tax_number IS 'personal: who buys';
COMMENT ON COLUMN order_buyers.note IS 'personal: words of whoever buys';

-- What each shop's poll has read: `through` is the newest change that was seen, `cursor` where a walk goes on that was not at its end.
CREATE TABLE order_polls (
    connection text PRIMARY KEY REFERENCES connections (id) ON DELETE CASCADE,
    through timestamptz NOT NULL,
    cursor jsonb,
    next_at timestamptz NOT NULL,
    read_at timestamptz,                        -- when the last walk came to its end
    failures int NOT NULL DEFAULT 0,
    why text NOT NULL DEFAULT ''
);
CREATE INDEX order_polls_due ON order_polls (next_at);

-- Orders that hold what cannot be: each stands still alone, and somebody is told.
CREATE TABLE unreadable_orders (
    connection text NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    external_id text NOT NULL,
    why text NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (connection, external_id)
);
GRANT SELECT, INSERT, UPDATE ON orders, order_items, order_buyers TO gerbang_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON order_polls, unreadable_orders TO gerbang_app;
