"""The small template language in which a shop writes its own texts: what of it is allowed, and rendering. Pure; runs in text_renderer_process.py only.

It is Jinja's, without nearly everything: text, names of a closed dictionary of strings, `upper` and `lower`, `if` on whether a name holds anything, and one loop over
a given list of pairs. There are no calls, attributes, operators, literals or definitions, so the work is bounded by the length of the source.
"""

import difflib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

MOST_BYTES: Final = 65_536
_DEEPEST: Final = 8
_MOST_BRACKETS: Final = 40
_FILTERS: Final[Mapping[str, Callable[[str], str]]] = {"upper": str.upper, "lower": str.lower}
_PLACEHOLDER: Final = "xx"

Pairs = Sequence[tuple[str, str]]


class TextTooLong(Exception):
    """What came of it is longer than 64 kB."""


def _environment() -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, cache_size=0
    )
    made.globals.clear()
    made.tests.clear()
    made.filters.clear()
    made.filters.update(_FILTERS)
    return made


_ENVIRONMENT: Final = _environment()


def problems(source: str, names: Collection[str], lists: Collection[str]) -> list[str]:
    """What is wrong with a text, each with its cure; empty where it may be rendered."""
    if _nested(source) > _MOST_BRACKETS:
        return ["It is nested too deeply."]
    try:
        tree = _ENVIRONMENT.parse(source)
    except TemplateError as error:
        return [f"Line {getattr(error, 'lineno', 1)}: {_unread(source)}"]
    except RecursionError:
        return ["It is nested too deeply."]
    return list(dict.fromkeys(_Reader(names, lists).block(tree.body, frozenset(), 0)))


def _nested(source: str) -> int:
    """How many round brackets are open at once at most. Asked before the parser, whose own end is that of the stack: as deep as the process happens to be."""
    steps = ((char == "(") - (char == ")") for char in source)
    return max(accumulate(steps), default=0)


def fixed_text(source: str) -> list[str]:
    """Every piece of fixed text, of all branches, in order: none hides in a branch that no example takes."""
    return [one.data for one in _ENVIRONMENT.parse(source).find_all(nodes.TemplateData)]


class Rendering:
    """One text that has no problems, to be rendered with any values."""

    def __init__(self, source: str) -> None:
        self._template = _ENVIRONMENT.from_string(source)

    def render(self, values: Mapping[str, str], lists: Mapping[str, Pairs]) -> str:
        """The text. Raises TextTooLong, and whatever the engine raises."""
        pieces, size = [], 0
        for piece in self._template.generate({**values, **lists}):
            size += len(piece.encode())
            if size > MOST_BYTES:
                raise TextTooLong
            pieces.append(piece)
        return "".join(pieces)

    def masked(self, values: Mapping[str, str], lists: Mapping[str, Pairs], kept: Collection[str]) -> str:
        """The same with a placeholder for each value but those `kept`: what is in it was written by the author of the text. It takes the same branches, for
        they ask only whether a value is empty.
        """
        hidden = {name: one if not one or name in kept else _PLACEHOLDER for name, one in values.items()}
        return self.render(
            hidden, {name: [(_PLACEHOLDER, _PLACEHOLDER) for _ in pairs] for name, pairs in lists.items()}
        )


_PAIRS: Final = (("{{", "}}"), ("{%", "%}"), ("{% if", "{% endif"), ("{% for", "{% endfor"))
_WORDS: Final[tuple[tuple[type[nodes.Node] | tuple[type[nodes.Node], ...], str], ...]] = (
    ((nodes.Getattr, nodes.Getitem), "dot or bracket behind it"),
    ((nodes.Assign, nodes.AssignBlock), "{% set %}"),
    (nodes.Call, "call"),
    (nodes.Compare, "comparison"),
    (nodes.BinExpr, "calculation"),
    (nodes.UnaryExpr, "calculation"),
    (nodes.Literal, "fixed value"),
    (nodes.Test, "test"),
)


