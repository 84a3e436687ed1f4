-- expand
-- Whether an item ended before it was sold, cancelled or not delivered: no statement will tell its sale. Null: not told.
ALTER TABLE settlement_prices ADD COLUMN is_void boolean;
