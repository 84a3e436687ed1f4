-- expand
-- A message is told on a channel by a connection, and how far it came is several facts: each keeps its time, whatever order they come in.
-- `unknown_tries` counts tries whose outcome nobody learnt: while there are some the sender is asked for the message before it is sent again, by the digests of
-- what was tried.

ALTER TABLE notifications DROP CONSTRAINT notifications_status_check;
ALTER TABLE notifications ADD CONSTRAINT notifications_status_check
    CHECK (status IN ('queued', 'accepted', 'sent', 'delivered', 'read', 'failed'));
ALTER TABLE notifications
    ADD COLUMN connection text,
    ADD COLUMN provider_id text,
    ADD COLUMN parts int NOT NULL DEFAULT 0,
    ADD COLUMN unknown_tries int NOT NULL DEFAULT 0,
    ADD COLUMN digests text[] NOT NULL DEFAULT '{}',
    ADD COLUMN accepted_at timestamptz,
    ADD COLUMN delivered_at timestamptz,
    ADD COLUMN read_at timestamptz,
    ADD COLUMN failed_at timestamptz;
CREATE INDEX notifications_provider ON notifications (connection, provider_id) WHERE provider_id IS NOT NULL;
