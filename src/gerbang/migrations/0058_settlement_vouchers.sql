-- expand
-- What a marketplace pays of a price in the buyer's place, and lines of one shop newest first.

ALTER TABLE settlement_prices ADD COLUMN platform_voucher numeric(78,0) NOT NULL DEFAULT 0;
CREATE INDEX settlement_lines_of_connection ON settlement_lines (connection, id);
