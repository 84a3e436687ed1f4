CREATE TABLE toy_orders (
    id uuid PRIMARY KEY,
    shop text NOT NULL,
    number text NOT NULL,
    status text NOT NULL DEFAULT 'received',
    buyer text NOT NULL,
    email text NOT NULL,
    sequence int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (shop, number)
);
COMMENT ON COLUMN toy_orders.buyer IS 'personal: who buys';
COMMENT ON COLUMN toy_orders.email IS 'personal: who buys';
GRANT SELECT, INSERT, UPDATE ON toy_orders TO gerbang_app;
