-- expand
-- Quiet hours: a customer's own and the zone in which they count, both empty where the shop's are; and until when a message waited for their end.

ALTER TABLE customers ADD COLUMN quiet_hours text NOT NULL DEFAULT '', ADD COLUMN time_zone text NOT NULL DEFAULT '';
ALTER TABLE notifications ADD COLUMN held_until timestamptz;
