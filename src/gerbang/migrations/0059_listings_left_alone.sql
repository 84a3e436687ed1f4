-- expand
-- What somebody said is no product of ours stays none, whatever its SKU is, until somebody says otherwise.

ALTER TABLE listings ADD COLUMN is_left_alone boolean NOT NULL DEFAULT false;
CREATE INDEX listings_to_map ON listings (seller_sku) WHERE product_id IS NULL AND NOT is_left_alone;
