"""The table of error codes against the code that raises them: every code is told, and none that nothing raises."""

import ast
import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import gerbang
from gerbang.base.errors import FieldError, GerbangError
from gerbang.core.payments.model import PaymentClosed, PaymentNotFound
from gerbang.web.problems import IdempotencyKeyRequired, RequestTimeout, TooManyConnections, describe
from gerbang.web.texts.problems import PROBLEMS
from gerbang.web.texts.problems_of_processes import OF_PROCESSES

SOURCE = Path(gerbang.__file__).parent
TOLD = PROBLEMS.keys() | OF_PROCESSES.keys()


def kinds(kind: type[GerbangError]) -> Iterator[type[GerbangError]]:
    yield kind
    for inner in kind.__subclasses__():
        yield from kinds(inner)


@pytest.fixture(scope="module")
def all_kinds() -> list[type[GerbangError]]:
    """Every error class of ours, once each."""
    for module in pkgutil.walk_packages(gerbang.__path__, "gerbang."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return [kind for kind in dict.fromkeys(kinds(GerbangError)) if kind.__module__.startswith("gerbang.")]


@pytest.fixture(scope="module")
def raised() -> set[str]:
    """The names of what the source raises, makes, or keeps to be made."""
    names: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Raise(exc=ast.Name(id=name)) | ast.Call(func=ast.Name(id=name)):
                    names.add(name)
                case ast.Dict(values=values):
                    names |= {value.id for value in values if isinstance(value, ast.Name)}
    return names


def test_every_code_that_can_be_raised_is_told(all_kinds: list[type[GerbangError]], raised: set[str]) -> None:
    assert {kind.code for kind in all_kinds if kind.__name__ in raised} - TOLD == set()


def test_no_code_is_told_that_nothing_raises(all_kinds: list[type[GerbangError]], raised: set[str]) -> None:
    assert TOLD - {kind.code for kind in all_kinds if kind.__name__ in raised} == set()


AGAIN = {
    "no": PaymentNotFound(),
    "mended": IdempotencyKeyRequired(),
    "later": TooManyConnections(),
    "same_key": RequestTimeout(),
    "changed": PaymentClosed(),
}


def test_no_answer_writes_a_code_by_hand() -> None:
    """Whatever is answered as a problem is made of an error, so that the table cannot miss it."""
    found = [
        path.relative_to(SOURCE).as_posix()
        for path in (SOURCE / "web").rglob("*.py")
        if "problem+json" in path.read_text(encoding="utf-8") and path.name not in ("problems.py", "openapi.py")
    ]
    assert found == []


@pytest.mark.parametrize("code", sorted(TOLD))
def test_what_is_told_of_a_code_is_whole_and_no_comment_of_the_source(code: str) -> None:
    told = {**PROBLEMS, **OF_PROCESSES}[code]
    assert min(map(len, (told.cause, told.cure, told.example))) > 3
    assert told.cause.endswith(".")
    assert told.cure.endswith((".", ")"))
    assert "(R" not in told.cause + told.cure  # a number of our requirements is nothing to a reader


def test_a_problem_that_says_nothing_of_its_own_tells_cause_and_cure() -> None:
    problem = json.loads(describe(PaymentNotFound(), instance="/v1/payments/x", request_id="req_1")[2])
    told = PROBLEMS["payment_not_found"]
    assert (problem["detail"], problem["hint"]) == (told.cause, told.cure.replace("`", ""))
    assert problem["request_id"] == "req_1"


def test_a_problem_tells_a_program_whether_the_same_request_may_be_sent_again() -> None:
    told = {code: json.loads(describe(error, instance="", request_id="")[2])["retry"] for code, error in AGAIN.items()}
    assert told == {code: code for code in AGAIN}


def test_a_problem_keeps_what_it_says_itself() -> None:
    error = PaymentNotFound("Gone.", hint="Look there.", errors=[FieldError("/id", "x")])
    problem = json.loads(describe(error, instance="", request_id="")[2])
    assert (problem["detail"], problem["hint"]) == ("Gone.", "Look there.")
