"""Work to be done later: a row written with its cause, tried with patience, never lost and never done twice."""
