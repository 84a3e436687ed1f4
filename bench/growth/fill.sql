-- A shop's past: `growth.payments` finished payments between 700 and 200 days ago with all that belongs to them, and the same hundred open
-- ones whatever the past. Half of all have one order reference, and a third one owner. Everything in it agrees with everything else: `gerbang verify` finds nothing.

CREATE FUNCTION pg_temp.id_of(at timestamptz, what text, n bigint) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
        || overlay(overlay(left(md5(what || n), 20) PLACING '7' FROM 1) PLACING '8' FROM 5))::uuid
$$;

CREATE TEMP TABLE made AS
SELECT n, at, age, payment, (2 + n * 500::bigint / current_setting('growth.payments')::int)::text::xid8 AS lot, pg_temp.id_of(at, 'attempt', n) AS attempt, pg_temp.id_of(at, 'refund', n) AS refund, owner, 50000 + n % 97 * 1000 AS amount,
    CASE WHEN n % 10000 = 7 THEN 'paylater' WHEN n % 20 = 13 THEN 'crypto' ELSE (ARRAY['virtual_account', 'qris', 'card', 'ewallet', 'virtual_account'])[1 + n % 5] END AS method,
    CASE WHEN n <= 7 THEN 'closed-shop' WHEN n % 20 = 13 THEN 'wallet' ELSE (ARRAY['shop-jakarta', 'shop-bandung', 'shop-medan'])[1 + n % 3] END AS connection,
    CASE WHEN n > past.payments THEN 'pending'
         ELSE (ARRAY['paid', 'paid', 'expired', 'paid', 'paid', 'expired', 'paid', 'failed', 'paid', 'refunded'])[1 + n / 5 % 10] END AS status
FROM (
    SELECT n, at, at + interval '1 day' AS age, pg_temp.id_of(at, 'payment', n) AS payment,
        pg_temp.id_of(timestamptz '2024-01-01', 'user', CASE n % 3 WHEN 0 THEN 0 ELSE n % greatest(20, (current_setting('growth.payments')::int / 10)) END) AS owner
    FROM (
        SELECT n, now() - interval '200 days' - interval '500 days' * (1 - n::float8 / current_setting('growth.payments')::int) AS at
        FROM generate_series(1, current_setting('growth.payments')::int) AS n
        UNION ALL
        SELECT current_setting('growth.payments')::int + n, now() - interval '1 hour' + n * interval '1 second' FROM generate_series(1, 100) AS n
    ) AS numbered
) AS dated, (SELECT current_setting('growth.payments')::int AS payments) AS past;

INSERT INTO connections (id, provider, livemode, enabled)
SELECT name, 'nicepay', true, false FROM unnest(ARRAY['closed-shop', 'shop-jakarta', 'shop-bandung', 'shop-medan']) AS name;

INSERT INTO users (id, email, name, role, password_hash, created_at)
SELECT DISTINCT owner, owner || '@example.com', 'Budi Santoso', 'customer', '', timestamptz '2024-01-01' FROM made;

INSERT INTO customers (id, external_id, name, email, phone, sequence, created_at, updated_at)
SELECT owner, 'C-' || owner, 'Budi Santoso', owner || '@example.com', '+62812' || lpad(min(n)::text, 8, '0'), 1, min(at), min(at) FROM made GROUP BY owner;

INSERT INTO data_requests (id, customer_id, kind, status, received_at, due_at, created_by, created_at, closed_by, closed_at)
SELECT owner, owner, CASE WHEN min(n) % 9 = 0 THEN 'erasure' ELSE 'access' END, 'completed', min(at), min(at), 'key:bench', min(at), 'key:bench', min(at)
FROM made GROUP BY owner;

INSERT INTO refresh_tokens (digest, family_id, generation, client, issued_at, expires_at, rotated_at)
SELECT decode(md5('token' || n), 'hex'), pg_temp.id_of(at, 'family', n), 0, 'client-' || n % 1000, at, now() + interval '20 days', age
FROM made WHERE n % 5 = 0;

