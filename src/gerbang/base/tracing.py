"""Which request we are working for, wherever that is of interest: a context variable that the edge sets."""

from contextvars import ContextVar
from typing import Final

REQUEST_ID: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)
