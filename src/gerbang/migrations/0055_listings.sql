-- expand
-- What shops of marketplaces sell: each variant there with our product, what is to be sent of its stock and price, and what the marketplace said it has.

CREATE TABLE listings (
    id uuid PRIMARY KEY,
    connection text NOT NULL,
    item text NOT NULL,          -- the marketplace's own ids, unique inside one shop
    variant text NOT NULL,
    seller_sku text NOT NULL,    -- the seller's word for it, which need not be unique
    name text NOT NULL,
    is_active boolean NOT NULL,
    price_minor numeric(78, 0) NOT NULL,
    currency text NOT NULL,
    seen jsonb NOT NULL,         -- by warehouse, what the marketplace said it has
    seen_at timestamptz NOT NULL,
    differs boolean NOT NULL DEFAULT false,
    product_id uuid REFERENCES products,
    created_at timestamptz NOT NULL,
    UNIQUE (connection, item, variant)
);
COMMENT ON COLUMN listings.name IS 'not personal: what a shop calls its goods';
CREATE INDEX listings_newest ON listings (created_at DESC, id DESC);
CREATE INDEX listings_of_shop ON listings (connection, created_at DESC, id DESC);
CREATE INDEX listings_by_seller_sku ON listings (connection, seller_sku);
CREATE INDEX listings_of_product ON listings (product_id) WHERE product_id IS NOT NULL;
CREATE INDEX listings_unmapped ON listings (created_at DESC, id DESC) WHERE product_id IS NULL;
CREATE INDEX listings_unmapped_of_shop ON listings (connection, created_at DESC, id DESC) WHERE product_id IS NULL;
CREATE INDEX listings_different ON listings (created_at DESC, id DESC) WHERE differs;
CREATE INDEX listings_different_of_shop ON listings (connection, created_at DESC, id DESC) WHERE differs;

-- What is to be sent of a listing: `stock` or `price`. `due_at` NULL: nothing now. `revision` grows with each change, so that what changes while it is sent is sent again.
CREATE TABLE listing_pushes (
    listing_id uuid NOT NULL REFERENCES listings,
    task text NOT NULL,
    connection text NOT NULL,
    state text NOT NULL,
    due_at timestamptz,
    revision bigint NOT NULL DEFAULT 1,
    tries integer NOT NULL DEFAULT 0,
    sent jsonb,
    sent_at timestamptz,
    code text NOT NULL DEFAULT '',
    said text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    PRIMARY KEY (listing_id, task)
);
CREATE INDEX listing_pushes_due ON listing_pushes (connection, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX listing_pushes_pending ON listing_pushes (created_at DESC, listing_id DESC) WHERE state IN ('locked', 'not_mine', 'refused', 'no_warehouse');
CREATE INDEX listing_pushes_pending_of_shop ON listing_pushes (connection, created_at DESC, listing_id DESC)
    WHERE state IN ('locked', 'not_mine', 'refused', 'no_warehouse');

-- What a shop is offered of the pool, and when its list is read again.
CREATE TABLE shop_stock_rules (
    connection text PRIMARY KEY,
    buffer bigint NOT NULL DEFAULT 0 CHECK (buffer >= 0),
    warehouses jsonb NOT NULL DEFAULT '{}',   -- the marketplace's warehouses and ours; none: the whole pool
    look_at timestamptz,
    looked_at timestamptz
);
CREATE INDEX shop_stock_rules_due ON shop_stock_rules (look_at) WHERE look_at IS NOT NULL;

-- Reading the list of a shop: an import that somebody asked for, with how far it is. One at a time in a shop.
CREATE TABLE listing_imports (
    id uuid PRIMARY KEY,
    connection text NOT NULL,
    status text NOT NULL,
    makes_products boolean NOT NULL,
    place text NOT NULL DEFAULT '',
    variants bigint NOT NULL DEFAULT 0,
    added bigint NOT NULL DEFAULT 0,
    mapped bigint NOT NULL DEFAULT 0,
    made bigint NOT NULL DEFAULT 0,
    unreadable bigint NOT NULL DEFAULT 0,
    is_cut boolean NOT NULL DEFAULT false,
    said text NOT NULL DEFAULT '',
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE UNIQUE INDEX listing_imports_running ON listing_imports (connection) WHERE finished_at IS NULL;

GRANT SELECT, INSERT, UPDATE ON listings, listing_pushes, shop_stock_rules, listing_imports TO gerbang_app;
