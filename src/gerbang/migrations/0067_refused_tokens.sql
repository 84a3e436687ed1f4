-- expand
-- When a shop's token was refreshed because it was refused, and when the new one was refused too.

ALTER TABLE shop_tokens ADD COLUMN hastened_at timestamptz, ADD COLUMN refused_when_new_at timestamptz;
