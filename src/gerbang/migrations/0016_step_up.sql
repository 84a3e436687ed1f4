-- expand
-- When the person of a session last gave the password, after its beginning: what moves money asks for it again (R38).

ALTER TABLE session_families ADD COLUMN proven_at timestamptz;
