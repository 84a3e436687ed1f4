-- expand
-- Waves: orders that are packed together, batch by batch, and their labels as one document. An order is in one open wave at most.
CREATE TABLE waves (
    id uuid PRIMARY KEY,
    livemode boolean NOT NULL,
    status text NOT NULL DEFAULT 'packing',
    carrier text NOT NULL,                      -- where a shop chooses its carrier
    actor text NOT NULL,
    total int NOT NULL,
    packed int NOT NULL DEFAULT 0,              -- counted anew at each step
    failed int NOT NULL DEFAULT 0,
    printed int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX waves_listed ON waves (created_at, id);

CREATE TABLE wave_orders (
    wave_id uuid NOT NULL REFERENCES waves (id),
    place int NOT NULL,                         -- by deadline
    order_id uuid NOT NULL REFERENCES orders (id),
    connection text NOT NULL REFERENCES connections (id),
    status text NOT NULL DEFAULT 'waiting',
    operation_id uuid REFERENCES order_operations (id),
    code text NOT NULL DEFAULT '',              -- of one that is not packed: why
    reason text NOT NULL DEFAULT '',
    part int,                                   -- of the labels
    PRIMARY KEY (wave_id, place)
);
CREATE UNIQUE INDEX wave_orders_open ON wave_orders (order_id) WHERE status IN ('waiting', 'packing');
CREATE INDEX wave_orders_of_order ON wave_orders (order_id);

-- Labels as they were printed, up to twenty parcels of one shop each: they name people, and are erased with each of them.
CREATE TABLE wave_labels (
    wave_id uuid NOT NULL REFERENCES waves (id),
    part int NOT NULL,
    content_type text NOT NULL,
    body bytea NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (wave_id, part)
);
COMMENT ON COLUMN wave_labels.body IS 'personal: names and addresses on labels';
CREATE INDEX orders_to_pack ON orders (ship_by, id) WHERE status IN ('pending', 'repacked');
GRANT SELECT, INSERT, UPDATE ON waves, wave_orders TO gerbang_app;
GRANT SELECT, INSERT, DELETE ON wave_labels TO gerbang_app;
-- What is scanned at a pack station.
CREATE INDEX order_items_package ON order_items (package) WHERE package <> '';
CREATE INDEX order_items_tracking ON order_items ((detail->>'tracking')) WHERE detail->>'tracking' <> '';
