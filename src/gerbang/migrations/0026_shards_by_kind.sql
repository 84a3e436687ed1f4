-- expand
-- Each kind of provider has eight shards of its own for its events; those of payments are 0 to 7, as they were.

INSERT INTO inbox_shards (shard) SELECT generate_series(8, 63);
