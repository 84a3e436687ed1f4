"""Reads the source for what can stand still: loops that let nobody else run, and statements whose LIMIT depends on their plan (R57)."""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.tidy.test_tidy import tree_of

ROOT = Path(__file__).parent.parent.parent
PAUSES = (ast.Await, ast.AsyncFor, ast.AsyncWith, ast.Yield, ast.YieldFrom)
BEHIND_IN = re.compile(r"\bIN\s*\(\s*SELECT\b", re.IGNORECASE)
CHOOSES = re.compile(r"\b(LIMIT|FOR\s+(NO\s+KEY\s+)?UPDATE|SKIP\s+LOCKED)\b", re.IGNORECASE)
EACH_TURN_SHORTENS = {
    "'//' in path"
}  # loops over a value in hand: each turn makes it shorter, so that they end by themselves


def pauses(node: ast.AST) -> bool:
    """Whether an expression or a simple statement waits for something on its only path."""
    match node:
        case ast.BoolOp(values=[first, *_]):
            return pauses(first)
        case ast.IfExp(test=test, body=body, orelse=other):
            return pauses(test) or (pauses(body) and pauses(other))
        case ast.Lambda() | ast.FunctionDef() | ast.AsyncFunctionDef():
            return False
    return isinstance(node, PAUSES) or any(pauses(child) for child in ast.iter_child_nodes(node))


class Unpaused(NamedTuple):
    """Where one may come without having waited: to the end of some statements, or to a `continue` among them."""

    falls: bool = False
    turns: bool = False

    def __or__(self, other: "Unpaused") -> "Unpaused":
        return Unpaused(self.falls or other.falls, self.turns or other.turns)


def through(statements: Sequence[ast.stmt]) -> Unpaused:
    """How one may come through statements, one after the other."""
    falls, turns = True, False
    for one in statements:
        if not falls:
            break
        falls, turns = Unpaused(*through_one(one)) | Unpaused(turns=turns)
    return Unpaused(falls, turns)


def through_one(one: ast.stmt) -> Unpaused:
    match one:
        case ast.Return() | ast.Raise() | ast.Break():
            return Unpaused()
        case ast.Continue():
            return Unpaused(turns=True)
        case ast.If(test=test, body=body, orelse=other):
            return Unpaused() if pauses(test) else through(body) | through(other)
        case ast.Try(body=body, handlers=handlers, orelse=other, finalbody=last):
            ways = through([*body, *other])
            if not pauses(body[0]):  # who is caught later has waited before
                for handler in handlers:
                    ways |= through(handler.body)
            return Unpaused() if last and not through(last).falls else ways
        case ast.With(body=body):
            return through(body)
        case ast.Match(cases=cases):
            return through([]) | Unpaused(turns=any(through(case.body).turns for case in cases))
        case ast.For(iter=first) | ast.While(test=first):
            return Unpaused(falls=not pauses(first))
    return Unpaused(falls=not pauses(one))


def loops(tree: ast.Module) -> Iterator[ast.While]:
    """Every `while` that stands in a coroutine itself."""
    for function in ast.walk(tree):
        if isinstance(function, ast.AsyncFunctionDef):
            yield from (node for node in ast.walk(function) if isinstance(node, ast.While))


def waits_each_turn(test: ast.expr) -> bool:
    """Whether a loop's condition waits before it lets the loop turn."""
    return (
        any(map(pauses, test.values)) if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else pauses(test)
    )


def spins(tree: ast.Module) -> list[str]:
    """The loops that may turn without waiting for anything."""
    return [
        f"{loop.lineno}: while {ast.unparse(loop.test)}"
        for loop in loops(tree)
        if not waits_each_turn(loop.test)
        and any(through(loop.body))
        and ast.unparse(loop.test) not in EACH_TURN_SHORTENS
    ]


def chosen_behind_in(text: str) -> Iterator[str]:
    """Every sub-select behind IN that has a limit or takes locks: PostgreSQL may run it anew for every outer row."""
    for found in BEHIND_IN.finditer(text):
        depth, end = 1, found.start() + text[found.start() :].index("(") + 1
        while depth and end < len(text):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        if CHOOSES.search(text[found.start() : end]):
            yield " ".join(text[found.start() : end].split())


def sources() -> list[Path]:
    return sorted((ROOT / "src").rglob("*.py"))


def test_no_loop_of_a_coroutine_turns_without_waiting_for_anything() -> None:
    found = [f"{path.relative_to(ROOT)}:{loop}" for path in sources() for loop in spins(tree_of(path))]
    assert not found, "\n".join(found)


def test_no_limit_stands_in_a_sub_select_that_a_plan_may_run_again() -> None:
    texts = (
        (path, node.value)
        for path in sources()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    found = [f"{path.relative_to(ROOT)}: {text}" for path, value in texts for text in chosen_behind_in(value)]
    assert not found, "\n".join(found)


OLD_LOOP = """
async def run(self, stop):
    while not stop.is_set():
        taken = 0
        room = self.most - len(self.running)
        if room > 0:
            taken = await self.take(room)
        if room == 0:
            await wait(self.running)
        elif taken < room:
            await self.rest()
"""


@pytest.mark.parametrize(
    "source",
    [
        OLD_LOOP,
        "async def run():\n    while True:\n        pass\n",
        "async def run(a):\n    while True:\n        if a:\n            continue\n        await a\n",
        "async def run(a):\n    while a or await b:\n        pass\n",
    ],
)
def test_a_loop_that_may_spin_is_found(source: str) -> None:
    assert spins(ast.parse(source))


def test_the_claim_that_took_sixty_instead_of_sixteen_would_be_found() -> None:
    old = "UPDATE jobs SET n = 1 WHERE id IN (\n SELECT id FROM jobs WHERE (a OR b) ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)"
    assert list(chosen_behind_in(old))
    assert not list(chosen_behind_in("SELECT a FROM b WHERE c IN (SELECT d FROM e) LIMIT 5 FOR UPDATE"))
