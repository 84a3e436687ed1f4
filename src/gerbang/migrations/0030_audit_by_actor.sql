-- expand
-- What one person or key did, and which of it, newest first. What Gerbang itself, providers and payers do is nearly all of the trail, and is
-- looked for by its object: an index of it would cost every payment its upkeep.
CREATE INDEX audit_actor ON audit (actor, action, id) WHERE left(actor, 4) IN ('user', 'key:');
