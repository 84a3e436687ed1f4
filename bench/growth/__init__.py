"""Growth: the same questions to an almost empty database and to a full one. `make bench ARGS="growth"`."""
