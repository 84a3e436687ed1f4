-- expand
-- A connection by which nothing was ever paid can be deleted: how far its chain was read goes with it.

ALTER TABLE chain_cursors DROP CONSTRAINT chain_cursors_connection_fkey,
    ADD CONSTRAINT chain_cursors_connection_fkey FOREIGN KEY (connection) REFERENCES connections ON DELETE CASCADE;
