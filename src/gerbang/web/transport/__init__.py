"""Sockets and what comes over them: the server, its connections, and webhooks, which go no further."""