INSERT INTO rate_counters (bucket, window_start, used)
SELECT 'login:' || n, now() - interval '20 hours', 1 FROM made WHERE n % 50 = 0;

INSERT INTO session_families (id, user_id, created_at, revoked_at, revoked_for)
SELECT pg_temp.id_of(at, 'family', n), owner, at, age, 'logout' FROM made WHERE n % 5 = 0;

INSERT INTO changes (kind, subject, made_at) SELECT 'session', n::text, now() - interval '20 hours' FROM made WHERE n % 50 = 0;

INSERT INTO payments (id, status, livemode, amount, currency, amount_captured, amount_refunded, description, order_reference, owner_id,
    customer_id, sequence, created_at, updated_at, expires_at, paid_at)
SELECT payment, status, true, amount, 'IDR', CASE WHEN status IN ('paid', 'refunded') THEN amount ELSE 0 END,
    CASE status WHEN 'refunded' THEN amount ELSE 0 END, 'Kopi Gayo 1 kg', CASE n % 2 WHEN 0 THEN 'donation' ELSE 'order-' || n END, owner, owner, 3, at, age,
    CASE status WHEN 'pending' THEN now() + interval '30 days' ELSE age END, CASE WHEN status IN ('paid', 'refunded') THEN at + interval '1 minute' END
FROM made;
UPDATE payments SET look_at = expires_at WHERE status = 'pending';

INSERT INTO connections (id, provider, livemode, enabled, settings) VALUES ('market', 'lazada', true, false, '{}');
INSERT INTO connections (id, provider, livemode, enabled, settings, parent)
SELECT name, 'lazada', true, false, jsonb_build_object('site', 'id', 'seller_id', name), 'market' FROM unnest(ARRAY['market-1', 'market-2']) AS name;
INSERT INTO orders (id, channel, connection, livemode, external_id, number, status, currency, total, price, version, read_at, sequence, created_at, updated_at)
SELECT pg_temp.id_of(at, 'order', n), CASE WHEN n % 3 = 0 THEN 'own' ELSE 'lazada' END,
    CASE WHEN n % 3 = 0 THEN NULL WHEN n <= 7 THEN 'market-2' ELSE 'market-1' END, true, 'O-' || n, 'O-' || n,
    CASE WHEN status = 'pending' THEN 'pending' WHEN n = 7 THEN 'unknown' WHEN n % 9 = 0 THEN 'cancelled' ELSE 'delivered' END, 'IDR', amount, amount, age, age, 4, at, age
FROM made;
INSERT INTO order_items (id, order_id, external_id, status, reached, said, version, sku, product_name, quantity, price, paid, package, warehouse, fulfilment, detail)
SELECT pg_temp.id_of(at, 'item', n), pg_temp.id_of(at, 'order', n), 'I-' || n, 'delivered', 'delivered', 'delivered', age, 'KOPI-1', 'Kopi Gayo 1 kg', 1, amount, amount,
    'FP' || n, 'dropshipping', 'carrier', '{}'
FROM made;
INSERT INTO order_buyers (order_id, customer_id, name, email, phone)
SELECT pg_temp.id_of(at, 'order', n), owner, 'Budi Santoso', owner || '@example.com', '+628111222333' FROM made;

