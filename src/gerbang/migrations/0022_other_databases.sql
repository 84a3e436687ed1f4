-- expand
-- A snapshot counts the transactions of all databases of a server. One that stays open in another database can write nothing here, and held
-- back every mail and event all the same.

-- As finished_below(), but transactions that certainly belong to another database are passed over: those that a session or a prepared
-- transaction of another database shows as its own. One whose owner cannot be told is waited for. Our own id is in no list of a snapshot.
-- The sessions are read once in a transaction and kept, so a statement that asks this must be the only one of its transaction that does: what
-- was read before a snapshot proves nothing about it.
CREATE FUNCTION finished_here_below() RETURNS xid8 LANGUAGE sql STABLE RETURN position_of(CASE
    WHEN pg_snapshot_xmin(pg_current_snapshot()) = pg_snapshot_xmax(pg_current_snapshot()) THEN pg_snapshot_xmax(pg_current_snapshot())
    ELSE least(pg_current_xact_id_if_assigned(), coalesce(
        (SELECT min(under_way.xid) FROM pg_snapshot_xip(pg_current_snapshot()) AS under_way (xid)
         WHERE NOT EXISTS (
                SELECT FROM pg_stat_get_activity(NULL) AS session
                WHERE session.backend_xid = under_way.xid::xid
                  AND session.datid <> (SELECT oid FROM pg_database WHERE datname = current_database()))
           AND NOT EXISTS (
                SELECT FROM pg_prepared_xacts AS prepared
                WHERE prepared.transaction = under_way.xid::xid AND prepared.database <> current_database())),
        pg_snapshot_xmax(pg_current_snapshot()))) END);

-- The place that the next transaction will take: whoever names one from here on has it from another history.
CREATE FUNCTION next_position() RETURNS xid8 LANGUAGE sql STABLE RETURN position_of(pg_snapshot_xmax(pg_current_snapshot()));

-- Whoever leaves a transaction open holds back all events of this database: sessions of the application are ended, whatever opened them. Where
-- the migrating role may not say so, each connection that we open says it itself.
DO $$ BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_db_role_setting AS kept, unnest(kept.setconfig) AS setting
        WHERE kept.setrole = 'gerbang_app'::regrole AND setting LIKE 'idle_in_transaction_session_timeout=%') THEN
        ALTER ROLE gerbang_app SET idle_in_transaction_session_timeout = '60s';
    END IF;
EXCEPTION WHEN insufficient_privilege THEN NULL;
END $$;
