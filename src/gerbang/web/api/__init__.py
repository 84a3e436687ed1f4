"""One file per resource, which is one path prefix. Handlers load, check ownership and show; decisions are core's."""
