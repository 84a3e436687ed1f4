"""The same work written the usual way: FastAPI, SQLAlchemy, httpx, one commit per request. Honest code, not a straw man."""
