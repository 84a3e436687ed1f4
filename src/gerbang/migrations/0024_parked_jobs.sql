-- expand
-- Jobs that were given up are told to operators, and counted without reading those that go on.

CREATE INDEX jobs_parked ON jobs (kind) WHERE parked_at IS NOT NULL;