-- A product for each payment, in a shop each; of those one in ten thousand is not mapped, differs, or is locked. One product is in every order.
INSERT INTO products (id, sku, name, sequence, created_at, updated_at)
SELECT pg_temp.id_of(at, 'product', n), 'SKU-' || n, 'Kopi', 1, at, at FROM made
UNION ALL SELECT pg_temp.id_of(min(at), 'product', 0), 'KOPI-250', 'Kopi Gayo 250 g', 1, min(at), min(at) FROM made;
INSERT INTO stock (product_id, warehouse, quantity, updated_at) SELECT id, 'main', 10, created_at FROM products;
INSERT INTO stock_movements (id, product_id, warehouse, kind, change, quantity, reserved, owner, actor, made_at)
SELECT pg_temp.id_of(at, 'movement', n), (SELECT id FROM products WHERE sku = 'KOPI-250'), 'main', 'reserved', -1, 10, 1, 'ord-' || n, 'bench', at FROM made;
INSERT INTO reservations (id, owner, status, created_at, updated_at) SELECT pg_temp.id_of(at, 'reservation', n), 'ord-' || n, 'confirmed', at, age FROM made;
INSERT INTO reservation_items (reservation_id, line, product_id, warehouse, units)
SELECT pg_temp.id_of(at, 'reservation', n), 0, (SELECT id FROM products WHERE sku = 'KOPI-250'), '', 0 FROM made;
INSERT INTO listings (id, connection, item, variant, seller_sku, name, is_active, price_minor, currency, seen, seen_at, differs, product_id, created_at)
SELECT pg_temp.id_of(at, 'listing', n), CASE WHEN n <= 7 THEN 'market-2' ELSE 'market-1' END, 'I-' || n, 'V-' || n, 'SKU-' || n, 'Kopi', true, amount, 'IDR',
    '[{"warehouse": "dropshipping", "sellable": 10}]', age, n % 10000 = 8, CASE WHEN n % 10000 <> 7 THEN pg_temp.id_of(at, 'product', n) END, at
FROM made;
INSERT INTO listing_pushes (listing_id, task, connection, state, sent, sent_at, created_at)
SELECT id, 'stock', connection, CASE WHEN seller_sku LIKE 'SKU-%0009' THEN 'locked' ELSE 'current' END, '{"dropshipping": 10}', seen_at, created_at
FROM listings WHERE product_id IS NOT NULL;
INSERT INTO shop_stock_rules (connection, looked_at, look_at) SELECT name, now(), now() + interval '1 hour' FROM unnest(ARRAY['market-1', 'market-2']) AS name;
INSERT INTO order_claims (id, order_id, connection, external_id, kind, to_seller, status, waits, lines, decide_by, version, read_at, sequence, created_at, updated_at)
SELECT pg_temp.id_of(at, 'claim', n), pg_temp.id_of(at, 'order', n), CASE WHEN n <= 7 THEN 'market-2' ELSE 'market-1' END, 'C-' || n, 'return', true,
    CASE WHEN n % 10000 = 7 THEN 'requested' ELSE 'refunded' END, n % 10000 = 7,
    jsonb_build_array(jsonb_build_object('id', 'L-' || n, 'item', pg_temp.id_of(at, 'item', n), 'status', CASE WHEN n % 10000 = 7 THEN 'requested' ELSE 'refunded' END, 'said', '', 'refund', amount)),
    NULL, age, age, 2, at, age
FROM made;
INSERT INTO claim_decisions (id, claim_id, answer, status, asked, outcomes, actor, created_at, updated_at)
SELECT pg_temp.id_of(at, 'decision', n), pg_temp.id_of(at, 'claim', n), 'accept', 'done', '{"lines": [], "status": "requested"}', '[]', 'key:demo', at, age FROM made;

-- Of the lines of statements one in ten thousand waits; ten are in a statement, with its payout.
INSERT INTO settlement_lines (id, connection, key, day, kind, said, amount, currency, order_number, item_number, statement, is_paid, status, why, taken_at)
SELECT pg_temp.id_of(at, 'line', n), CASE WHEN n <= 7 THEN 'market-2' ELSE 'market-1' END, 'T-' || n, at::date,
    CASE WHEN n % 10000 = 7 THEN 'refund' ELSE 'sale' END, 'Item Price Credit', CASE WHEN n % 10000 = 7 THEN -amount ELSE 0 END, 'IDR', 'O-' || n, 'I-' || n, 'S-' || (n - n % 10), true,
    CASE WHEN n % 10000 = 7 THEN 'held' ELSE 'noted' END, CASE WHEN n % 10000 = 7 THEN 'hundredfold' ELSE 'no_amount' END, at
