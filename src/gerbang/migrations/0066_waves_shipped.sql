-- expand
-- Waves end at shipped: what is ready for the carrier is said together, batch by batch. Orders of our own are in waves too; they have no shop.
ALTER TABLE waves ADD COLUMN shipped int NOT NULL DEFAULT 0;
ALTER TABLE waves ADD COLUMN shipper text NOT NULL DEFAULT '';  -- who said that it may leave
ALTER TABLE wave_orders ALTER COLUMN connection DROP NOT NULL;
