-- expand
-- What is sold, how much of it stands in which warehouse, and for whom it is kept. One pool: every shop and our own sales take from the same rows, and
-- whoever changes stock holds the product's row. What a marketplace fulfils stands beside it under the shop's name, and is never taken from.

CREATE TABLE products (
    id uuid PRIMARY KEY,
    sku text NOT NULL UNIQUE,
    name text NOT NULL,
    price_minor numeric(78, 0) CHECK (price_minor > 0),
    currency text,
    sequence bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK ((price_minor IS NULL) = (currency IS NULL))
);
COMMENT ON COLUMN products.name IS 'not personal: what a shop calls its goods';
CREATE INDEX products_newest ON products (created_at DESC, id DESC);

CREATE TABLE product_components (
    bundle_id uuid NOT NULL REFERENCES products,
    component_id uuid NOT NULL REFERENCES products,
    quantity integer NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (bundle_id, component_id),
    CHECK (bundle_id <> component_id)
);
CREATE INDEX product_components_of ON product_components (component_id);

CREATE TABLE stock (
    product_id uuid NOT NULL REFERENCES products,
    warehouse text NOT NULL,
    quantity bigint NOT NULL CHECK (quantity >= 0),
    reserved bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    fulfilled_by text NOT NULL DEFAULT '',   -- the shop whose marketplace keeps it; empty: ours
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (product_id, warehouse, fulfilled_by)
);

-- For whom: an order or a payment by its outer id. `until`: it ends by itself then; NULL: when whoever asked for it says so.
CREATE TABLE reservations (
    id uuid PRIMARY KEY,
    owner text NOT NULL UNIQUE,
    status text NOT NULL,
    until timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX reservations_ending ON reservations (until) WHERE status = 'held' AND until IS NOT NULL;

-- What was ordered and is neither given up nor gone yet: `units`, of which `missing` are not there.
CREATE TABLE reservation_items (
    reservation_id uuid NOT NULL REFERENCES reservations,
    line integer NOT NULL,
    product_id uuid NOT NULL REFERENCES products,
    warehouse text NOT NULL,   -- where the order wants them from; empty: anywhere
    units bigint NOT NULL CHECK (units >= 0),
    missing bigint NOT NULL DEFAULT 0 CHECK (missing >= 0 AND missing <= units),
    PRIMARY KEY (reservation_id, line)
);
CREATE INDEX reservation_items_missing ON reservation_items (product_id, reservation_id) WHERE missing > 0;

-- What is kept for a line, and where: `per_unit` of a product for each of so many units; of a bundle a row for each component.
CREATE TABLE reservation_parts (
    reservation_id uuid NOT NULL,
    line integer NOT NULL,
    product_id uuid NOT NULL REFERENCES products,
    warehouse text NOT NULL,
    per_unit integer NOT NULL CHECK (per_unit > 0),
    units bigint NOT NULL CHECK (units >= 0),
    PRIMARY KEY (reservation_id, line, product_id, warehouse),
    FOREIGN KEY (reservation_id, line) REFERENCES reservation_items
);

CREATE TABLE stock_movements (
    id uuid PRIMARY KEY,
    product_id uuid NOT NULL REFERENCES products,
    warehouse text NOT NULL,
    kind text NOT NULL,
    change bigint NOT NULL,
    quantity bigint NOT NULL,
    reserved bigint NOT NULL,
    owner text NOT NULL DEFAULT '',
    actor text NOT NULL,
    made_at timestamptz NOT NULL
);
CREATE INDEX stock_movements_of ON stock_movements (product_id, made_at DESC, id DESC);

GRANT SELECT, INSERT, UPDATE ON products, stock, reservations, reservation_items TO gerbang_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON product_components, reservation_parts TO gerbang_app;
GRANT SELECT, INSERT ON stock_movements TO gerbang_app;