FROM made;
INSERT INTO settlement_totals (connection, statement, kind, status, currency, amount, lines)
SELECT connection, statement, kind, status, currency, sum(amount), count(*) FROM settlement_lines GROUP BY connection, statement, kind, status, currency;
INSERT INTO payouts (id, connection, statement, amount, currency, is_paid, made_on, heard_at, paid_at)
SELECT pg_temp.id_of(at, 'payout', n), CASE WHEN n <= 7 THEN 'market-2' ELSE 'market-1' END, 'S-' || n, 0, 'IDR', n % 10000 <> 0, at::date, at, at
FROM made WHERE n % 10 = 0;

INSERT INTO payment_payers (payment_id, name, email, phone) SELECT payment, 'Budi Santoso', owner || '@example.com', '+628111222333' FROM made;

INSERT INTO attempts (id, payment_id, number, status, method, options, connection, effect, lookup, amount, currency, captured, refunded,
    provider_reference, created_at, updated_at, expires_at, look_at, listed_at, listed_status)
SELECT attempt, payment, 1, CASE WHEN status IN ('paid', 'refunded') THEN 'captured' ELSE status END, method, '{"bank": "BCA"}', connection,
    'instructs', 'by_our_reference', amount, 'IDR', CASE WHEN status IN ('paid', 'refunded') THEN amount ELSE 0 END,
    CASE status WHEN 'refunded' THEN amount ELSE 0 END, 'TXID' || n, at, age, CASE status WHEN 'pending' THEN now() + interval '30 days' ELSE age END,
    CASE status WHEN 'pending' THEN now() + interval '30 days' END, at, status
FROM made;

-- Every twentieth was paid in coins: its address, what came there, and what stood there when it was swept for the last time.
UPDATE attempts SET deposit = n / 20, swept_at = CASE WHEN status <> 'pending' THEN age END,
    sweep_at = CASE status WHEN 'pending' THEN expires_at + interval '73 hours' END,
    provider_reference = '0x' || md5('deposit' || n) || lpad(to_hex(n), 8, '0'), received = CASE status WHEN 'captured' THEN 1000 + n ELSE 0 END,
    quote = jsonb_build_object('asset', 'USDC', 'network', 'growth', 'decimals', 6, 'amount', (1000 + n)::text, 'rate', '16500', 'source', 'fixed',
        'spread_bp', 0, 'tolerance', '0', 'holder', 'wallet:growth:USDC', 'locked_at', at, 'expires_at', age, 'wallet', current_setting('growth.wallet'))
FROM (SELECT n, at, age, attempt FROM made WHERE method = 'crypto') AS m WHERE id = m.attempt;

INSERT INTO deposit_numbers (wallet, next, marked)
SELECT current_setting('growth.wallet'), max(deposit) + 1, true FROM attempts WHERE deposit IS NOT NULL
HAVING count(*) > 0;

INSERT INTO chain_transfers (chain_id, transaction, log, attempt_id, network, asset, contract, sender, recipient, amount, block, block_hash, mined_at,
    state, verdict, confirmations, required)
SELECT 7777, '0x' || md5('transaction' || n) || md5(n::text), 0, attempt, 'growth', 'USDC', current_setting('growth.token'), '0x' || md5('sender') || '00000000',
    '0x' || md5('deposit' || n) || lpad(to_hex(n), 8, '0'), 1000 + n, n, '0x' || md5('block' || n) || md5(n::text), at, 'settled', 'counts', 64, 64
FROM made WHERE method = 'crypto' AND status = 'paid';

INSERT INTO deposit_balances (attempt_id, chain_id, contract, balance)
SELECT attempt, 7777, current_setting('growth.token'), 1000 + n FROM made WHERE method = 'crypto' AND status = 'paid';

INSERT INTO chain_claims (attempt_id, network, transaction, recipient, total, onchain, state, claimed_at, asked_at)
SELECT attempt, 'growth', '0x' || md5('claim' || n) || md5(n::text), '0x' || md5('processor') || '00000000', 1000 + n, 1000 + n, 'seen', at, at
FROM made WHERE n % 100 = 4 AND status = 'paid';

