-- expand
-- Which connections a process does not ask now, because their providers do not answer it: told with its sign of life.

ALTER TABLE processes ADD COLUMN open_breakers text[] NOT NULL DEFAULT '{}';
