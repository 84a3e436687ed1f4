-- expand
-- An oversold order is held until its stock is there; somebody may have it packed all the same.
ALTER TABLE orders ADD COLUMN is_released boolean NOT NULL DEFAULT false;
