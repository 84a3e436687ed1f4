"""Words without a domain: errors, money, ids, clock, database, HTTP. Nothing here knows what a payment is."""
