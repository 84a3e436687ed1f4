-- contract
-- Deposit numbers belong to a wallet, named by its first address, and no more to a connection: two connections may share a wallet.

DROP INDEX attempts_deposit;
UPDATE attempts a SET quote = a.quote || jsonb_build_object('wallet', z.provider_reference)
FROM attempts z WHERE a.deposit IS NOT NULL AND z.connection = a.connection AND z.deposit = 0 AND z.provider_reference IS NOT NULL;
CREATE UNIQUE INDEX attempts_deposit ON attempts ((quote ->> 'wallet'), deposit) WHERE deposit IS NOT NULL;

DROP TABLE deposit_numbers;
CREATE TABLE deposit_numbers (wallet text PRIMARY KEY, next bigint NOT NULL);
INSERT INTO deposit_numbers
SELECT quote ->> 'wallet', max(deposit) + 1 FROM attempts WHERE deposit IS NOT NULL AND quote ->> 'wallet' IS NOT NULL GROUP BY 1;

GRANT SELECT, INSERT, UPDATE, DELETE ON deposit_numbers TO gerbang_app;

-- The block that a cursor stands on, so that a chain which was replaced below it is noticed; empty until the next look.
ALTER TABLE chain_cursors ADD COLUMN hash text NOT NULL DEFAULT '';
