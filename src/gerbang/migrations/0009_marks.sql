-- contract
-- Deposit numbers are given when an address is about to be shown, and a mark outside the database says how far they have come.

ALTER TABLE deposit_numbers ADD COLUMN marked boolean NOT NULL DEFAULT false; -- false until the mark was written once
DROP INDEX attempts_deposit;
CREATE UNIQUE INDEX attempts_deposit ON attempts ((quote ->> 'wallet'), deposit) WHERE deposit >= 0;
