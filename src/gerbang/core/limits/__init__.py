"""How often somebody may ask: token buckets in the process, counters in PostgreSQL where a restart must not forget."""