INSERT INTO refunds (id, payment_id, attempt_id, status, amount, currency, reason, requested_by, created_at, updated_at)
SELECT refund, payment, attempt, 'succeeded', amount, 'IDR', 'returned', 'user:bench', age, age FROM made WHERE status = 'refunded';

INSERT INTO refund_destinations (refund_id, version, bank, account, name, named_by, named_at)
SELECT refund, 1, 'BCA', '0123456789', 'Budi Santoso', 'payer', age FROM made WHERE status = 'refunded' AND n % 3 = 0;

INSERT INTO approvals (id, refund_id, payment_id, status, amount, currency, reason, destination_version, by_transfer, requested_by, requested_at,
    expires_at, decided_by, decided_at)
SELECT pg_temp.id_of(age, 'approval', n), refund, payment, 'approved', amount, 'IDR', 'returned', 0, false, 'user:bench', age, age, 'user:other', age
FROM made WHERE status = 'refunded';

INSERT INTO idempotency_keys (caller, key, fingerprint, resource, resource_id, created_at)
SELECT 'key:bench', 'key-' || n, '\x00', 'payment', payment, at FROM made;

INSERT INTO ledger_lines (posting, line, kind, payment_id, attempt_id, debit, credit, amount, currency, posted_at, xid)
SELECT pg_temp.id_of(at, 'capture', n), 0, 'capture', payment, attempt, CASE method WHEN 'crypto' THEN 'exchange:USDC' ELSE 'clearing:' || connection END,
    'sales', amount, 'IDR', at, lot
FROM made WHERE status IN ('paid', 'refunded');

INSERT INTO ledger_lines (posting, line, kind, payment_id, attempt_id, debit, credit, amount, currency, posted_at, xid)
SELECT pg_temp.id_of(at, 'capture', n), 1, 'capture', payment, attempt, 'wallet:growth:USDC', 'exchange:USDC', 1000 + n, 'USDC', at, lot
FROM made WHERE method = 'crypto' AND status = 'paid';

INSERT INTO ledger_lines (posting, line, kind, payment_id, attempt_id, refund_id, debit, credit, amount, currency, posted_at, xid)
SELECT pg_temp.id_of(age, 'promise', n), 0, 'refund_requested', payment, attempt, refund, 'refunds', 'refunds_payable', amount, 'IDR', age, lot
FROM made WHERE status = 'refunded';

INSERT INTO ledger_lines (posting, line, kind, payment_id, attempt_id, refund_id, debit, credit, amount, currency, posted_at, xid)
SELECT pg_temp.id_of(age, 'settled', n), 0, 'refund_settled', payment, attempt, refund, 'refunds_payable', 'clearing:' || connection, amount, 'IDR', age, lot
FROM made WHERE status = 'refunded';

INSERT INTO inbox (id, received_at, connection, key, subject, shard, type, headers, body, status, outcome, done_at, object_type, object_id)
SELECT pg_temp.id_of(at, 'event', n), at, connection, 'event-' || n, 'TXID' || n, n % 8, CASE WHEN n % 10000 = 7 THEN 'account.closed' ELSE 'notification' END,
    '{"content-type": "application/json"}', convert_to(repeat('{"tXid": "TXID", "amt": "50000"}', 10), 'UTF8'),
    CASE WHEN n % 20000 = 7 THEN 'parked' ELSE 'done' END, 'asked', at, 'attempt', attempt
FROM made WHERE status <> 'pending' AND method <> 'crypto';

INSERT INTO inbox_seen (connection, key, id) SELECT connection, 'event-' || n, pg_temp.id_of(at, 'event', n) FROM made WHERE status <> 'pending' AND method <> 'crypto';

INSERT INTO rejections (connection, reason, source, body_digest, body_size, rejected_at)
SELECT 'shop-' || n % 20, 'bad_signature', '198.51.100.7', '\x00', 100, now() - interval '1 day'
FROM generate_series(1, least(20000, current_setting('growth.payments')::int)) AS n;