class _Reader:
    """Walks a tree and finds what is not allowed in it."""

    def __init__(self, names: Collection[str], lists: Collection[str]) -> None:
        self._names = names
        self._lists = lists

    def block(self, body: Sequence[nodes.Node], own: frozenset[str], depth: int) -> Iterator[str]:
        """What is wrong inside; `own` are the names that a loop around it has given."""
        if depth > _DEEPEST:
            yield "It is nested too deeply."
            return
        for node in body:
            match node:
                case nodes.Output(nodes=parts):
                    for part in parts:
                        if not isinstance(part, nodes.TemplateData):
                            yield from self._value(part, own)
                case nodes.If(test=test, body=then, elif_=others, else_=otherwise):
                    yield from self._condition(test, own, depth)
                    yield from self.block(then, own, depth + 1)
                    yield from self.block(others, own, depth + 1)
                    yield from self.block(otherwise, own, depth + 1)
                case nodes.For():
                    yield from self._loop(node, own, depth)
                case _:
                    yield f"Line {node.lineno}: only text, names, if and one loop are allowed here, no {_called(node)}."

    def _value(self, node: nodes.Node, own: frozenset[str]) -> Iterator[str]:
        match node:
            case nodes.Name(name=name):
                yield from self._known(name, own, node.lineno)
            case nodes.Filter(node=inner, name=name, args=[], kwargs=[], dyn_args=None, dyn_kwargs=None) if (
                name in _FILTERS and isinstance(inner, nodes.Name)
            ):
                yield from self._known(inner.name, own, node.lineno)
            case nodes.Filter(name=name):
                yield f"Line {node.lineno}: of filters only upper and lower are there, right behind a name, no {name}."
            case _:
                yield f"Line {node.lineno}: between {{{{ and }}}} stands a name and nothing else, no {_called(node)}."

    def _condition(self, node: nodes.Node, own: frozenset[str], depth: int) -> Iterator[str]:
        if depth > _DEEPEST:
            yield "It is nested too deeply."
            return
        match node:
            case nodes.Name(name=name):
                yield from self._known(name, own, node.lineno)
            case nodes.Not(node=inner):
                yield from self._condition(inner, own, depth + 1)
            case nodes.And(left=left, right=right) | nodes.Or(left=left, right=right):
                yield from self._condition(left, own, depth + 1)
                yield from self._condition(right, own, depth + 1)
            case _:
                yield f"Line {node.lineno}: an if asks only whether a name holds anything, no {_called(node)}."

    def _loop(self, node: nodes.For, own: frozenset[str], depth: int) -> Iterator[str]:
        given = (
            [one.name for one in node.target.items if isinstance(one, nodes.Name)]
            if isinstance(node.target, nodes.Tuple)
            else []
        )
        is_over_list = isinstance(node.iter, nodes.Name) and node.iter.name in self._lists
        if not is_over_list or node.test is not None or node.recursive or node.else_ or own:
            yield f"Line {node.lineno}: the only loop is one over {' or '.join(sorted(self._lists)) or 'nothing in this text'}, without a loop in it."
        elif len(set(given)) != 2 or len(node.target.items) != 2 or set(given) & {*self._names, *self._lists}:  # type: ignore[attr-defined]  # a tuple
            yield f"Line {node.lineno}: a loop is written {{% for item, price in {node.iter.name} %}}."  # type: ignore[attr-defined]  # a name
        else:
            yield from self.block(node.body, frozenset(given), depth + 1)

    def _known(self, name: str, own: frozenset[str], line: int) -> Iterator[str]:
        if name in self._names or name in own:
            return
        near = difflib.get_close_matches(name, sorted(self._names), n=2, cutoff=0.5)
        meant = f" Did you mean {' or '.join(near)}?" if near else ""
        yield f"Line {line}: there is no {name} in this text.{meant}"


def _unread(source: str) -> str:
    """Which of the usual slips keeps a text from being read: the engine's own words are for those who write programs."""
    for begin, end in _PAIRS:
        if source.count(begin) != source.count(end):
            return f"each {begin} needs its {end}, and they are not as many."
    return "this cannot be read: a name is written {{ name }}, a part that may be left out {% if name %} … {% endif %}."


def _called(node: Any) -> str:
    """What it is, in words of people who write texts and no programs."""
    return next((words for kinds, words in _WORDS if isinstance(node, kinds)), "command")
