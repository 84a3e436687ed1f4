"""From the framework's exceptions, and the database's refusals, to our errors. Statuses stand in problems.py."""

import structlog
from litestar.exceptions import (
    ClientException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)

from gerbang.base.db import DataError
from gerbang.base.errors import FieldError, GerbangError, Invalid
from gerbang.base.validation_messages import in_words
from gerbang.web.problems import Malformed, MethodNotAllowed, RouteNotFound

log = structlog.get_logger()


def as_our_error(error: Exception, *, route: str, request_id: str) -> GerbangError:
    """The error to tell the client; what nobody expected is logged whole and told as nothing but a request id."""
    match error:
        case GerbangError():
            return error
        case ValidationException():
            return _invalid(error)
        case NotFoundException():
            return RouteNotFound("There is nothing at this address.")
        case MethodNotAllowedException():
            return MethodNotAllowed("Another method.")
        case ClientException():
            return Malformed(error.detail)
        case DataError():
            log.warning("request.unstorable", route=route, request_id=request_id, kind=type(error).__name__)
            return Invalid("A value cannot be stored as it is.")
        case _:
            log.error("request.failed", route=route, request_id=request_id, exc_info=error)
            return GerbangError("An unexpected error; the request id finds it in our log.")


def _invalid(error: ValidationException) -> Invalid:
    """A parameter of the address that does not fit; the framework lists them in `extra`."""
    found = error.extra if isinstance(error.extra, list) else []
    fields = [
        FieldError(f"/{one.get('key', '')}", in_words(str(one.get("message", ""))))
        for one in found
        if isinstance(one, dict)
    ]
    if not fields:  # a missing parameter is told in words only
        words = error.detail.split("'")
        name = words[1] if len(words) > 2 else words[-1].split()[-1] if error.detail.startswith("Missing") else ""
        fields = [FieldError(f"/{name}", "Missing or not valid.")]
    return Invalid("A parameter of the address is missing or not valid.", errors=fields)
