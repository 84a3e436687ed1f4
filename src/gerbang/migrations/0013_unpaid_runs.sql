-- expand
-- The paid numbers of a wallet in order, so that its runs of unpaid ones are read from an index and not from every attempt there was.

CREATE INDEX attempts_deposit_paid ON attempts ((quote ->> 'wallet'), deposit) WHERE deposit >= 0 AND received > 0;
