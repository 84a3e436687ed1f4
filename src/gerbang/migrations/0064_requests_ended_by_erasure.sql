-- expand
-- What was still open when the person was erased was neither done nor refused: it ended with that, and says so.

ALTER TABLE data_requests DROP CONSTRAINT data_requests_status_check,
    ADD CONSTRAINT data_requests_status_check CHECK (status IN ('open', 'completed', 'refused', 'ended_by_erasure'));
