-- expand
-- What an order keeps of our stock, item by item, and what became of it.

CREATE TABLE order_stock (
    item_id uuid PRIMARY KEY REFERENCES order_items (id),
    order_id uuid NOT NULL REFERENCES orders (id),
    sku text NOT NULL,          -- ours
    status text NOT NULL        -- kept, released, or gone
);
CREATE INDEX order_stock_of_order ON order_stock (order_id);
GRANT SELECT, INSERT, UPDATE ON order_stock TO gerbang_app;
