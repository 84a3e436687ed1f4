-- expand
-- In which of a provider's dialects an attempt was made: it is asked about, closed and given back in the same one.

ALTER TABLE attempts ADD COLUMN dialect text NOT NULL DEFAULT '';
