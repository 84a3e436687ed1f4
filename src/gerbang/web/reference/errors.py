"""Every error code with its status and what is told of it: for the page of errors and for docs/reference."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from gerbang.base.errors import GerbangError
from gerbang.web.problems import status_of
from gerbang.web.texts.problems import PROBLEMS, ProblemText


class ErrorRow(NamedTuple):
    """One code: its HTTP status, its title, and what is told of it."""

    code: str
    status: int
    title: str
    told: ProblemText


@cache
def error_rows() -> tuple[ErrorRow, ...]:
    """Every code that an answer can carry, by name."""
    kinds = {kind.code: kind for kind in _kinds(GerbangError)}
    return tuple(
        ErrorRow(code, status_of(kinds[code]()), kinds[code].title, told) for code, told in sorted(PROBLEMS.items())
    )


def _kinds(kind: type[GerbangError]) -> Iterator[type[GerbangError]]:
    yield kind
    for inner in kind.__subclasses__():
        yield from _kinds(inner)
