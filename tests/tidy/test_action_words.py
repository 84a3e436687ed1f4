"""Every action that the source writes into the audit trail has its words, and every sentence is about an action that is written."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from gerbang.nouns import NOUNS
from tests.tidy.test_tidy import SOURCE, functions, modules, short, tree_of

WORDS = {action: pair for sentences in NOUNS.actions.values() for action, pair in sentences.items()}
WRITES = "from gerbang.core.audit.model import"


def written() -> Iterator[tuple[str, str]]:
    """Where an entry is made, and a pattern of what it calls the action: a text, or one with parts that are only known when it runs."""
    for path in modules("src"):
        if WRITES in path.read_text(encoding="utf-8"):
            tree = tree_of(path)
            yield from ((short(path), pattern) for call in entries(tree) for pattern in patterns(call, tree, path))


def entries(tree: ast.Module) -> Iterator[ast.expr]:
    """What stands at the place of the action in each entry."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Entry":
            named = [one.value for one in node.keywords if one.arg == "action"]
            yield named[0] if named else node.args[1]


def patterns(value: ast.expr, tree: ast.Module, path: Path) -> list[str]:
    """Texts stand for themselves; a name stands for every action that is assigned to it, handed on under it, or imported."""
    match value:
        case ast.Constant(value=str(text)):
            return [re.escape(text)]
        case ast.IfExp(body=one, orelse=other):
            return [*patterns(one, tree, path), *patterns(other, tree, path)]
        case ast.JoinedStr(values=parts):
            return ["".join(re.escape(str(one.value)) if isinstance(one, ast.Constant) else "[a-z_]+" for one in parts)]
        case ast.Name(id=name):
            values = [*named(name, tree), *handed(name, tree)]
            found = [one for given in values for one in patterns(given, tree, path)] or imported(name, tree)
            if found:
                return found
    raise AssertionError(f"{short(path)}:{value.lineno} nobody can tell which action this is: {ast.unparse(value)}")


def named(name: str, tree: ast.Module) -> list[ast.expr]:
    """What is assigned to a name in this module."""
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id == name
    ]


def handed(name: str, tree: ast.Module) -> list[ast.expr]:
    """What this module's calls hand to a function of its own under that name; a name at such a call stands for what is assigned to it."""
    places = {
        one.name: [arg.arg for arg in one.args.args].index(name)
        for one in functions(tree)
        if name in [arg.arg for arg in one.args.args]
    }
    calls = [
        (node, places[node.func.id])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in places
    ]
    given = [call.args[place] for call, place in calls if len(call.args) > place]
    return [one for value in given for one in (named(value.id, tree) if isinstance(value, ast.Name) else [value])]


def imported(name: str, tree: ast.Module) -> list[str]:
    """A constant of another module of ours."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and name in {one.name for one in node.names}:
            home = SOURCE.parent / (node.module.replace(".", "/") + ".py")
            return [one for given in named(name, tree_of(home)) for one in patterns(given, tree_of(home), home)]
    return []


def test_every_action_that_is_written_has_words_and_every_sentence_is_about_one_that_is_written() -> None:
    found = list(written())
    silent = sorted((where, one) for where, one in found if not any(re.fullmatch(one, action) for action in WORDS))
    assert not silent, f"say in web/texts/actions.py what happened: {silent}"
    idle = sorted(action for action in WORDS if not any(re.fullmatch(one, action) for _, one in found))
    assert not idle, f"nobody writes {idle}"


def test_a_sentence_says_the_same_in_both_languages() -> None:
    for action, pair in WORDS.items():
        holes = [set(re.findall(r"{(\w+)}", text)) for text in pair]
        assert holes[0] == holes[1], action
        assert holes[0] <= {"actor", "to", "was", "amount", "method", "decision", "before", "after"}, action
        assert all(text.count("**") % 2 == 0 and not text.endswith(".") for text in pair), action
