-- expand
-- Deposit addresses that were shown and whose payments this database does not know, for it was restored from an older backup: their balances
-- are looked at all the same, and what comes there is held. Numbers that were skipped before this was kept are among them.

CREATE TABLE lost_addresses (
    wallet text NOT NULL,
    number bigint NOT NULL,
    since timestamptz NOT NULL,                 -- business time; it was shown no earlier
    lost_at timestamptz NOT NULL,
    sweep_at timestamptz,                       -- null: money came and is a payment, or 180 days are over
    payment_id uuid REFERENCES payments,        -- what came there
    PRIMARY KEY (wallet, number)
);
CREATE INDEX lost_addresses_sweep ON lost_addresses (sweep_at) WHERE sweep_at IS NOT NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON lost_addresses TO gerbang_app;

INSERT INTO lost_addresses (wallet, number, since, lost_at, sweep_at)
SELECT d.wallet, n, business_now() - interval '180 days', business_now(), business_now()
FROM deposit_numbers d CROSS JOIN generate_series(greatest(0, d.next - 100000), d.next - 1) AS n
WHERE NOT EXISTS (SELECT FROM attempts a WHERE a.quote ->> 'wallet' = d.wallet AND a.deposit = n AND a.deposit >= 0);
