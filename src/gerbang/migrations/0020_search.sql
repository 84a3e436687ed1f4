-- expand
-- What a payer, a bank or a provider can name, so that the console's search reads an index each time: where money goes, whose reference it has,
-- who pays, which transaction brought it, and the request that somebody was shown the number of.

CREATE INDEX payments_order_named ON payments (lower(order_reference)) WHERE order_reference IS NOT NULL;
CREATE INDEX attempts_reference ON attempts (provider_reference) WHERE provider_reference IS NOT NULL;
CREATE INDEX attempts_place ON attempts (lower(coalesce(next_action ->> 'number', next_action ->> 'code', next_action ->> 'address')))
    WHERE next_action IS NOT NULL;
CREATE INDEX payers_email ON payment_payers (lower(email)) WHERE email <> '';
CREATE INDEX payers_phone ON payment_payers (phone) WHERE phone <> '';
CREATE INDEX payers_name ON payment_payers (lower(name)) WHERE name <> '';
CREATE INDEX chain_transfers_transaction ON chain_transfers (transaction);
CREATE INDEX audit_request ON audit (request_id) WHERE request_id IS NOT NULL;
