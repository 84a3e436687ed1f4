-- expand
-- Lines of statements that hold what cannot be, the newest of each shop: a payout is explained without them.
CREATE TABLE settlement_unreadable (
    connection text NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    order_number text NOT NULL,
    why text NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (connection, order_number, why)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON settlement_unreadable TO gerbang_app;
