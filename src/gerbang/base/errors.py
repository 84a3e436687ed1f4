"""The eight kinds of error that cross a layer. HTTP statuses live in web/problems.py, never here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of a request: `pointer` is a JSON Pointer (RFC 6901), `detail` says the cure."""

    pointer: str
    detail: str


class GerbangError(Exception):
    """Base of every error that a caller may see: a stable `code`, a short `title`, and a detail for this occurrence."""

    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong"

    def __init__(
        self,
        detail: str = "",
        *,
        hint: str | None = None,
        errors: Sequence[FieldError] = (),
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.hint = hint
        self.errors = tuple(errors)
        self.retry_after_s = retry_after_s


class Invalid(GerbangError):
    """The request cannot be carried out as it is written."""

    code = "invalid_request"
    title = "The request is not valid"


class Unauthenticated(GerbangError):
    """We do not know who is asking."""

    code = "unauthenticated"
    title = "Authentication is required"


class Forbidden(GerbangError):
    """We know who is asking, and they may not."""

    code = "forbidden"
    title = "Not allowed"


class NotFound(GerbangError):
    """There is no such thing, or none that this caller may see."""

    code = "not_found"
    title = "Not found"


class Conflict(GerbangError):
    """The thing is not in a state that allows this."""

    code = "conflict"
    title = "The current state does not allow this"


class TooMany(GerbangError):
    """A limit was reached; `retry_after_s` says when to come back."""

    code = "rate_limited"
    title = "Too many requests"


class Unavailable(GerbangError):
    """We cannot do it now: nothing was executed, or the error says otherwise. Safe to ask again."""

    code = "unavailable"
    title = "Temporarily unavailable"


class UpstreamFailed(GerbangError):
    """An outside system refused or failed."""

    code = "upstream_failed"
    title = "An outside system failed"


class DatabaseUnavailable(Unavailable):
    """No connection, or no answer in time before COMMIT was sent: nothing was stored."""

    code = "database_unavailable"
    title = "The database does not answer"


class DatabaseRefuses(DatabaseUnavailable):
    """It will not be there until somebody mends how it is set up. `kind` may be told to anybody; `what` names roles and hosts, for who runs it."""

    def __init__(self, kind: str = DatabaseUnavailable.title, what: str = "", cure: str = "") -> None:
        super().__init__(retry_after_s=2)
        self.kind = kind
        self.what = what
        self.cure = cure


class DatabaseBusy(DatabaseUnavailable):
    """Somebody else holds a table or a row for longer than we wait: nothing was stored."""

    code = "database_busy"
    title = "Another session holds what this needs in the database"


class CommitUnknown(Unavailable):
    """The connection broke, or no answer came in time, while COMMIT was under way: stored or not, we cannot tell. Ask again with the same key."""

    code = "commit_unknown"
    title = "The outcome could not be confirmed"


class RowUnreadable(Conflict):
    """A row holds a word or a value that this version does not know: it alone stands still, and says so."""

    code = "row_unreadable"
    title = "A stored row cannot be read by this version"
