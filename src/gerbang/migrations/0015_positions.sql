-- expand
-- Places in the order of what happened are transaction ids, and a dump put back into another server meets ids that begin again: readers would
-- pass over what is new, or hear everything twice. So a place is the id and a constant, which `continue_positions` raises after a restore.

-- The place of a transaction. Its constant stands in its text and not in a table: it is worked out for every row that is written.
CREATE FUNCTION position_of(xid8) RETURNS xid8 LANGUAGE sql IMMUTABLE RETURN ($1::text::bigint + 0)::text::xid8;
CREATE FUNCTION current_position() RETURNS xid8 LANGUAGE sql STABLE RETURN position_of(pg_current_xact_id());
-- Below it every transaction has ended: what commits late is never passed over by whoever reads only what is below.
CREATE FUNCTION finished_below() RETURNS xid8 LANGUAGE sql STABLE RETURN position_of(pg_snapshot_xmin(pg_current_snapshot()));

ALTER TABLE announcements ALTER COLUMN xid SET DEFAULT current_position();
ALTER TABLE audit ALTER COLUMN xid SET DEFAULT current_position();
ALTER TABLE ledger_lines ALTER COLUMN xid SET DEFAULT current_position();

-- How far this server's places lie behind what stands here; more than 0 only after a restore into another server. What a snapshot sees was
-- written by transactions below its xmax, however many are under way.
CREATE FUNCTION positions_behind() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT greatest(0, stored.last::text::bigint + 1 - position_of(pg_snapshot_xmax(pg_current_snapshot()))::text::bigint)
    FROM (SELECT greatest(
        (SELECT max(xid) FROM announcements), (SELECT max(xid) FROM audit), (SELECT max(xid) FROM ledger_lines),
        (SELECT max(xid) FROM cursors), (SELECT max(upto) FROM ledger_balanced), '0') AS last) AS stored
$$;

-- Go on well above all places that were ever given out, also those given out between the dump and the restore; returns how far behind we were.
CREATE FUNCTION continue_positions() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE behind bigint;
BEGIN
    IF positions_behind() = 0 THEN RETURN 0; END IF;
    LOCK TABLE announcements, audit, ledger_lines IN SHARE ROW EXCLUSIVE MODE;  -- whoever writes has taken its place by the old constant
    behind := positions_behind();
    EXECUTE format(
        'CREATE OR REPLACE FUNCTION position_of(xid8) RETURNS xid8 LANGUAGE sql IMMUTABLE RETURN ($1::text::bigint + %s)::text::xid8',
        position_of('0')::text::bigint + behind + 1000000000);
    RETURN behind;
END $$;
REVOKE EXECUTE ON FUNCTION continue_positions() FROM PUBLIC;
