-- expand
-- What `gerbang verify` asks slice by slice: what is kept of a product, and of which line or payout a posting is. No two share one.

CREATE INDEX reservation_parts_of_product ON reservation_parts (product_id);
CREATE UNIQUE INDEX settlement_lines_posting ON settlement_lines (posting) WHERE posting IS NOT NULL;
CREATE UNIQUE INDEX payouts_posting ON payouts (posting) WHERE posting IS NOT NULL;