INSERT INTO announcements (id, type, object_type, object_id, sequence, data, made_at)
SELECT pg_temp.id_of(at + step * interval '1 minute', 'announcement' || step, n), 'payment.' || CASE step WHEN 1 THEN 'created' ELSE status END, 'payment', payment, step, '{}', at
FROM made, generate_series(1, 2) AS step;

-- All of them were told long ago.
INSERT INTO cursors (name, xid, id)
SELECT name, pg_current_xact_id(), 'ffffffff-ffff-ffff-ffff-ffffffffffff' FROM unnest(ARRAY['notifications', 'endpoints']) AS name
ON CONFLICT (name) DO UPDATE SET xid = excluded.xid, id = excluded.id;

INSERT INTO notifications (id, announcement_id, channel, recipient, template, locale, data, object_type, object_id, status, message_id, tries, created_at, sent_at)
SELECT pg_temp.id_of(at, 'notification', n), pg_temp.id_of(at, 'announcement', n), 'email', owner || '@example.com',
    CASE WHEN n % 10000 = 7 THEN 'payment_retracted' ELSE 'payment_paid' END, 'id', '{}', 'payment', payment, CASE WHEN n % 20000 = 7 THEN 'failed' ELSE 'sent' END,
    '<' || n || '@example.com>', 1, at, at
FROM made WHERE status <> 'pending';

-- One payment in ten was news for the operators too, one in ten thousand of another kind.
INSERT INTO operator_notices (id, type, object_type, object_id, created_at)
SELECT pg_temp.id_of(at, 'announcement', n), CASE WHEN n % 10000 = 0 THEN 'endpoint.disabled' ELSE 'payment.overpaid' END, 'payment', payment, at
FROM made WHERE n % 10 = 0 ORDER BY n;

-- Each payment was told to the shop's own server; one in ten thousand did not arrive.
INSERT INTO endpoints (id, url, events, signing, created_by, created_at, updated_at)
SELECT pg_temp.id_of(min(at), 'endpoint', 0), 'https://shop.example/hook', '{payment.*}', 'hmac', 'bench', min(at), min(at) FROM made;

INSERT INTO outgoing_messages (event_id, body, made_at)
SELECT pg_temp.id_of(at + interval '2 minutes', 'announcement2', n), '{}', at FROM made;

INSERT INTO deliveries (id, endpoint_id, event_id, type, object_type, object_id, sequence, status, tries, made_at)
SELECT pg_temp.id_of(at, 'delivery', n), (SELECT id FROM endpoints), pg_temp.id_of(at + interval '2 minutes', 'announcement2', n), 'payment.' || status,
    'payment', payment, 2, CASE WHEN n % 10000 = 7 THEN 'failed' ELSE 'succeeded' END, 1, at
FROM made;

INSERT INTO delivery_attempts (delivery_id, number, at, status_code, duration_ms)
SELECT pg_temp.id_of(at, 'delivery', n), 1, at, CASE WHEN n % 10000 = 7 THEN 500 ELSE 204 END, 12 FROM made;

INSERT INTO audit (id, happened_at, actor, action, object, detail, request_id)
SELECT pg_temp.id_of(at + step * interval '1 second', 'audit' || step, n), at + step * interval '1 second',
    CASE WHEN n % 10000 = 7 THEN 'user:seldom' WHEN step = 1 THEN 'key:bench' ELSE 'system:bench' END,
    CASE WHEN n % 10000 = 7 AND step = 3 THEN 'payment.cancelled' ELSE (ARRAY['payment.created', 'webhook.received', 'payment.heard'])[step] END,
    CASE WHEN n % 10 = 0 AND step = 3 THEN 'connection:' || connection ELSE 'payment-' || n END, '{}', 'req_' || n
FROM made, generate_series(1, 3) AS step;

INSERT INTO jobs (kind, key, run_at, tries, most_tries, parked_at, error, created_at)
SELECT 'payment.inquire', 'parked-' || n, at, 9, 9, age, 'no answer', at FROM made WHERE n % 200 = 0;

DROP TABLE made;
DROP FUNCTION pg_temp.id_of;
